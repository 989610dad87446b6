//! Several layers, and the settings of one.
//!
//! The keys in use, as the response of a handler.

use std::{
    future::Ready,
    task::{Context, Poll, Waker},
};

use actix_web::{dev, web};
use hardtack::{Session, SessionLayer, csrf::CsrfGuard};
use tower::Layer;

use super::{
    ask, ask_inside,
    common::{Login, at, builder, cookie, set_cookies},
    layer,
};

#[cfg(feature = "tracing")]
#[test]
fn a_secure_cookie_for_a_page_without_tls_is_warned_of() {
    let told = crate::common::told::told_by(|| {
        let add = async |session: Session| session.insert("user", 7).map(|()| "added");
        let page = [("host", "intranet"), ("origin", "http://intranet")];
        drop(ask_inside(add, &page));
    });
    let mut warnings = told
        .iter()
        .filter(|told| told.level == tracing::Level::WARN);
    let expected = "origin=\"http://intranet\" ";
    assert!(warnings.next().unwrap().fields.contains(expected));
    assert!(warnings.next().is_none(), "{told:?}");
}

#[derive(Clone)]
struct Admin(Session);

#[test]
fn layers_of_two_types_and_one_with_a_type_of_its_own_are_all_saved() {
    let handler = |session: Session, login: Session<Login>, admin: web::ReqData<Admin>| async move {
        session.insert("user", 1).unwrap();
        login.update(|login| login.visits = 2).unwrap();
        admin.into_inner().0.insert("user", 3).unwrap();
        "page"
    };
    let answer = ask(
        |app| {
            let login = builder()
                .name("login")
                .application("login")
                .typed::<Login>();
            let admin = builder().name("__Host-admin").build().unwrap();
            let scope = web::scope("")
                .wrap(layer())
                .wrap(SessionLayer::new(login.build().unwrap()).clock(at(0)))
                .wrap(SessionLayer::new(admin).clock(at(0)).map_session(Admin));
            app.service(scope.route("/", web::get().to(handler)));
        },
        &[],
    );
    let names: Vec<_> = set_cookies(answer.headers())
        .into_iter()
        .map(|field| field.split('=').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["__Host-session", "login", "__Host-admin"]);
}

/// Says that it is not ready.
#[derive(Clone)]
struct Busy;

impl dev::Service<dev::ServiceRequest> for Busy {
    type Response = dev::ServiceResponse;
    type Error = actix_web::Error;
    type Future = Ready<Result<dev::ServiceResponse, actix_web::Error>>;

    fn poll_ready(&self, _: &mut Context<'_>) -> Poll<Result<(), actix_web::Error>> {
        Poll::Pending
    }

    fn call(&self, _: dev::ServiceRequest) -> Self::Future {
        panic!("called before it was ready")
    }
}

#[test]
fn every_layer_is_ready_when_the_service_inside_is() {
    #[track_caller]
    fn check<L: Layer<Busy>>(layer: L)
    where
        L::Service: dev::Service<dev::ServiceRequest>,
    {
        let context = &mut Context::from_waker(Waker::noop());
        let service = layer.layer(Busy);
        assert!(dev::Service::poll_ready(&service, context).is_pending());
    }
    check(layer());
    check(CsrfGuard::new());
    check(hardtack::companion::CompanionLayer::new(layer()));
}

#[test]
fn a_handler_returns_the_keys_as_a_text_that_no_cache_stores() {
    let cookie = cookie();
    let keys = cookie.keys_in_use(at(0));
    let health = move || {
        let keys = cookie.keys_in_use(at(0));
        async { keys }
    };
    let answer = ask(|app| _ = app.route("/", web::get().to(health)), &[]);
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let kind = &answer.headers()["content-type"];
    assert_eq!(kind, "text/plain; charset=utf-8");
    assert_eq!(*answer.body(), keys.to_string());
}
