use actix_web::{
    Error, FromRequest,
    body::MessageBody,
    dev::{ServiceRequest, ServiceResponse},
    middleware::Next,
};

/// `web::scope("/admin").wrap(from_fn(gate::<Admin>))`. Returns a response, because after an error nothing would be saved.
async fn gate<A: FromRequest>(
    asked: Result<A, A::Error>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, Error> {
    match asked {
        Ok(_) => Ok(next.call(request).await?.map_into_left_body()),
        Err(error) => Ok(request.error_response(error).map_into_right_body()),
    }
}

// What follows is not in the document.

use std::future::{Ready, ready};

use actix_web::{
    App, HttpMessage, HttpRequest,
    dev::Payload,
    error::ErrorForbidden,
    middleware::from_fn,
    test::{self, TestRequest},
    web,
};
use hardtack::{Session, SessionLayer};

use crate::common::{at, block_on, cookie, pair_of};

struct Admin;

impl FromRequest for Admin {
    type Error = Error;
    type Future = Ready<Result<Admin, Error>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        if request.headers().contains_key("x-admin") {
            return ready(Ok(Admin));
        }
        let extensions = request.extensions();
        let session: &Session = extensions.get().unwrap();
        session.flash("", "This page is for admins.").unwrap();
        ready(Err(ErrorForbidden("refused")))
    }
}

#[test]
fn a_gate_keeps_what_the_session_got_before_it() {
    block_on(async {
        let admin = web::scope("/admin")
            .wrap(from_fn(gate::<Admin>))
            .route("", web::get().to(async || "the users"));
        let layer = SessionLayer::new(cookie()).clock(at(0));
        let app = test::init_service(App::new().service(admin).wrap(layer)).await;
        let request = TestRequest::with_uri("/admin");
        let passed = request.insert_header(("x-admin", "")).to_request();
        assert_eq!(test::call_and_read_body(&app, passed).await, "the users");

        let refused = TestRequest::with_uri("/admin").to_request();
        let refused = test::call_service(&app, refused).await;
        assert_eq!(refused.status(), 403);
        let set = refused.headers().get("set-cookie").unwrap();
        let set = set.to_str().unwrap();
        let session: Session = cookie().load([pair_of(set)], at(0));
        assert_eq!(session.flashes(""), ["This page is for admins."]);
    });
}
