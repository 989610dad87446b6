//! The same mistakes in actix-web.

use actix_web::{
    App, Error,
    body::MessageBody,
    dev::{ServiceFactory, ServiceRequest, ServiceResponse},
    test::{self, TestRequest},
    web,
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};

use super::{Login, Mistake, Order, Ownerless, cookie, form, home};
use crate::common::block_on;

pub(super) const MISTAKES: &[Mistake] = &[
    (
        "no layer in actix-web",
        no_layer,
        "no session layer for `Session`",
    ),
    ("other type in actix-web", other_type, "provides `Session`"),
    (
        "two layers in actix-web",
        two_layers,
        "two session layers for `Session`",
    ),
    (
        "guard without its type in actix-web",
        guard_without_its_type,
        "write `CsrfGuard::new().typed::<",
    ),
    (
        "form without a guard in actix-web",
        form_without_a_guard,
        "CsrfGuard",
    ),
    (
        "session that is full in actix-web",
        session_that_is_full,
        "session needs",
    ),
    (
        "value that serde refuses in actix-web",
        value_that_serde_refuses,
        "cannot be stored: its `Serialize` fails",
    ),
    (
        "cookie without TLS in actix-web",
        cookie_without_tls,
        "the browser will drop `__Host-session`",
    ),
    (
        "form without TLS in actix-web",
        form_without_tls,
        "without TLS a browser keeps no `Secure` cookie",
    ),
    (
        "trusted form without TLS in actix-web",
        trusted_form_without_tls,
        "no cookie came, because without TLS",
    ),
];

/// Returns the status of the response.
fn ask<T, B>(app: App<T>, request: TestRequest) -> u16
where
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody,
{
    block_on(async {
        let app = test::init_service(app).await;
        let response = test::call_service(&app, request.to_request()).await;
        response.status().as_u16()
    })
}

fn layer() -> SessionLayer {
    SessionLayer::new(cookie())
}

fn no_layer() {
    let app = App::new().route("/", web::get().to(home));
    assert_eq!(ask(app, TestRequest::get()), 500);
}

fn other_type() {
    let app = App::new().route("/", web::get().to(async |_: Session<Login>| "hello"));
    assert_eq!(ask(app.wrap(layer()), TestRequest::get()), 500);
}

fn two_layers() {
    let app = App::new().route("/", web::get().to(home)).wrap(layer());
    let other = SessionCookie::encrypted(EncryptionKey::generate().unwrap()).name("__Host-other");
    let app = app.wrap(SessionLayer::new(other.build().unwrap()));
    assert_eq!(ask(app, TestRequest::get()), 500);
}

fn guard_without_its_type() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap()).typed::<Login>();
    let app = App::new()
        .route("/", web::post().to(async || "done"))
        .wrap(CsrfGuard::new())
        .wrap(SessionLayer::new(cookie.build().unwrap()));
    assert_eq!(ask(app, TestRequest::post()), 500);
}

fn form_without_a_guard() {
    let app = App::new().route("/", web::post().to(async |_: GuardedForm<Order>| "done"));
    let form = TestRequest::post().set_form([("count", 1)]);
    assert_eq!(ask(app.wrap(layer()), form), 500);
}

fn session_that_is_full() {
    let fill = async |session: Session| {
        let filled = session.insert("note", "hunter2".repeat(500));
        filled.map(|()| "done")
    };
    let app = App::new().route("/", web::get().to(fill)).wrap(layer());
    assert_eq!(ask(app, TestRequest::get()), 413);
}

fn value_that_serde_refuses() {
    let order = async |session: Session| session.insert("order", Ownerless).map(|()| "done");
    let app = App::new().route("/", web::get().to(order)).wrap(layer());
    assert_eq!(ask(app, TestRequest::get()), 500);
}

fn over_plain_http() -> TestRequest {
    TestRequest::post()
        .insert_header(("host", "shop.example"))
        .insert_header(("origin", "http://shop.example"))
}

fn cookie_without_tls() {
    let app = App::new().route("/", web::post().to(home)).wrap(layer());
    assert_eq!(ask(app, over_plain_http()), 200);
}

fn form_without_tls() {
    send_form_without_tls(CsrfGuard::new().tokens_in_forms());
}

fn trusted_form_without_tls() {
    let guard = CsrfGuard::new().tokens_in_forms();
    send_form_without_tls(guard.trust_origin("http://shop.example").unwrap());
}

fn send_form_without_tls(guard: CsrfGuard) {
    let app = App::new()
        .route("/", web::post().to(async |_: GuardedForm<Order>| "done"))
        .wrap(guard)
        .wrap(layer());
    let request = over_plain_http()
        .insert_header(("content-type", "application/x-www-form-urlencoded"))
        .set_payload(form());
    assert_eq!(ask(app, request), 403);
}
