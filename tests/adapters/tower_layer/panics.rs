//! A handler that panics: nothing that it changed is saved, and handles that it left elsewhere are told.

use std::{
    convert::Infallible,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Mutex,
};

use hardtack::Session;
use http::{Request, Response, StatusCode, header::COOKIE};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    common::{Answer, READ, block_on},
    handles::{assert_closed, layer, session_of, signed_in_request},
};

/// Changes the session of a request, leaves its handle in `kept`, and panics.
fn handler(kept: &Mutex<Option<Session>>, request: &Request<()>) -> Response<()> {
    let session = session_of(request);
    session.insert("half", "done").unwrap();
    *kept.lock().unwrap() = Some(session);
    if request.headers().contains_key(COOKIE) {
        panic!("on purpose");
    }
    Response::new(())
}

#[test]
fn a_handler_that_panics_tells_the_handles_that_are_left() {
    let kept = &Mutex::new(None);
    let service = layer(0).layer(service_fn(|request| async move {
        Ok::<_, Infallible>(handler(kept, &request))
    }));
    let work = AssertUnwindSafe(|| block_on(service.oneshot(signed_in_request())));
    assert!(catch_unwind(work).is_err());
    assert_closed(&kept.lock().unwrap().take().unwrap());
}

/// As by `tower_http::catch_panic`, if it is added before the session layer.
#[test]
fn what_it_changed_is_not_saved_in_the_answer_of_a_service_that_catches_the_panic() {
    let kept = &Mutex::new(None);
    let service = layer(0).layer(service_fn(|request| async move {
        let caught = catch_unwind(AssertUnwindSafe(|| handler(kept, &request)));
        let response = caught.unwrap_or_else(|_| {
            let mut response = Response::new(());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        });
        kept.lock().unwrap().take();
        Ok::<_, Infallible>(response)
    }));
    let answer = Answer::of(block_on(service.oneshot(signed_in_request())));
    assert_eq!(answer.lines(), READ);
}
