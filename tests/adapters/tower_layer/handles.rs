//! Handles before and after the head of the response.

use std::{
    convert::Infallible,
    pin::{Pin, pin},
    sync::Mutex,
    task::{Context, Poll, Waker},
};

use axum::body::Bytes;
use hardtack::{Session, SessionError, SessionLayer};
use http::{Request, Response, header::COOKIE};
use http_body::{Body, Frame};
use http_body_util::BodyExt;
use tokio::sync::oneshot;
use tower::{Layer, Service, ServiceExt, service_fn};

use super::common::{Answer, READ, REFRESHED, UNTOUCHED, at, block_on, cookie, signed_in};

pub(super) fn layer(seconds: u64) -> SessionLayer {
    SessionLayer::new(cookie()).clock(at(seconds))
}

pub(super) fn session_of<B>(request: &Request<B>) -> Session {
    request.extensions().get::<Session>().unwrap().clone()
}

pub(super) fn signed_in_request() -> Request<()> {
    let request = Request::builder().header(COOKIE, signed_in(&cookie()));
    request.body(()).unwrap()
}

#[track_caller]
pub(super) fn assert_closed(session: &Session) {
    assert!(matches!(
        session.insert("name", "late"),
        Err(SessionError::AfterHead)
    ));
    assert!(matches!(session.ensure_id(), Err(SessionError::AfterHead)));
    assert!(matches!(session.invalidate(), Err(SessionError::AfterHead)));
    assert!(matches!(session.save(), Err(SessionError::AfterHead)));
    let refused = session.save().unwrap_err().to_string();
    let remedy = "change it before the response begins, in a streamed page before the stream";
    assert!(refused.ends_with(remedy), "{refused}");
    assert!(!session.contains_key("name"));
    assert_eq!(session.get("user").unwrap(), Some(42));
}

/// A body that is rendered while it is sent.
struct Page(Option<Session>);

impl Body for Page {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.take().map(|session| {
            assert_closed(&session);
            let user: Option<u32> = session.get("user").unwrap();
            Ok(Frame::data(format!("{user:?}").into()))
        }))
    }
}

#[test]
fn a_body_that_holds_a_handle_counts_as_touched_and_reads() {
    for (seconds, expected) in [(0, READ), (1000, REFRESHED)] {
        let service = layer(seconds).layer(service_fn(|request: Request<()>| async move {
            Ok::<_, Infallible>(Response::new(Page(Some(session_of(&request)))))
        }));
        block_on(async {
            let Ok(response) = service.oneshot(signed_in_request()).await;
            let (head, body) = response.into_parts();
            let answer = Answer::of(Ok(Response::from_parts(head, ())));
            assert_eq!(answer.lines(), expected);
            let Ok(body) = body.collect().await;
            assert_eq!(body.to_bytes(), "Some(42)");
        });
    }
}

#[test]
fn a_body_without_a_handle_is_no_touch() {
    let service = layer(1000).layer(service_fn(|request: Request<()>| async move {
        drop(session_of(&request));
        Ok::<_, Infallible>(Response::new(Page(None)))
    }));
    let answer = Answer::of(block_on(service.oneshot(signed_in_request())));
    assert_eq!(answer.lines(), UNTOUCHED);
}

/// A future that keeps its request after it was ready, as that of `tower::retry` does.
struct Kept(Request<()>);

impl Future for Kept {
    type Output = Result<Response<()>, Infallible>;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        assert!(self.0.extensions().get::<Session>().is_some());
        Poll::Ready(Ok(Response::new(())))
    }
}

#[test]
fn a_handle_in_a_future_that_is_ready_is_no_touch() {
    let answer = block_on(
        layer(1000)
            .layer(service_fn(Kept))
            .oneshot(signed_in_request()),
    );
    assert_eq!(Answer::of(answer).lines(), UNTOUCHED);
}

#[test]
fn a_handle_in_the_extensions_of_the_response_counts_as_touched() {
    let service = layer(0).layer(service_fn(|request: Request<()>| async move {
        let mut response = Response::new(());
        response.extensions_mut().insert(session_of(&request));
        Ok::<_, Infallible>(response)
    }));
    let Ok(response) = block_on(service.oneshot(signed_in_request()));
    assert_closed(response.extensions().get().unwrap());
    assert_eq!(Answer::of(Ok(response)).lines(), READ);
}

#[tokio::test]
async fn a_task_that_outlives_the_response_can_read_and_not_change() {
    let (send, receive) = oneshot::channel::<()>();
    let receive = &Mutex::new(Some(receive));
    let task = &Mutex::new(None);
    let service = layer(0).layer(service_fn(|request: Request<()>| async move {
        let (session, receive) = (
            session_of(&request),
            receive.lock().unwrap().take().unwrap(),
        );
        *task.lock().unwrap() = Some(tokio::spawn(async move {
            receive.await.unwrap();
            assert_closed(&session);
        }));
        Ok::<_, Infallible>(Response::new(()))
    }));
    let answer = Answer::of(service.oneshot(signed_in_request()).await);
    assert_eq!(answer.lines(), READ);
    send.send(()).unwrap();
    let task = task.lock().unwrap().take().unwrap();
    task.await.unwrap();
}

/// The handle of a request whose handler never ends.
fn begin(service: &mut impl Service<Request<()>>, kept: &Mutex<Option<Session>>) -> Session {
    {
        let mut response = pin!(service.call(signed_in_request()));
        let mut context = Context::from_waker(Waker::noop());
        assert!(response.as_mut().poll(&mut context).is_pending());
        let session = kept.lock().unwrap().clone().unwrap();
        // Changes work while the request runs.
        session.insert("user", 42).unwrap();
    }
    kept.lock().unwrap().take().unwrap()
}

#[test]
fn a_cancelled_request_tells_the_handles_that_are_left() {
    let kept = &Mutex::new(None);
    let mut service = layer(0).layer(service_fn(|request: Request<()>| async move {
        *kept.lock().unwrap() = Some(session_of(&request));
        std::future::pending::<()>().await;
        Ok::<_, Infallible>(Response::new(()))
    }));
    assert_closed(&begin(&mut service, kept));
}

#[test]
fn a_request_cancelled_before_it_was_polled_tells_them_too() {
    let kept = Mutex::new(None);
    let mut service = layer(0).layer(service_fn(|request: Request<()>| {
        *kept.lock().unwrap() = Some(session_of(&request));
        std::future::pending::<Result<Response<()>, Infallible>>()
    }));
    drop(service.call(signed_in_request()));
    assert_closed(&kept.lock().unwrap().take().unwrap());
}
