//! Handles that outlive the head of their response, and requests that never get one.

use std::{
    convert::Infallible,
    future::{Ready, pending, poll_fn, ready},
    pin::Pin,
    sync::{Arc, Mutex},
    task::{Context, Poll},
};

use actix_web::{
    App, FromRequest, HttpMessage, HttpRequest, HttpResponse,
    body::{BodySize, BoxBody, MessageBody},
    dev::{Service, ServiceResponse},
    error::ErrorImATeapot,
    guard::{self, GuardContext},
    test, web,
};
use hardtack::{Session, SessionError};

use super::{
    ask_inside,
    common::{Login, at, block_on, builder, cookie, set_cookies, signed_in},
    layer,
};

/// As docs/guides.md says, here with a type.
#[test]
fn a_test_calls_a_handler_with_a_session_that_no_request_brought() {
    async fn page(session: Session<Login>, _query: web::Query<()>) -> HttpResponse {
        HttpResponse::Ok().body(session.read(|login| login.name.clone()))
    }
    let session = builder()
        .typed::<Login>()
        .build()
        .unwrap()
        .load(None::<&str>, at(0));
    session.update(|login| login.name = "Ada".into()).unwrap();
    let response = block_on(page(session, web::Query(())));
    assert_eq!(response.body().size(), BodySize::Sized(3));
}

#[test]
fn a_session_that_nobody_touched_costs_no_field_though_the_request_lives_on() {
    let handler = |_request: HttpRequest, _session: Session| ready("page");
    let answer = ask_inside(handler, &[("cookie", &signed_in(&cookie()))]);
    assert_eq!(answer.body(), "page");
    assert!(!answer.headers().contains_key("vary"));
    assert!(!answer.headers().contains_key("cache-control"));
}

/// A body that is made when it is sent.
struct Late<F>(Option<F>);

impl<F: FnOnce(&mut Context<'_>) -> String + Unpin> MessageBody for Late<F> {
    type Error = Infallible;

    fn size(&self) -> BodySize {
        BodySize::Stream
    }

    fn poll_next(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<web::Bytes, Infallible>>> {
        Poll::Ready(self.0.take().map(|make| Ok(make(context).into())))
    }
}

/// Answers with a body that `make` makes when it is sent.
fn late(make: impl FnOnce(&mut Context<'_>) -> String + Unpin + 'static) -> HttpResponse {
    HttpResponse::Ok().body(Late(Some(make)))
}

#[test]
fn a_body_that_streams_reads_its_session_and_cannot_change_it() {
    async fn stream(session: Session) -> HttpResponse {
        late(move |_| {
            let late = session.insert("user", 43);
            assert!(matches!(late, Err(SessionError::AfterHead)));
            let user: Option<u32> = session.get("user").unwrap();
            format!("user {}", user.unwrap())
        })
    }
    let answer = ask_inside(stream, &[("cookie", &signed_in(&cookie()))]);
    assert_eq!(answer.body(), "user 42");
    // The head was sent before the body read the session.
    assert_eq!(answer.headers()["vary"], "Cookie");
    assert_eq!(answer.headers()["cache-control"], "private");
}

#[test]
fn a_session_that_is_asked_for_after_the_head_is_an_error_that_says_so() {
    async fn stream(request: HttpRequest) -> HttpResponse {
        late(move |context| {
            let asked = <Session>::extract(&request).as_mut().poll(context);
            let Poll::Ready(Err(failure)) = asked else {
                panic!("{asked:?}")
            };
            failure.to_string()
        })
    }
    let answer = ask_inside(stream, &[("cookie", &signed_in(&cookie()))]);
    assert_eq!(
        answer.body(),
        "`Session` was asked for after the head of its response, by a body, a task or a middleware outside of the session \
         layer; take it in the handler, and pass it on"
    );
    assert!(!answer.headers().contains_key("vary"));
}

type Kept = Arc<Mutex<Option<Session>>>;

/// A handler that keeps its session, and changes it.
fn keeping(kept: &Kept) -> impl Fn(Session) -> Ready<&'static str> + Clone + 'static {
    let kept = Arc::clone(kept);
    move |session| {
        session.insert("user", 42).unwrap();
        *kept.lock().unwrap() = Some(session);
        ready("page")
    }
}

#[track_caller]
fn check_closed(kept: &Kept) {
    let session = kept.lock().unwrap().take().unwrap();
    let late = session.insert("user", 43);
    assert!(matches!(late, Err(SessionError::AfterHead)));
}

#[test]
fn a_change_after_the_head_is_an_error() {
    let kept = Kept::default();
    let handler = keeping(&kept);
    let answer = ask_inside(handler, &[]);
    assert_eq!(set_cookies(answer.headers()).len(), 1);
    check_closed(&kept);
}

#[test]
fn an_error_of_a_middleware_inside_drops_the_changes() {
    let kept = Kept::default();
    let app = App::new()
        .route("/", web::get().to(keeping(&kept)))
        .wrap_fn(|request, inner| {
            let answer = inner.call(request);
            async move {
                let _answer = answer.await?;
                Err::<ServiceResponse<BoxBody>, _>(ErrorImATeapot("short and stout"))
            }
        })
        .wrap(layer());
    block_on(async {
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().to_request();
        let error = app.call(request).await.err().unwrap();
        let answer = error.error_response();
        assert_eq!(answer.status(), 418);
        assert!(!answer.headers().contains_key("set-cookie"));
    });
    check_closed(&kept);
}

#[test]
fn a_request_that_is_cancelled_closes_its_session() {
    let kept = Kept::default();
    let keep = keeping(&kept);
    let handler = move |session: Session| {
        drop(keep(session));
        pending::<&str>()
    };
    block_on(async {
        let app = App::new().route("/", web::get().to(handler)).wrap(layer());
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().to_request();
        let call = test::call_service(&app, request);
        let mut call = Box::pin(call);
        let polled = poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_pending()));
        assert!(polled.await);
        drop(call);
    });
    check_closed(&kept);
}

#[test]
fn a_middleware_inside_finds_the_session_in_the_extensions() {
    let app = App::new()
        .route(
            "/",
            web::get().to(|session: Session| async move {
                session.get::<u32>("user").map(|user| format!("{user:?}"))
            }),
        )
        .wrap_fn(|request, inner| {
            let session = request.extensions().get::<Session>().cloned().unwrap();
            session.insert("user", 7).unwrap();
            inner.call(request)
        })
        .wrap(layer());
    block_on(async {
        let app = test::init_service(app).await;
        let request = test::TestRequest::get().to_request();
        let body = test::call_and_read_body(&app, request).await;
        assert_eq!(body, "Some(7)");
    });
}

/// As docs/frameworks.md shows them.
#[test]
fn a_guard_a_request_and_a_response_lead_to_the_session() {
    let is_signed_in = |context: &GuardContext<'_>| {
        let session = context.req_data();
        let session = session.get::<Session>();
        session.is_some_and(|session| session.contains_key("user"))
    };
    let of_request = |request: HttpRequest| async move {
        let session = <Session>::extract(&request).await.unwrap();
        format!("user {:?}", session.get::<u32>("user").unwrap())
    };
    let app = App::new()
        .service(
            web::resource("/")
                .guard(guard::fn_guard(is_signed_in))
                .to(of_request),
        )
        .wrap_fn(|request, inner| {
            let response = inner.call(request);
            async move {
                let response = response.await?;
                if let Some(session) = response.request().extensions().get::<Session>() {
                    session.insert("seen", true).unwrap();
                }
                Ok(response)
            }
        })
        .wrap(layer());
    block_on(async {
        let app = test::init_service(app).await;
        let visitor = test::TestRequest::get().insert_header(("cookie", signed_in(&cookie())));
        for (request, status) in [(visitor, 200), (test::TestRequest::get(), 404)] {
            let response = test::call_service(&app, request.to_request()).await;
            assert_eq!(response.status(), status);
            let field = response.headers().get("set-cookie").unwrap();
            let session = cookie().load([field.to_str().unwrap()], at(0));
            assert_eq!(session.get("seen").unwrap(), Some(true));
            let body = test::read_body(response).await;
            assert_eq!(body, if status == 200 { "user Some(42)" } else { "" });
        }
    });
}
