//! Sessions and requests that fail.

use std::sync::Arc;

use actix_web::{App, ResponseError, http::Method, test, web};
use hardtack::{
    SessionError, SessionLayer,
    csrf::{CsrfGuard, CsrfRefusal, GuardedForm, GuardedRejection},
    session::Reason,
    web::Failure,
};
use tower::ServiceExt;

use super::{
    ask,
    common::{at, block_on, cookie},
};

struct Unserializable;

impl serde::Serialize for Unserializable {
    fn serialize<S: serde::Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(serde::ser::Error::custom("no value"))
    }
}

/// An error of each kind that a program can come by, and the status that it is answered with.
fn errors() -> Vec<(SessionError, u16)> {
    let session = cookie().load(None::<&str>, at(0));
    let too_large = session.insert("note", "x".repeat(9_000)).unwrap_err();
    let unvalidated = |reason: &str| SessionError::Unvalidated(Some(Arc::from(Box::from(reason))));
    vec![
        (too_large, 413),
        (SessionError::AfterHead, 500),
        (SessionError::NoContext, 500),
        (SessionError::InsideUpdate, 500),
        // Another instance can read it, or this one soon.
        (SessionError::Unreadable(Reason::UnknownKey), 503),
        (SessionError::Stale, 403),
        // The question was not asked, and was not answered.
        (SessionError::Unvalidated(None), 503),
        (unvalidated("the database does not answer"), 503),
        (session.insert("a", Unserializable).unwrap_err(), 500),
        (session.deserialize::<u32>().unwrap_err(), 500),
        (SessionError::NotRemembering, 500),
    ]
}

#[test]
fn each_error_of_a_session_has_its_status_here_and_in_axum() {
    for (error, status) in errors() {
        let failed = error.clone();
        let handler = move || {
            let failed = failed.clone();
            async move { Err::<&str, _>(failed) }
        };
        let of_actix = {
            let handler = handler.clone();
            move |app: &mut web::ServiceConfig| {
                app.route("/", web::get().to(handler));
            }
        };
        let answer = ask(of_actix, &[]);
        assert_eq!(answer.status(), status, "{error}");
        // A visitor, or a script, is told when to come back.
        let again = |fields: Option<&[u8]>| fields.map(<[u8]>::to_vec);
        let expected = again((status == 503).then_some(b"10"));
        let of_actix = answer.headers().get("retry-after");
        assert_eq!(again(of_actix.map(|value| value.as_bytes())), expected);
        // For middleware that sees the error and not yet the response.
        assert_eq!(error.status_code(), status, "{error}");
        let axum = axum::Router::new().route("/", axum::routing::get(handler));
        let request = http::Request::get("/").body(axum::body::Body::empty());
        let answer = block_on(axum.oneshot(request.unwrap())).unwrap();
        assert_eq!(answer.status(), status, "{error}");
        let of_axum = answer.headers().get("retry-after");
        assert_eq!(again(of_axum.map(|value| value.as_bytes())), expected);
        assert!(matches!(
            answer.extensions().get(),
            Some(Failure::Session(_))
        ));
    }
}

#[test]
fn an_error_of_the_guard_has_the_status_of_its_response() {
    let refused = || CsrfRefusal::CrossSite;
    let inner = actix_web::error::ErrorPayloadTooLarge("too long");
    let errors: [(&dyn ResponseError, u16); 4] = [
        (&refused(), 403),
        (&GuardedRejection::Refused(refused()), 403),
        (&GuardedRejection::Inner(inner), 413),
        (&GuardedRejection::<actix_web::Error>::NoGuard, 500),
    ];
    for (error, status) in errors {
        let of_response = error.error_response().status();
        assert_eq!(
            (error.status_code(), of_response),
            (of_response, of_response)
        );
        assert_eq!(of_response, status, "{error}");
    }
}

#[cfg(feature = "tracing")]
#[test]
fn a_refused_form_is_logged_with_the_path_of_its_request() {
    let told = crate::common::told::told_by(|| {
        let handler = |_: GuardedForm| async { "done" };
        let app = App::new()
            .route("/profile/{user}", web::post().to(handler))
            .wrap(CsrfGuard::new().tokens_in_forms())
            .wrap(SessionLayer::new(cookie()).clock(at(0)));
        block_on(async {
            let app = test::init_service(app).await;
            let request = test::TestRequest::with_uri("/profile/ada?token=evil");
            let request = request
                .method(Method::POST)
                .set_form([("csrf_token", "junk")]);
            test::call_service(&app, request.to_request()).await;
        });
    });
    let mut told = told
        .iter()
        .filter(|told| told.level == tracing::Level::WARN);
    let fields = &told.next().unwrap().fields;
    assert!(fields.contains("path=\"/profile/ada\" "), "{fields}");
}
