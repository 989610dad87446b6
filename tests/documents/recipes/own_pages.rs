//! Own pages for failed requests in actix-web.

use actix_web::{
    App, Error,
    body::{EitherBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::header::{CONTENT_TYPE, HeaderValue},
    middleware::{Next, from_fn},
};
use hardtack::{SessionError, SessionLayer, csrf::CsrfGuard, web::Failure};

async fn own_pages<B: MessageBody + 'static>(
    request: ServiceRequest,
    next: Next<B>,
) -> Result<ServiceResponse<EitherBody<B, String>>, Error> {
    let response = next.call(request).await?;
    let failure = response.response().extensions().get::<Failure>().cloned();
    Ok(response.map_body(|head, body| {
        let page = match failure {
            None => return EitherBody::left(body),
            Some(Failure::Csrf(_)) => "Please go back, and load the page again.",
            Some(Failure::Session(SessionError::TooLarge(_))) => "Your cart is full.",
            Some(_) => "Sorry, that is our fault.",
        };
        let html = HeaderValue::from_static("text/html; charset=utf-8");
        head.headers_mut().insert(CONTENT_TYPE, html);
        EitherBody::right(page.to_owned())
    }))
}

fn serve(layer: SessionLayer) {
    let app = App::new()
        .wrap(CsrfGuard::new())
        .wrap(layer)
        .wrap(from_fn(own_pages));
}

// Its test.

use actix_web::{
    http::StatusCode,
    test::{self, TestRequest},
    web,
};
use hardtack::Session;

use crate::common::{at, block_on, cookie, sealed};

#[test]
fn a_failure_has_the_page_of_the_application_and_keeps_its_fields() {
    block_on(async {
        let add =
            async |session: Session| session.insert("cart", "x".repeat(3_000)).map(|()| "added");
        let app = App::new()
            .route("/cart", web::post().to(add))
            .wrap(CsrfGuard::new())
            .wrap(SessionLayer::new(cookie()).clock(at(0)))
            .wrap(from_fn(own_pages));
        let app = test::init_service(app).await;
        let mut token = String::new();
        let session = sealed(&cookie(), at(0), |session| {
            token = session.csrf_token().unwrap()
        });
        let ask = async |path: &str, token: &str| {
            let request = TestRequest::post()
                .uri(path)
                .insert_header(("cookie", &*session));
            let request = request.insert_header(("x-csrf-token", token)).to_request();
            let answer = test::call_service(&app, request).await;
            let kind = answer.headers().get(CONTENT_TYPE).cloned();
            let private = answer.headers().contains_key("cache-control");
            let status = answer.status();
            let text = String::from_utf8(test::read_body(answer).await.to_vec()).unwrap();
            (
                status,
                text,
                kind.is_some_and(|kind| kind == "text/html; charset=utf-8"),
                private,
            )
        };
        let full = ask("/cart", &token).await;
        let expected = (
            StatusCode::PAYLOAD_TOO_LARGE,
            "Your cart is full.".to_owned(),
            true,
            true,
        );
        assert_eq!(full, expected);
        let refused = ask("/cart", "x").await;
        let words = "Please go back, and load the page again.".to_owned();
        assert_eq!(refused, (StatusCode::FORBIDDEN, words, true, true));
        assert_eq!(ask("/other", &token).await.0, StatusCode::NOT_FOUND);
    });
}
