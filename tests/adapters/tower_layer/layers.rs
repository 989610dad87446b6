//! Several layers around one handler.

use std::convert::Infallible;

use axum::{
    Extension, Router,
    body::Body,
    routing::{get, post},
};
use hardtack::{
    SameSite, Session, SessionCookie, SessionData, SessionLayer, csrf::CsrfGuard, session::Map,
    web::Failure,
};
use http::{Request, Response, StatusCode};
use serde::{Deserialize, Serialize};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, service_fn};

use super::{
    common::{Login, at, block_on, builder, pair_of},
    fetch, request_to, set_cookies,
};

#[derive(Clone)]
struct Admin(Session);

pub(super) fn named(name: &str) -> SessionCookie {
    builder().name(name).build().unwrap()
}

fn layer(name: &str) -> SessionLayer {
    SessionLayer::new(named(name)).clock(at(0))
}

pub(super) fn logins() -> SessionCookie<Login> {
    builder().name("__Host-login").typed().build().unwrap()
}

pub(super) fn login_layer() -> SessionLayer<Login> {
    SessionLayer::new(logins()).clock(at(0))
}

async fn greet(session: Session, login: Session<Login>) -> String {
    let visits: u32 = session
        .update("visits", |visits| std::mem::replace(visits, *visits + 1))
        .unwrap();
    login.update(|login| login.name.push('!')).unwrap();
    format!("{visits} {}", login.read(|login| login.name.clone()))
}

#[tokio::test]
async fn sessions_of_two_types_are_kept_apart() {
    let router = Router::new()
        .route("/", get(greet))
        .layer(layer("__Host-visit"))
        .layer(login_layer());
    let (status, headers, body) = fetch(router.clone(), request_to("/", "")).await;
    assert_eq!((status, body.as_str()), (StatusCode::OK, "0 !"));
    let values = |name| headers.get_all(name).into_iter().collect::<Vec<_>>();
    assert_eq!(values("vary"), ["Cookie"]);
    assert_eq!(values("cache-control"), ["no-store"]);
    let fields = set_cookies(&headers);
    assert_eq!(fields.len(), 2);
    assert!(fields[0].starts_with("__Host-visit=e") && fields[1].starts_with("__Host-login=e"));

    let cookies = format!("{}; {}", pair_of(fields[0]), pair_of(fields[1]));
    let (_, _, body) = fetch(router, request_to("/", &cookies)).await;
    assert_eq!(body, "1 !!");
}

#[tokio::test]
async fn a_second_session_of_one_type_is_wrapped() {
    let handler = |session: Session, Extension(Admin(admin)): Extension<Admin>| async move {
        session.insert("part", "public").unwrap();
        admin.insert("part", "admin").unwrap();
    };
    let public = || layer("__Host-public");
    let admin = || layer("__Host-admin").map_session(Admin);
    let route = || Router::new().route("/", get(handler));
    for router in [
        route().layer(public()).layer(admin()),
        route().layer(admin()).layer(public()),
    ] {
        let (status, headers, _) = fetch(router, request_to("/", "")).await;
        assert_eq!(status, StatusCode::OK);
        let fields = set_cookies(&headers);
        assert_eq!(fields.len(), 2);
        for field in fields {
            let name = field.split('=').next().unwrap();
            let session = named(name).load([pair_of(field)], at(0));
            assert_eq!(
                session.get("part").unwrap(),
                name.strip_prefix("__Host-").map(str::to_owned)
            );
        }
    }
}

/// Tests, each of what is answered for a handler that takes a dictionary, and for one that takes a typed session: a body, or
/// the beginning and other parts of a sentence.
macro_rules! handlers {
    ($($name:ident: $layers:expr => $visit:expr, $login:expr;)+) => { $(
        #[test]
        fn $name() {
            let layers: fn(Router) -> Router = $layers;
            check(layers, "/visit", $visit);
            check(layers, "/login", $login);
        }
    )+ };
}

handlers! {
    without_a_layer_the_response_names_the_type_and_says_how_to_add_one: |router| router =>
        Err(&[NO_LAYER, "`SessionLayer::new(cookie)`"]),
        Err(&[
            "no session layer for `Session<all::common::login::Login>` is",
            "`.typed::<all::common::login::Login>()`",
        ]);
    a_layer_of_another_type_is_no_layer_and_both_types_are_named: |router| router.layer(layer("__Host-visit")) =>
        Ok("0"),
        Err(&["the handler asks for `Session<all::common::login::Login>`, and the session layer around it provides \
               `Session`; ask for that one, or add a `SessionLayer::new(cookie)` for \
               `Session<all::common::login::Login>`"]);
    a_layer_of_a_type_is_none_of_a_dictionary: |router| router.layer(login_layer()) =>
        Err(&["the handler asks for `Session`, and the session layer around it provides \
               `Session<all::common::login::Login>`; "]),
        Ok("");
    a_wrapped_session_does_not_stand_in_for_a_bare_one: |router| router.layer(layer("__Host-visit").map_session(Admin)) =>
        Err(&[NO_LAYER]),
        Err(&["no session layer for"]);
    two_layers_of_one_type_are_refused_with_advice: |router| router.layer(layer("__Host-a")).layer(layer("__Host-b")) =>
        Err(&["two session layers for `Session` are", "`.map_session("]),
        Err(&[]);
    three_layers_of_one_type_are_refused_with_advice_too: |router| router.layer(layer("__Host-a")).layer(layer("__Host-b")).layer(layer("__Host-c")) =>
        Err(&["two session layers for `Session` are", "`.map_session("]),
        Err(&[]);
    two_layers_of_another_type_are_refused_with_its_name: |router| router.layer(login_layer()).layer(login_layer()) =>
        Err(&[]),
        Err(&["two session layers for `Session<all::common::login::Login>` are"]);
    two_layers_of_one_type_leave_another_type_alone:
        |router| router.layer(layer("__Host-a")).layer(login_layer()).layer(layer("__Host-b")) =>
        Err(&["two session layers for `Session` are"]),
        Ok("");
}

#[track_caller]
fn check(layers: fn(Router) -> Router, path: &str, expected: Result<&str, &[&str]>) {
    let visit = async |session: Session| session.len().to_string();
    let login = async |login: Session<Login>| login.read(|login| login.name.clone());
    let router = Router::new()
        .route("/visit", get(visit))
        .route("/login", get(login));
    let (status, _, body) = block_on(fetch(layers(router), request_to(path, "")));
    match expected {
        Ok(expected) => assert_eq!((status.as_u16(), &*body), (200, expected)),
        Err(parts) => {
            assert_eq!(status, 500);
            assert!(body.starts_with(parts.first().unwrap_or(&"")), "{body}");
            assert!(parts.iter().all(|part| body.contains(part)), "{body}");
        }
    }
}

const NO_LAYER: &str = "no session layer for `Session` is around the handler, ";

/// As in a service without a framework that asks for a type of its own.
#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Cart(u32);

impl SessionData for Cart {
    const LABEL: &str = "cart";
    const SCHEMA: u32 = 1;
}

#[tokio::test]
async fn of_several_layers_of_other_types_the_innermost_is_named() {
    async fn named_by<S>(service: S) -> String
    where
        S: Service<Request<Body>, Response = Response<Failure>, Error = Infallible>,
    {
        let Ok(response) = service.oneshot(request_to("/", "")).await;
        let sentence = response.into_body().to_string();
        let (_, provided) = sentence.split_once(" around it provides `").unwrap();
        provided.split_once('`').unwrap().0.to_owned()
    }
    let handler = service_fn(|request: Request<Body>| async move {
        let missing = Session::<Cart>::from_extensions(request.extensions()).await;
        Ok(Response::new(missing.unwrap_err()))
    });
    let visit_inside = login_layer().layer(layer("__Host-visit").layer(handler));
    assert_eq!(named_by(visit_inside).await, "Session");
    let login_inside = layer("__Host-visit").layer(login_layer().layer(handler));
    assert_eq!(
        named_by(login_inside).await,
        "Session<all::common::login::Login>"
    );
}

/// So a service in front of them can choose by the request.
#[tokio::test]
async fn layers_that_differ_in_same_site_alone_share_their_sessions() {
    async fn visit(session: Session) -> String {
        let visits = session.update("visits", |visits: &mut u32| {
            *visits += 1;
            *visits
        });
        visits.unwrap().to_string()
    }
    let site = |same_site| {
        let cookie = builder().same_site(same_site).build().unwrap();
        let layer = SessionLayer::new(cookie).clock(at(0));
        Router::new().route("/", get(visit)).layer(layer)
    };
    let mut cookies = String::new();
    for (same_site, attribute, visits) in [
        (SameSite::Strict, "SameSite=Strict", "1"),
        (SameSite::Lax, "SameSite=Lax", "2"),
        (SameSite::None, "SameSite=None", "3"),
    ] {
        let (_, headers, body) = fetch(site(same_site), request_to("/", &cookies)).await;
        let fields = set_cookies(&headers);
        assert!(
            fields.len() == 1 && fields[0].contains(attribute),
            "{fields:?}"
        );
        assert_eq!(body, visits);
        cookies = pair_of(fields[0]).to_owned();
    }
}

#[tokio::test]
async fn without_a_framework_the_session_stands_in_the_extensions() {
    let service = service_fn(|request: Request<Body>| async move {
        let session = Session::<Map>::from_extensions(request.extensions()).await;
        let login = Session::<Login>::from_extensions(request.extensions()).await;
        assert!(
            login
                .unwrap_err()
                .to_string()
                .contains("provides `Session`;")
        );
        Ok::<_, Infallible>(Response::new(session.unwrap().len()))
    });
    let service = layer("__Host-visit").layer(service);
    let Ok(response) = service.oneshot(request_to("/", "")).await;
    assert_eq!(*response.body(), 0);
}

#[test]
fn the_debug_form_of_a_layer_shows_its_settings() {
    let layer = SessionLayer::new(named("a"));
    assert!(format!("{layer:?}").contains("is_eager: false, has_context_by: false"));
    let layer = layer.eager(true).context_by_host();
    assert!(format!("{layer:?}").contains("is_eager: true, has_context_by: true"));
}

/// The terminal says what to do in either.
#[test]
fn a_router_and_a_service_builder_take_the_layers_in_opposite_orders() {
    let guard = || CsrfGuard::new();
    let routes = || Router::new().route("/", post(async |_: Session| "done"));
    let around = |router: Router| {
        let request = Request::post("/").body(Body::empty()).unwrap();
        let response = block_on(router.oneshot(request)).unwrap();
        let failure: Option<&Failure> = response.extensions().get();
        let setup = match failure {
            Some(Failure::Setup(sentence)) => Some(sentence.clone()),
            _ => None,
        };
        (response.status().as_u16(), setup)
    };
    let session = || layer("__Host-visit");
    let in_order = [
        routes().layer(guard()).layer(session()),
        routes().layer(ServiceBuilder::new().layer(session()).layer(guard())),
    ];
    for router in in_order {
        assert_eq!(around(router), (403, None)); // no token
    }
    let out_of_order = [
        routes().layer(session()).layer(guard()),
        routes().layer(ServiceBuilder::new().layer(guard()).layer(session())),
    ];
    for router in out_of_order {
        let (status, setup) = around(router);
        let setup = setup.expect("a mistake of the setup");
        let advice = "add `SessionLayer::new(cookie)` after all of them (in a `ServiceBuilder`, before them)";
        assert!(status == 500 && setup.contains(advice), "{setup}");
    }
}
