//! Mistakes of an application that are certain, made in a program without a subscriber of events: what its terminal says.
//! Each is a process of its own, because other tests of this program have subscribers.

#[cfg(feature = "actix")]
mod actix;

use std::{
    env,
    process::Command,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    body::Body,
    routing::{any, get},
};
use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
    keys::RingKey,
    session::Validity,
};
use http::Request;
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use tower::ServiceExt;

use crate::common::block_on;
#[cfg(feature = "watch")]
use crate::common::new_key as key;

#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Login {
    user: Option<u64>,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

#[derive(Deserialize)]
struct Order {
    #[allow(dead_code, reason = "the form is refused before anybody reads it")]
    count: u32,
}

fn cookie() -> SessionCookie {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .build()
        .unwrap()
}

async fn home(session: Session) -> Result<String, SessionError> {
    session.insert("visits", 1)?;
    Ok("visit 1".to_owned())
}

fn ask(app: Router, request: http::request::Builder) -> http::StatusCode {
    let answer = app.oneshot(request.body(Body::empty()).unwrap());
    block_on(answer).unwrap().status()
}

/// With a part of what the terminal says.
type Mistake = (&'static str, fn(), &'static str);

const MISTAKES: &[Mistake] = &[
    (
        "layer before the routes",
        layer_before_the_routes,
        "no session layer for `Session`",
    ),
    ("other type", other_type, "provides `Session`"),
    ("two layers", two_layers, "two session layers for `Session`"),
    (
        "guard without its type",
        guard_without_its_type,
        "write `CsrfGuard::new().typed::<",
    ),
    ("form without a guard", form_without_a_guard, "CsrfGuard"),
    (
        "form without its token",
        form_without_its_token,
        "give the form a hidden field `csrf_token`",
    ),
    (
        "session that is full",
        session_that_is_full,
        "session needs",
    ),
    (
        "cookie without TLS",
        cookie_without_tls,
        "the browser will drop `__Host-session`",
    ),
    (
        "page without TLS",
        page_without_tls,
        "the browser will drop `__Host-session`: it is `Secure`, and http://192.168.0.7:3000 came without TLS",
    ),
    (
        "domain of another site",
        domain_of_another_site,
        "the browser will not send `__Secure-session` back to localhost, which its domain `example.com` leaves out",
    ),
    (
        "path with a slash too many",
        path_with_a_slash_too_many,
        "the browser will not send `__Secure-session` back to /app, which its path `/app/` leaves out",
    ),
    (
        "key that ends too early",
        key_that_ends_too_early,
        "although sessions of __Host-session that it sealed are valid until ",
    ),
    (
        "form without TLS",
        form_without_tls,
        "without TLS a browser keeps no `Secure` cookie",
    ),
    (
        "trusted form without TLS",
        trusted_form_without_tls,
        "no cookie came, because without TLS",
    ),
    (
        "trusted script without TLS",
        trusted_script_without_tls,
        "no cookie came, because without TLS",
    ),
    (
        "value that serde refuses",
        value_that_serde_refuses,
        "cannot be stored: its `Serialize` fails",
    ),
    (
        "question that fails",
        question_that_fails,
        "could not say whether a session is still valid: no such table",
    ),
    #[cfg(feature = "watch")]
    (
        "ring that is refused",
        ring_that_is_refused,
        "key ring refused, the earlier one stays in use: ",
    ),
    #[cfg(feature = "watch")]
    (
        "ring without its key",
        ring_without_its_key,
        ", and living sessions under them end now",
    ),
];

fn layer_before_the_routes() {
    let app = Router::new()
        .layer(SessionLayer::new(cookie()))
        .route("/", get(home));
    assert_eq!(ask(app, Request::get("/")), 500);
}

fn other_type() {
    let app = Router::new().route("/", get(async |_: Session<Login>| "hello"));
    assert_eq!(
        ask(app.layer(SessionLayer::new(cookie())), Request::get("/")),
        500
    );
}

fn two_layers() {
    let app = Router::new()
        .route("/", get(home))
        .layer(SessionLayer::new(cookie()));
    let other = SessionCookie::encrypted(EncryptionKey::generate().unwrap()).name("__Host-other");
    let app = app.layer(SessionLayer::new(other.build().unwrap()));
    assert_eq!(ask(app, Request::get("/")), 500);
}

fn guard_without_its_type() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap()).typed::<Login>();
    let app = Router::new()
        .route("/", any(async || "done"))
        .layer(CsrfGuard::new());
    let app = app.layer(SessionLayer::new(cookie.build().unwrap()));
    assert_eq!(ask(app, Request::post("/")), 500);
}

fn form_without_a_guard() {
    let app = Router::new().route("/", any(async |_: GuardedForm<Order>| "done"));
    let form = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(ask(app.layer(SessionLayer::new(cookie())), form), 500);
}

fn form_without_its_token() {
    let app = Router::new()
        .route("/", any(async |_: GuardedForm| "done"))
        .layer(CsrfGuard::new().tokens_in_forms());
    let form = Request::post("/").header("content-type", "application/x-www-form-urlencoded");
    assert_eq!(ask(app.layer(SessionLayer::new(cookie())), form), 403);
}

fn session_that_is_full() {
    let fill = async |session: Session| session.insert("note", "hunter2".repeat(500));
    let app = Router::new()
        .route("/", get(fill))
        .layer(SessionLayer::new(cookie()));
    assert_eq!(ask(app, Request::get("/")), 413);
}

struct Ownerless;

impl Serialize for Ownerless {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("hunter2 is no owner"))
    }
}

fn value_that_serde_refuses() {
    let order = async |session: Session| session.insert("order", Ownerless);
    let app = Router::new()
        .route("/", get(order))
        .layer(SessionLayer::new(cookie()));
    assert_eq!(ask(app, Request::get("/")), 500);
}

fn cookie_without_tls() {
    let app = Router::new()
        .route("/", any(home))
        .layer(SessionLayer::new(cookie()));
    let request = Request::post("/")
        .header("host", "shop.example")
        .header("origin", "http://shop.example");
    assert_eq!(ask(app, request), 200);
}

fn domain_of_another_site() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.domain("example.com").build().unwrap();
    let app = Router::new()
        .route("/", any(home))
        .layer(SessionLayer::new(cookie));
    let request = Request::get("/").header("host", "localhost:3000");
    assert_eq!(ask(app, request), 200);
}

fn path_with_a_slash_too_many() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.path("/app/").build().unwrap();
    let app = Router::new()
        .route("/app", any(home))
        .layer(SessionLayer::new(cookie));
    let request = Request::get("/app").header("host", "localhost:3000");
    assert_eq!(ask(app, request), 200);
}

fn page_without_tls() {
    let ask_for_a_page = |name: &str, value: &str| {
        let app = Router::new()
            .route("/", get(home))
            .layer(SessionLayer::new(cookie()));
        let request = Request::get("/")
            .header("host", "192.168.0.7:3000")
            .header("upgrade-insecure-requests", "1")
            .header(name, value);
        assert_eq!(ask(app, request), 200);
    };
    ask_for_a_page("accept", "text/html");
    // In front of the program is a proxy with TLS.
    ask_for_a_page("sec-fetch-dest", "document");
}

fn question_that_fails() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .revalidate_after(Duration::from_secs(60), |_| async {
            Err::<Validity, _>("no such table")
        })
        .build()
        .unwrap();
    let pair = cookie
        .cookie_for(SystemTime::now() - Duration::from_secs(60), |session| {
            session.insert("user", 42)
        })
        .unwrap();
    let app = Router::new()
        .route("/", get(home))
        .layer(SessionLayer::new(cookie));
    assert_eq!(ask(app, Request::get("/").header("cookie", pair)), 503);
}

fn key_that_ends_too_early() {
    let ago = |minutes: u64| SystemTime::now() - Duration::from_secs(60 * minutes);
    let key = || RingKey::from(EncryptionKey::generate().unwrap());
    let keys = [key().seal_from(ago(10)), key().accept_until(ago(5))];
    let ring = KeyRing::from_keys(keys).unwrap();
    SessionCookie::encrypted(ring).build().unwrap();
}

#[cfg(feature = "watch")]
fn ring_that_is_refused() {
    replace_the_ring("hunter2".to_owned());
}

#[cfg(feature = "watch")]
fn ring_without_its_key() {
    replace_the_ring(key());
}

#[cfg(feature = "watch")]
fn replace_the_ring(text: String) {
    use hardtack::{
        Clock,
        keys::{RingSource, WatchedKeyRing},
    };

    let texts = Mutex::new(vec![text.clone(), text, key()]);
    let source = RingSource::from_fn("the vault", move || {
        Ok(texts.lock().unwrap().pop().unwrap())
    });
    let mut watched = WatchedKeyRing::from_sources([source]).unwrap();
    watched.poll(Clock::system());
    watched.poll(Clock::system());
}

fn form_without_tls() {
    send_form_without_tls(CsrfGuard::new().tokens_in_forms());
}

/// As the advice of the mistake before was followed in part.
fn trusted_form_without_tls() {
    let guard = CsrfGuard::new().tokens_in_forms();
    send_form_without_tls(guard.trust_origin("http://shop.example").unwrap());
}

fn send_form_without_tls(guard: CsrfGuard) {
    let app = Router::new().route("/", any(async |_: GuardedForm<Order>| "done"));
    let kind = ("content-type", "application/x-www-form-urlencoded");
    send_without_tls(app, guard, kind, form());
}

fn trusted_script_without_tls() {
    let guard = CsrfGuard::new().trust_origin("http://shop.example");
    let app = Router::new().route("/", any(async || "done"));
    send_without_tls(
        app,
        guard.unwrap(),
        ("x-csrf-token", &token()),
        String::new(),
    );
}

fn send_without_tls(app: Router, guard: CsrfGuard, field: (&str, &str), body: String) {
    let app = app.layer(guard).layer(SessionLayer::new(cookie()));
    let request = Request::post("/")
        .header(field.0, field.1)
        .header("host", "shop.example")
        .header("origin", "http://shop.example");
    let answer = app.oneshot(request.body(Body::from(body)).unwrap());
    assert_eq!(block_on(answer).unwrap().status(), 403);
}

fn form() -> String {
    format!("count=1&csrf_token={}", token())
}

/// The browser has dropped the cookie that came with this token.
fn token() -> String {
    let session = cookie().load(None::<&str>, SystemTime::now());
    session.csrf_token().unwrap()
}

fn all() -> impl Iterator<Item = &'static Mistake> {
    #[cfg(feature = "actix")]
    let all = MISTAKES.iter().chain(actix::MISTAKES);
    #[cfg(not(feature = "actix"))]
    let all = MISTAKES.iter();
    all
}

/// Returns what the terminal of a program says that makes this mistake.
fn told(mistake: &str) -> String {
    let program = Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "mistakes::a_program_makes_a_mistake",
        ])
        .env(MISTAKE, mistake)
        .output()
        .unwrap();
    let said = String::from_utf8(program.stderr).unwrap();
    assert!(program.status.success(), "{mistake}: {said}");
    said
}

#[test]
fn who_runs_a_program_sees_what_is_wrong_with_it() {
    for (mistake, _, sentence) in all() {
        let said = told(mistake);
        let sentences: Vec<_> = said
            .lines()
            .filter(|line| line.starts_with("hardtack: "))
            .collect();
        assert_eq!(sentences.len(), 1, "{mistake}: {said}");
        assert!(sentences[0].contains(sentence), "{mistake}: {said}");
        assert!(!said.contains("hunter2"), "{mistake}: {said}");
    }
}

#[test]
#[ignore = "a process of its own, which `who_runs_a_program_sees_what_is_wrong_with_it` starts"]
fn a_program_makes_a_mistake() {
    let mistake = env::var(MISTAKE).unwrap();
    let (_, make, _) = all().find(|(name, ..)| *name == mistake).unwrap();
    make();
}

const MISTAKE: &str = "HARDTACK_TEST_MISTAKE";
