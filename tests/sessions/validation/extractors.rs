//! Extractors of an application's own.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::FromRequestParts,
    routing::get,
};
use hardtack::{Session, SessionLayer, web::Failure};
use http::{Request, request::Parts};
use tower::ServiceExt;

use super::{
    INTERVAL, IS_GONE, IS_OUT_OF_REACH, Row,
    common::{at, block_on, signed_in},
};

struct Visitor(Option<u32>);

impl<S: Sync> FromRequestParts<S> for Visitor {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Visitor, Failure> {
        let session: Session = Session::from_extensions(&parts.extensions).await?;
        session.get("user").map(Visitor).map_err(Failure::Session)
    }
}

async fn home(Visitor(user): Visitor) -> String {
    user.map_or("nobody".to_owned(), |user| user.to_string())
}

/// The answers of the application when the question is due, with the response of a page that takes a `Visitor`.
const ANSWERS: [(u8, u16, &str); 3] = [
    (0, 200, "42"),
    (IS_GONE, 200, "nobody"),
    (IS_OUT_OF_REACH, 503, "please try again later"),
];

fn layer_and_cookie(state: u8) -> (SessionLayer, String) {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    row.becomes(state);
    (SessionLayer::new(site).clock(at(INTERVAL)), pair)
}

#[test]
fn an_extractor_of_axum_shows_nobody_as_signed_out_whom_it_did_not_ask_about() {
    for (state, status, body) in ANSWERS {
        let (layer, pair) = layer_and_cookie(state);
        let app: Router = Router::new().route("/", get(home)).layer(layer);
        let request = Request::get("/").header("cookie", pair).body(Body::empty());
        let response = block_on(app.oneshot(request.unwrap())).unwrap();
        assert_eq!(response.status(), status);
        let later = response.headers().get("retry-after");
        assert_eq!(later.is_some_and(|it| it == "10"), status == 503);
        let found = block_on(to_bytes(response.into_body(), 100)).unwrap();
        assert_eq!(found, body);
    }
}

#[cfg(feature = "actix")]
#[test]
fn an_extractor_of_actix_web_shows_nobody_as_signed_out_whom_it_did_not_ask_about() {
    use std::pin::Pin;

    use actix_web::{App, FromRequest, HttpRequest, dev::Payload, test, web};

    struct Guest(Option<u32>);

    impl FromRequest for Guest {
        type Error = actix_web::Error;
        type Future = Pin<Box<dyn Future<Output = Result<Guest, actix_web::Error>>>>;

        fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
            let session = <Session>::from_request(request, payload);
            Box::pin(async { Ok(Guest(session.await?.get("user")?)) })
        }
    }

    let home = async |Guest(user): Guest| home(Visitor(user)).await;
    actix_web::rt::System::new().block_on(async {
        for (state, status, body) in ANSWERS {
            let (layer, pair) = layer_and_cookie(state);
            let app = App::new().route("/", web::get().to(home)).wrap(layer);
            let app = test::init_service(app).await;
            let request = test::TestRequest::get().insert_header(("cookie", pair));
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status().as_u16(), status);
            let later = response.headers().get("retry-after");
            assert_eq!(later.is_some_and(|it| it == "10"), status == 503);
            assert_eq!(test::read_body(response).await, body);
        }
    });
}
