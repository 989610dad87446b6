//! Shared by the tests: keys, times, a browser's jar, and one visit made through every adapter.

#![cfg_attr(
    not(all(feature = "axum", feature = "tracing")),
    allow(dead_code, unused_imports, reason = "tests of other features use it")
)]

#[cfg(feature = "actix")]
pub(crate) mod actix;
pub(crate) mod browser;
pub(crate) mod cases;
#[cfg(feature = "axum")]
pub(crate) mod companion;
#[cfg(feature = "metrics")]
pub(crate) mod counted;
pub(crate) mod files;
pub(crate) mod folder;
pub(crate) mod login;
pub(crate) mod repository;
pub(crate) mod settings;
pub(crate) mod times;
#[cfg(feature = "tracing")]
pub(crate) mod told;
#[cfg(feature = "axum")]
mod visit;

use std::{
    fmt::Display,
    pin::{Pin, pin},
    sync::LazyLock,
    time::SystemTime,
};

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionHeader, SessionToken,
    carrier::{SessionCookieBuilder, SessionHeaderBuilder, SessionTokenBuilder},
    keys::{KeyId, KeyRole},
    session::{Map, Outcome, Payload, Reason, Validity},
};
use http::{HeaderMap, header::SET_COOKIE};

pub(crate) use browser::{Jar, pair_of};
pub(crate) use login::{Login, NewerLogin};
pub(crate) use times::{at, seconds};
#[cfg(feature = "axum")]
pub(crate) use visit::{
    ADAPTERS, Answer, ENDED, PREFETCHES, READ, REFRESHED, UNTOUCHED, Visit, WRITTEN, check,
};

pub(crate) const HOUR: u64 = 3600;

/// Three keys, which stay the same while the tests run.
static KEYS: LazyLock<[String; 3]> = LazyLock::new(|| std::array::from_fn(|_| new_key()));

/// A new key as text.
pub(crate) fn new_key() -> String {
    let key = EncryptionKey::generate().unwrap();
    key.expose_secret().to_string()
}

/// Returns `true` if the result is an error whose sentence contains these words.
pub(crate) fn says<T, E: Display>(result: &Result<T, E>, words: &str) -> bool {
    let error = result.as_ref().err();
    error.is_some_and(|error| error.to_string().contains(words))
}

/// The key number `index`, 0 to 2.
pub(crate) fn key(index: usize) -> EncryptionKey {
    KEYS[index].parse().unwrap()
}

/// The default ring of the tests, with one key.
pub(crate) fn ring() -> KeyRing {
    KeyRing::from(key(0))
}

/// The default settings of the tests.
pub(crate) fn builder() -> SessionCookieBuilder {
    SessionCookie::encrypted(ring())
}

/// The same for sessions that hold a `T`.
pub(crate) fn builder_of<T: Payload>() -> SessionCookieBuilder<T> {
    builder().typed()
}

/// The same in a header.
pub(crate) fn header_builder(name: &str) -> SessionHeaderBuilder {
    SessionHeader::encrypted(ring(), name)
}

/// The same in bare tokens.
pub(crate) fn token_builder(purpose: &str) -> SessionTokenBuilder {
    SessionToken::encrypted(ring(), purpose)
}

pub(crate) fn cookie() -> SessionCookie {
    builder().build().unwrap()
}

/// `name=token` of a session that was begun at `time` and filled with `fill`.
#[track_caller]
pub(crate) fn sealed<T: Payload>(
    cookie: &SessionCookie<T>,
    time: SystemTime,
    fill: impl FnOnce(&Session<T>),
) -> String {
    let session = cookie.load(None::<&str>, time);
    fill(&session);
    let set_cookies = cookie.save(&session).unwrap();
    let field = set_cookies.iter().next().expect("the session is written");
    pair_of(field).to_owned()
}

/// The same for sessions that hold a `T`.
#[track_caller]
pub(crate) fn sealed_of<T: Payload>(time: SystemTime, fill: impl FnOnce(&Session<T>)) -> String {
    sealed(&builder_of().build().unwrap(), time, fill)
}

/// `name=token` of a session with one entry, `user: 42`, begun when the tests begin.
pub(crate) fn signed_in(cookie: &SessionCookie<Map>) -> String {
    sealed(cookie, at(0), |session| session.insert("user", 42).unwrap())
}

/// Returns the ids of the keys that open at `now`.
pub(crate) fn accepted_keys(ring: &KeyRing, now: SystemTime) -> Vec<KeyId> {
    let opens = |id: &KeyId| ring.role(*id, now) != Some(KeyRole::Retired);
    ring.keys()
        .into_iter()
        .map(|key| key.id)
        .filter(opens)
        .collect()
}

/// Whether the session is valid, as the application says now if it is due.
pub(crate) fn is_valid<T: Payload>(session: &Session<T>) -> bool {
    block_on(session.validate()).unwrap() == Validity::Valid
}

/// The reason for which a session did not open; `None` if it opened under the sealing key.
#[track_caller]
pub(crate) fn reason<T: Payload>(session: &Session<T>) -> Option<Reason> {
    match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        Outcome::Opened { .. } => None,
        outcome => panic!("{outcome:?}"),
    }
}

/// Returns the body of a response; of one to a mistake in the setup, the sentence for the log, unless the application
/// has replaced the body. The visitor gets no advice for developers.
#[cfg(feature = "tower")]
#[track_caller]
pub(crate) fn words(body: String, failure: Option<&hardtack::web::Failure>) -> String {
    match failure {
        Some(hardtack::web::Failure::Setup(sentence)) if body == "server error" => sentence.clone(),
        Some(hardtack::web::Failure::Setup(sentence)) => {
            assert_ne!(body, *sentence);
            body
        }
        _ => body,
    }
}

pub(crate) fn set_cookies(headers: &HeaderMap) -> Vec<&str> {
    let fields = headers.get_all(SET_COOKIE).into_iter();
    fields.map(|field| field.to_str().unwrap()).collect()
}

/// The token of `name=token`.
pub(crate) fn token_of(pair: &str) -> &str {
    pair.split_once('=').expect("a pair").1
}

pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    let mut output = None;
    run(pin!(async { output = Some(future.await) }));
    output.unwrap()
}

/// Takes futures of one type, so that the runtime is compiled once and not for every test.
fn run(future: Pin<&mut dyn Future<Output = ()>>) {
    let runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = { runtime }.enable_time().build().unwrap();
    runtime.block_on(future)
}
