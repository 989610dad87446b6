//! A WebSocket: the response is 101, and the session is used for long after it.

use std::sync::{Arc, Mutex};

use hardtack::{Clock, Session, SessionCookie, SessionError, SessionLayer};
use http::{Request, Response, StatusCode, header::COOKIE};
use tokio::sync::oneshot;
use tower::{Layer, ServiceExt, service_fn};

use crate::common::{at, block_on, cookie, signed_in};

/// Upgrades a request, and hands `talk` the session that the socket keeps, once the head is out.
fn upgrade<R: Send + 'static>(
    site: SessionCookie,
    clock: impl Into<Clock>,
    talk: impl FnOnce(Session) -> R + Send + 'static,
) -> (Response<()>, R) {
    let layer = SessionLayer::new(site).clock(clock);
    block_on(async {
        let (head_is_out, wait) = oneshot::channel();
        let socket = Arc::new(Mutex::new(None));
        let task = Arc::clone(&socket);
        let pending = Mutex::new(Some((wait, talk)));
        let service = layer.layer(service_fn(move |request: Request<()>| {
            let session = Session::from_extensions(request.extensions()).unwrap();
            let (wait, talk) = pending.lock().unwrap().take().unwrap();
            *task.lock().unwrap() = Some(tokio::spawn(async move {
                let _: Result<(), _> = wait.await;
                talk(session)
            }));
            let response = Response::builder().status(StatusCode::SWITCHING_PROTOCOLS);
            async { response.body(()) }
        }));
        let request = Request::builder()
            .header("upgrade", "websocket")
            .header(COOKIE, signed_in(&cookie()));
        let response = service.oneshot(request.body(()).unwrap()).await.unwrap();
        head_is_out.send(()).unwrap();
        let socket = socket.lock().unwrap().take().unwrap();
        (response, socket.await.unwrap())
    })
}

#[test]
fn a_socket_reads_its_session_and_cannot_change_it() {
    let (response, (user, late)) = upgrade(cookie(), at(1), |session| {
        (
            session.get::<u32>("user").unwrap(),
            session.insert("user", 7),
        )
    });
    assert_eq!(response.status(), StatusCode::SWITCHING_PROTOCOLS);
    assert!(!response.headers().contains_key("set-cookie"));
    assert_eq!(response.headers()["vary"], "Cookie");
    assert_eq!(user, Some(42));
    assert!(matches!(late, Err(SessionError::AfterHead)));
}

#[test]
fn a_socket_asks_whether_its_session_is_still_alive() {
    let now = Arc::new(Mutex::new(at(1)));
    let clock = Arc::clone(&now);
    let clock = Clock::from_fn(move || *clock.lock().unwrap());
    let (_, alive) = upgrade(cookie(), clock, move |session| {
        [1, 1799, 1800].map(|later| {
            *now.lock().unwrap() = at(later);
            session.is_alive()
        })
    });
    assert_eq!(alive, [true, true, false], "idle ends it");

    let site = cookie();
    let policy = site.clone();
    let (_, alive) = upgrade(site, at(1), move |session| {
        let before = session.is_alive();
        policy.raise_not_before(at(1));
        (before, session.is_alive())
    });
    assert_eq!(alive, (true, false), "a session issued before is revoked");
}
