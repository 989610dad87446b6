//! If one of these fails, somebody who makes a mistake is not told so, or told a remedy that is none.
//!
//! The mistakes are certain, and made in a program without a subscriber of events, whose terminal says them. Each is a process
//! of its own, because other tests of this program have subscribers.

#[cfg(feature = "tracing")]
mod followed;

use std::{
    env,
    process::Command,
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, routing::any};
use hardtack::{
    KeyRing, Session, SessionCookie, SessionLayer, csrf::CsrfGuard, keys::RingKey,
    session::Validity,
};
use http::{Request, request::Builder};
use serde::{Serialize, Serializer, ser::Error as _};
use tower::ServiceExt;

use crate::common::{block_on, builder, cookie, key};

struct Ownerless;

impl Serialize for Ownerless {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("hunter2 is no owner"))
    }
}

/// Returns the status of the answer of a program with these layers.
fn ask(guard: Option<CsrfGuard>, cookie: Option<SessionCookie>, request: Builder) -> u16 {
    let home = async |session: Session| session.insert("visits", 1);
    let full = async |session: Session| session.insert("note", "hunter2".repeat(500));
    let order = async |session: Session| session.insert("order", Ownerless);
    let mut app = Router::new()
        .route("/", any(home))
        .route("/full", any(full))
        .route("/order", any(order));
    if let Some(guard) = guard {
        app = app.layer(guard);
    }
    if let Some(cookie) = cookie {
        app = app.layer(SessionLayer::new(cookie));
    }
    let answer = block_on(app.oneshot(request.body(Body::empty()).unwrap()));
    answer.unwrap().status().as_u16()
}

fn over_plain_http() -> Builder {
    Request::post("/")
        .header("host", "shop.example")
        .header("origin", "http://shop.example")
}

/// Names, mistakes, and what the terminal is to say.
const MISTAKES: &[(&str, fn(), &str)] = &[
    (
        "no layer",
        || assert_eq!(ask(None, None, Request::get("/")), 500),
        "no session layer for `Session`",
    ),
    (
        "session that is full",
        || assert_eq!(ask(None, Some(cookie()), Request::get("/full")), 413),
        "session needs",
    ),
    (
        "value that serde refuses",
        || assert_eq!(ask(None, Some(cookie()), Request::get("/order")), 500),
        "cannot be stored: its `Serialize` fails",
    ),
    (
        "form without its token",
        || {
            let form = "application/x-www-form-urlencoded";
            let request = Request::post("/").header("content-type", form);
            let guard = CsrfGuard::new().tokens_in_forms();
            assert_eq!(ask(Some(guard), Some(cookie()), request), 403);
        },
        "give the form a hidden field `csrf_token`",
    ),
    (
        "cookie without TLS",
        || assert_eq!(ask(None, Some(cookie()), over_plain_http()), 200),
        "or in development on localhost (purpose=__Host-session, origin=http://shop.example)",
    ),
    (
        "script without TLS",
        || {
            let session = cookie().load(None::<&str>, SystemTime::now());
            let token = session.csrf_token().unwrap();
            let request = over_plain_http().header("x-csrf-token", token);
            let guard = CsrfGuard::new().trust_origin("http://shop.example");
            assert_eq!(ask(guard.ok(), Some(cookie()), request), 403);
        },
        "no cookie came, because without TLS",
    ),
    (
        "key that ends too early",
        || {
            let ago = |minutes: u32| SystemTime::now() - minutes * MINUTE;
            let [new, old] = [0, 1].map(|number| RingKey::from(key(number)));
            let ring = KeyRing::from_keys([new.seal_from(ago(10)), old.accept_until(ago(5))]);
            SessionCookie::encrypted(ring.unwrap()).build().unwrap();
        },
        "unless `ring show` says that it leaked (purpose=__Host-session, key_id=",
    ),
    (
        "question that fails",
        || {
            let asking = builder()
                .revalidate_after(MINUTE, |_| async { Err::<Validity, _>("no such table") });
            let cookie = asking.build().unwrap();
            let begun = SystemTime::now() - MINUTE;
            let pair = cookie.cookie_for(begun, |session| session.insert("user", 42));
            let request = Request::get("/").header("cookie", pair.unwrap());
            assert_eq!(ask(None, Some(cookie), request), 503);
        },
        "could not say whether a session is still valid: no such table",
    ),
    (
        "ring that is refused",
        || replace_the_ring("hunter2".to_owned()),
        "key ring refused, the earlier one stays in use: ",
    ),
    (
        "ring without its key",
        || replace_the_ring(crate::common::new_key()),
        " or ends them too early: their sessions end",
    ),
];

fn replace_the_ring(text: String) {
    use hardtack::keys::{RingSource, WatchedKeyRing};

    let first = crate::common::new_key();
    let texts = std::sync::Mutex::new(vec![text.clone(), text, first]);
    let source = RingSource::from_fn("the vault", move || {
        Ok(texts.lock().unwrap().pop().unwrap())
    });
    let mut watched = WatchedKeyRing::from_sources([source]).unwrap();
    watched.poll(SystemTime::now());
    watched.poll(SystemTime::now());
}

#[test]
fn who_runs_a_program_sees_what_is_wrong_with_it() {
    for (mistake, _, sentence) in MISTAKES {
        let mut program = Command::new(env::current_exe().unwrap());
        program.args(["--ignored", "--exact", "--nocapture"]);
        program.arg("mistakes::a_program_makes_a_mistake");
        let program = program.env(NAME, mistake).output().unwrap();
        let said = String::from_utf8(program.stderr).unwrap();
        assert!(program.status.success(), "{mistake}: {said}");
        let sentences = said.lines().filter(|line| line.starts_with("hardtack: "));
        let [told] = sentences.collect::<Vec<_>>()[..] else {
            panic!("{mistake}: {said}")
        };
        assert!(told.contains(sentence), "{mistake}: {said}");
        assert!(!said.contains("hunter2"), "{mistake}: {said}");
    }
}

#[test]
#[ignore = "a process of its own, which `who_runs_a_program_sees_what_is_wrong_with_it` starts"]
fn a_program_makes_a_mistake() {
    let name = env::var(NAME).unwrap();
    let mut mistakes = MISTAKES.iter();
    let (_, make, _) = mistakes.find(|(mistake, ..)| *mistake == name).unwrap();
    make();
}

const MINUTE: Duration = Duration::from_secs(60);
const NAME: &str = "HARDTACK_TEST_MISTAKE";
