//! Mistakes of an application that are certain, made in a program without a subscriber of events: what its terminal says.
//! Each is a process of its own, because other tests of this program have subscribers.

#[cfg(feature = "actix")]
mod actix;
mod axum;
#[cfg(feature = "tracing")]
mod followed;

use std::{
    env,
    process::Command,
    sync::Mutex,
    time::{Duration, SystemTime},
};

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SessionError, SessionLayer,
    carrier::SessionCookieBuilder,
    csrf::CsrfGuard,
    keys::RingKey,
    session::{Map, Payload, Validity},
};
use http::{Request, request};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};

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

fn builder() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

fn cookie() -> SessionCookie {
    builder().build().unwrap()
}

async fn home(session: Session) -> Result<String, SessionError> {
    session.insert("visits", 1)?;
    Ok("visit 1".to_owned())
}

async fn full(session: Session) -> Result<&'static str, SessionError> {
    let filled = session.insert("note", "hunter2".repeat(500));
    filled.map(|()| "done")
}

struct Ownerless;

impl Serialize for Ownerless {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("hunter2 is no owner"))
    }
}

async fn order(session: Session) -> Result<&'static str, SessionError> {
    session.insert("order", Ownerless).map(|()| "done")
}

/// A framework that serves these pages: `/` is [`home`], `/full` and `/order` are handlers of their own, `/login` takes a
/// `Session<Login>`, `/form` a `GuardedForm<Order>`, and `/done` nothing.
trait Framework {
    /// Returns the status of the answer of a program with this guard inside these layers.
    fn ask<T: Payload>(
        guard: Option<CsrfGuard>,
        sessions: &[SessionLayer<T>],
        request: Request<String>,
    ) -> u16;
}

/// Asks a program with one layer.
fn ask<F: Framework>(
    guard: Option<CsrfGuard>,
    cookie: SessionCookie<impl Payload>,
    request: request::Builder,
) -> u16 {
    ask_with::<F>(guard, cookie, request, String::new())
}

fn ask_with<F: Framework>(
    guard: Option<CsrfGuard>,
    cookie: SessionCookie<impl Payload>,
    request: request::Builder,
    body: String,
) -> u16 {
    F::ask(
        guard,
        &[SessionLayer::new(cookie)],
        request.body(body).unwrap(),
    )
}

/// With a part of what the terminal says.
type Mistake = (&'static str, fn(), &'static str);

/// The mistakes that each framework has to notice.
fn of<F: Framework>() -> [Mistake; 11] {
    [
        ("no layer", no_layer::<F>, "no session layer for `Session`"),
        ("other type", other_type::<F>, "provides `Session`"),
        (
            "two layers",
            two_layers::<F>,
            "two session layers for `Session`",
        ),
        (
            "guard without its type",
            guard_without_its_type::<F>,
            "write `CsrfGuard::new().typed::<",
        ),
        (
            "form without a guard",
            form_without_a_guard::<F>,
            "CsrfGuard",
        ),
        (
            "form without its token",
            form_without_its_token::<F>,
            "give the form a hidden field `csrf_token`",
        ),
        (
            "session that is full",
            session_that_is_full::<F>,
            "session needs",
        ),
        (
            "value that serde refuses",
            value_that_serde_refuses::<F>,
            "cannot be stored: its `Serialize` fails",
        ),
        (
            "cookie without TLS",
            cookie_without_tls::<F>,
            "the browser will drop `__Host-session`",
        ),
        (
            "form without TLS",
            form_without_tls::<F>,
            "without TLS a browser keeps no `Secure` cookie",
        ),
        (
            "trusted form without TLS",
            trusted_form_without_tls::<F>,
            "no cookie came, because without TLS",
        ),
    ]
}

/// The mistakes that have nothing to do with a framework.
const OTHERS: &[Mistake] = &[
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
        "trusted script without TLS",
        trusted_script_without_tls,
        "no cookie came, because without TLS",
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
        ", or ends them too early: living sessions under them end",
    ),
];

fn no_layer<F: Framework>() {
    let request = Request::get("/").body(String::new()).unwrap();
    assert_eq!(F::ask::<Map>(None, &[], request), 500);
}

fn other_type<F: Framework>() {
    assert_eq!(ask::<F>(None, cookie(), Request::get("/login")), 500);
}

fn two_layers<F: Framework>() {
    let other = builder().name("__Host-other").build().unwrap();
    let layers = [cookie(), other].map(SessionLayer::new);
    let request = Request::get("/").body(String::new()).unwrap();
    assert_eq!(F::ask(None, &layers, request), 500);
}

fn guard_without_its_type<F: Framework>() {
    let cookie = builder().typed::<Login>().build().unwrap();
    let guard = Some(CsrfGuard::new());
    assert_eq!(ask::<F>(guard, cookie, Request::post("/done")), 500);
}

fn form_without_a_guard<F: Framework>() {
    let form = Request::post("/form").header(FORM.0, FORM.1);
    assert_eq!(ask::<F>(None, cookie(), form), 500);
}

fn form_without_its_token<F: Framework>() {
    let form = Request::post("/form").header(FORM.0, FORM.1);
    let guard = CsrfGuard::new().tokens_in_forms();
    assert_eq!(ask::<F>(Some(guard), cookie(), form), 403);
}

fn session_that_is_full<F: Framework>() {
    assert_eq!(ask::<F>(None, cookie(), Request::get("/full")), 413);
}

fn value_that_serde_refuses<F: Framework>() {
    assert_eq!(ask::<F>(None, cookie(), Request::get("/order")), 500);
}

fn over_plain_http(path: &str) -> request::Builder {
    Request::post(path)
        .header("host", "shop.example")
        .header("origin", "http://shop.example")
}

fn cookie_without_tls<F: Framework>() {
    assert_eq!(ask::<F>(None, cookie(), over_plain_http("/")), 200);
}

fn form_without_tls<F: Framework>() {
    send_form_without_tls::<F>(CsrfGuard::new().tokens_in_forms());
}

/// As the advice of the mistake before was followed in part.
fn trusted_form_without_tls<F: Framework>() {
    let guard = CsrfGuard::new().tokens_in_forms();
    send_form_without_tls::<F>(guard.trust_origin("http://shop.example").unwrap());
}

fn send_form_without_tls<F: Framework>(guard: CsrfGuard) {
    let request = over_plain_http("/form").header(FORM.0, FORM.1);
    let form = format!("count=1&csrf_token={}", token());
    assert_eq!(ask_with::<F>(Some(guard), cookie(), request, form), 403);
}

fn trusted_script_without_tls() {
    let guard = CsrfGuard::new().trust_origin("http://shop.example");
    let request = over_plain_http("/done").header("x-csrf-token", token());
    assert_eq!(ask::<axum::Axum>(guard.ok(), cookie(), request), 403);
}

/// The browser has dropped the cookie that came with this token.
fn token() -> String {
    let session = cookie().load(None::<&str>, SystemTime::now());
    session.csrf_token().unwrap()
}

fn domain_of_another_site() {
    let cookie = builder().domain("example.com").build().unwrap();
    let request = Request::get("/").header("host", "localhost:3000");
    assert_eq!(ask::<axum::Axum>(None, cookie, request), 200);
}

fn path_with_a_slash_too_many() {
    let cookie = builder().path("/app/").build().unwrap();
    let request = Request::get("/app").header("host", "localhost:3000");
    assert_eq!(ask::<axum::Axum>(None, cookie, request), 200);
}

fn page_without_tls() {
    // In front of the program is a proxy with TLS in the second case.
    for (name, value) in [("accept", "text/html"), ("sec-fetch-dest", "document")] {
        let request = Request::get("/")
            .header("host", "192.168.0.7:3000")
            .header("upgrade-insecure-requests", "1")
            .header(name, value);
        assert_eq!(ask::<axum::Axum>(None, cookie(), request), 200);
    }
}

fn question_that_fails() {
    let cookie = builder()
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
    let request = Request::get("/").header("cookie", pair);
    assert_eq!(ask::<axum::Axum>(None, cookie, request), 503);
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
    use hardtack::keys::{RingSource, WatchedKeyRing};

    let texts = Mutex::new(vec![text.clone(), text, key()]);
    let source = RingSource::from_fn("the vault", move || {
        Ok(texts.lock().unwrap().pop().unwrap())
    });
    let mut watched = WatchedKeyRing::from_sources([source]).unwrap();
    watched.poll(SystemTime::now());
    watched.poll(SystemTime::now());
}

/// Names, and what the terminal is to say.
fn all() -> Vec<(String, fn(), &'static str)> {
    let named = |of: &str, mistakes: &[Mistake]| {
        let named = mistakes.iter();
        let named = named.map(|(name, make, says)| (format!("{name}{of}"), *make, *says));
        named.collect::<Vec<_>>()
    };
    let mut all = named("", OTHERS);
    all.extend(named(" in axum", &of::<axum::Axum>()));
    #[cfg(feature = "actix")]
    all.extend(named(" in actix-web", &of::<actix::ActixWeb>()));
    all
}

/// Returns what the terminal of a program says that makes this mistake.
fn told(mistake: &str) -> String {
    let program = Command::new(env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "--nocapture",
            "documents::mistakes::a_program_makes_a_mistake",
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
        let said = told(&mistake);
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
    let (_, make, _) = all()
        .into_iter()
        .find(|(name, ..)| *name == mistake)
        .unwrap();
    make();
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");
const MISTAKE: &str = "HARDTACK_TEST_MISTAKE";
