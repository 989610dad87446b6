//! Services of any kind inside the layer.

use std::{
    cell::Cell,
    convert::Infallible,
    future::{Ready, pending, ready},
    rc::Rc,
    task::{Context, Poll, Waker},
};

use hardtack::{
    Session, SessionError, SessionLayer, Size,
    csrf::CsrfGuard,
    session::Map,
    web::{GateFuture, Layered, ResponseFuture},
};
use http::{Request, Response};
use tower::{Layer, Service, ServiceExt, service_fn};

use super::common::{at, block_on, builder, cookie, signed_in};

fn layer() -> SessionLayer {
    SessionLayer::new(cookie()).clock(at(0))
}

fn session_of<B>(request: &Request<B>) -> Session {
    request.extensions().get::<Session>().unwrap().clone()
}

/// Counts its calls, and panics if it was not polled first. Neither `Clone` nor `Send` nor `Sync`.
#[derive(Debug)]
struct Careful {
    asked: Rc<Cell<u32>>,
    called: Rc<Cell<u32>>,
    is_ready: bool,
}

impl Service<Request<Rc<str>>> for Careful {
    type Response = Response<Rc<str>>;
    type Error = Rc<str>;
    type Future = Ready<Result<Response<Rc<str>>, Rc<str>>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), Rc<str>>> {
        self.asked.set(self.asked.get() + 1);
        match self.asked.get() {
            1 => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            4.. => Poll::Ready(Err("tired".into())),
            _ => {
                self.is_ready = true;
                Poll::Ready(Ok(()))
            }
        }
    }

    fn call(&mut self, request: Request<Rc<str>>) -> Self::Future {
        assert!(
            self.is_ready,
            "called without having been asked, or on a clone"
        );
        self.is_ready = false;
        self.called.set(self.called.get() + 1);
        session_of(&request)
            .insert("body", &*request.into_body())
            .unwrap();
        ready(Ok(Response::new("there".into())))
    }
}

#[test]
fn a_service_without_clone_or_send_is_called_itself_when_it_is_ready() {
    let (asked, called) = (Rc::default(), Rc::default());
    let careful = Careful {
        asked: Rc::clone(&asked),
        called: Rc::clone(&called),
        is_ready: false,
    };
    let mut service = layer().layer(careful);
    block_on(async {
        for round in 1..=2 {
            let ready = service.ready().await.unwrap();
            let response = ready.call(Request::new("here".into())).await.unwrap();
            assert_eq!(&**response.body(), "there");
            assert!(response.headers().contains_key("set-cookie"));
            assert_eq!((asked.get(), called.get()), (round + 1, round));
        }
        assert_eq!(&*service.ready().await.unwrap_err(), "tired");
    });
    assert!(format!("{service:?}").contains("Careful"));
}

/// Says each of these when it is asked whether it is ready.
#[derive(Clone)]
struct Says(Vec<Poll<Result<(), &'static str>>>);

impl Service<Request<()>> for Says {
    type Response = Response<String>;
    type Error = &'static str;
    type Future = Ready<Result<Response<String>, &'static str>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), &'static str>> {
        self.0.remove(0)
    }

    fn call(&mut self, _: Request<()>) -> Self::Future {
        ready(Ok(Response::default()))
    }
}

#[test]
fn every_layer_is_ready_when_the_service_inside_is() {
    #[track_caller]
    fn check<L: Layer<Says>>(layer: L)
    where
        L::Service: Service<Request<()>, Error = &'static str>,
    {
        let answers = [
            Poll::Pending,
            Poll::Ready(Ok(())),
            Poll::Ready(Err("tired")),
        ];
        let mut service = layer.layer(Says(answers.to_vec()));
        let context = &mut Context::from_waker(Waker::noop());
        assert_eq!([(); 3].map(|()| service.poll_ready(context)), answers);
    }
    check(layer());
    check(CsrfGuard::new());
    check(hardtack::companion::CompanionLayer::new(layer()));
    check(tower::layer::util::Stack::new(CsrfGuard::new(), layer()));
}

/// As a struct of an application keeps it.
struct Site<S>(Layered<Layered<S, CsrfGuard>, SessionLayer>);

#[test]
fn the_types_of_services_and_futures_can_be_written() {
    type Inner = fn(Request<String>) -> Ready<Result<Response<String>, Infallible>>;
    let inner: Inner = |_| ready(Ok(Response::default()));
    let Site(mut site) = Site(layer().layer(CsrfGuard::new().layer(service_fn(inner))));
    let answer: ResponseFuture<GateFuture<_, _, String>, Map> = site.call(Request::default());
    assert_eq!(block_on(answer).unwrap().status(), 200);
}

#[test]
fn the_layer_is_as_capable_as_what_it_is_put_around() {
    struct Login;
    fn is_send_and_sync<T: Send + Sync>() {}
    fn is_send<T: Send>(_: &T) {}
    fn is_clone<T: Clone>() {}

    is_send_and_sync::<SessionLayer>();
    is_send_and_sync::<Session<Map>>();
    is_send_and_sync::<<SessionLayer as Layer<u8>>::Service>();
    is_clone::<SessionLayer>();
    is_clone::<<SessionLayer as Layer<u8>>::Service>();
    is_clone::<<SessionLayer as Layer<Rc<u8>>>::Service>();
    // What a session holds need not be `Clone`.
    is_clone::<Session<Login>>();

    let mut service = layer().layer(service_fn(|_: Request<()>| async move {
        pending::<()>().await;
        Ok::<_, Infallible>(Response::new(()))
    }));
    is_send(&service.call(Request::new(())));
}

#[test]
fn the_error_of_a_service_passes_through_and_nothing_is_saved() {
    let kept = &Cell::new(None);
    let service = service_fn(|request: Request<()>| async move {
        let session = session_of(&request);
        session.insert("user", 42).unwrap();
        kept.set(Some(session));
        Err::<Response<()>, _>("out of order")
    });
    let result = block_on(layer().layer(service).oneshot(Request::new(())));
    assert_eq!(result.unwrap_err(), "out of order");
    let session = kept.take().unwrap();
    assert!(matches!(
        session.insert("user", 43),
        Err(SessionError::AfterHead)
    ));
    assert_eq!(session.get("user").unwrap(), Some(42));
}

/// hyper, and with it `axum::serve`, takes 16,384 bytes of fields over HTTP/2, and answers 431 to more.
#[test]
fn a_session_over_http_2_grows_no_larger_than_what_the_server_takes() {
    let cookie = builder().size(Size::Split(4)).build().unwrap();
    let room = |version, field: &str| {
        let service = service_fn(|request: Request<()>| async move {
            let session = session_of(&request);
            let room = session.remaining_bytes();
            let refused = session.insert("note", "x".repeat(room + 1)).unwrap_err();
            let refused = refused.to_string();
            let is_told = refused.contains("431 to every request with more");
            assert_eq!(is_told, room < 11_985, "{refused}");
            Ok::<_, Infallible>(Response::new(room))
        });
        let request = Request::get("/").version(version).header("cookie", field);
        let layer = SessionLayer::new(cookie.clone());
        let Ok(response) = block_on(layer.layer(service).oneshot(request.body(()).unwrap()));
        response.into_body()
    };
    assert_eq!(room(http::Version::HTTP_11, "a=1"), 11_985);
    let most = room(http::Version::HTTP_2, "a=1");
    assert_eq!(most, 10_088);
    // What the site's other cookies take is not the session's.
    let theme = format!("a=1; theme={}", "x".repeat(958));
    assert_eq!(room(http::Version::HTTP_2, &theme), most - 753);
    // They may leave no room at all.
    let full = format!("a=1; theme={}", "x".repeat(15_000));
    assert_eq!(room(http::Version::HTTP_2, &full), 0);
    // Its own cookie is not one of the others, even if it does not open.
    let own = format!("a=1; __Host-session={}", "x".repeat(3_000));
    assert!(room(http::Version::HTTP_2, &own) > most - 50);
}

#[test]
fn the_rest_of_a_response_is_passed_on() {
    let service = service_fn(|request: Request<()>| async move {
        session_of(&request).insert("user", 42).unwrap();
        let response = Response::builder()
            .status(201)
            .version(http::Version::HTTP_2);
        Ok::<_, Infallible>(
            response
                .header("x-a", "1")
                .extension(7_u8)
                .body("body")
                .unwrap(),
        )
    });
    let Ok(response) = block_on(layer().layer(service).oneshot(Request::new(())));
    assert_eq!(response.status(), 201);
    assert_eq!(response.version(), http::Version::HTTP_2);
    assert_eq!(response.headers()["x-a"], "1");
    assert_eq!(response.extensions().get(), Some(&7_u8));
    assert_eq!(*response.body(), "body");
}

#[test]
fn the_rest_of_a_request_is_passed_on() {
    let service = service_fn(|request: Request<&'static str>| async move {
        assert_eq!(
            (request.method(), request.uri().path()),
            (&http::Method::PUT, "/a")
        );
        assert_eq!(request.headers().len(), 2);
        assert_eq!(request.extensions().get(), Some(&7_u8));
        Ok::<_, Infallible>(Response::new(request.into_body()))
    });
    let cookies = signed_in(&cookie());
    let request = Request::put("/a")
        .header("cookie", cookies)
        .header("x-a", "1")
        .extension(7_u8);
    let Ok(response) = block_on(
        layer()
            .layer(service)
            .oneshot(request.body("body").unwrap()),
    );
    assert_eq!(*response.body(), "body");
    assert!(response.headers().is_empty());
}
