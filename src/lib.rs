//! Web sessions that live in one sealed cookie and need no backend.
//!
//! Every instance that has the keys reads every session, and none keeps anything: what a visitor's
//! session holds travels in the cookie, encrypted, or only signed where you say so.
//!
#![cfg_attr(feature = "axum", doc = "```")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
//! use axum::{Router, routing::get};
//! use hardtack::{
//!     ConfigError, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionLayer,
//! };
//!
//! /// `keys` come from `KeyRing::from_env`, or from wherever secrets are kept.
//! fn app(keys: KeyRing<EncryptionKey>) -> Result<Router, ConfigError> {
//!     let cookie = SessionCookie::encrypted(keys).build()?;
//!     Ok(Router::new().route("/", get(home)).layer(SessionLayer::new(cookie)))
//! }
//!
//! async fn home(session: Session) -> Result<String, SessionError> {
//!     let visits = session.get::<u32>("visits")?.unwrap_or(0) + 1;
//!     session.insert("visits", visits)?;
//!     Ok(format!("visit {visits}"))
//! }
//! # use axum::{body::Body, http::Request};
//! # use tower::ServiceExt;
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! # let app = app(EncryptionKey::generate()?.into())?;
//! # let first = app.clone().oneshot(Request::get("/").body(Body::empty())?).await?;
//! # let request = Request::get("/").header("cookie", &first.headers()["set-cookie"]);
//! # let second = app.oneshot(request.body(Body::empty())?).await?;
//! # let body = axum::body::to_bytes(second.into_body(), 100).await?;
//! # assert_eq!(body, "visit 2");
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # The pieces
//!
//! | To… | there is… |
//! |---|---|
//! | make a key, and keep it as text | [`EncryptionKey`], [`SigningKey`] |
//! | use several keys, and rotate them | [`KeyRing`], [`RingKey`]; while the program runs [`SharedKeyRing`] |
//! | read them, and follow a change | [`RingSource`]; `WatchedKeyRing` (feature `watch`) |
//! | choose the cookie, the timeouts, the size | [`SessionCookie::encrypted`], [`SessionBuilder`] |
//! | take all that from a file or the environment | [`SessionSettings`] |
//! | let everybody read the content | [`SessionCookie::unencrypted_but_signed`] |
//! | read and change a visitor's session | [`Session`] |
//! | hold a type of yours in it | [`SessionData`], [`typed`](SessionBuilder::typed) |
//! | serve sessions in a web framework | `SessionLayer` (feature `tower`), `Session` as an argument of handlers (feature `axum`) |
//! | serve them by hand | [`SessionCookie::load`], [`SessionCookie::save`]; on a `HeaderMap` `load_from`, `save_to` (feature `http`) |
//! | do without a cookie | [`SessionHeader`], [`SessionToken`] |
//! | bind sessions to a tenant or a stage | [`context`](SessionBuilder::context), [`SessionCookie::load_in`], [`Context`] |
//! | log what came of reading them | [`Outcome`], [`Reason`] |
//!
//! # What a session holds
//!
//! A dictionary of text keys and values of any type that serde can write and read; or, after
//! [`typed`](SessionBuilder::typed), one value of your type, which is smaller. With every other
//! setting by default there is room for 2,171 bytes, 2,939 with [`Size::Browser`], or in up to four cookies
//! with [`Size::Split`].
//!
//! ```
//! # use hardtack::{EncryptionKey, SessionCookie};
//! # use std::time::SystemTime;
//! # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
//! # let session = cookie.load(None::<&str>, SystemTime::now());
//! session.insert("language", "sv")?;
//! session.update("cart", |cart: &mut Vec<u32>| cart.push(7))?;
//! assert_eq!(session.keys(), ["cart", "language"]);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # When it is written
//!
//! Nothing is read before a session is first used, and nothing is written before the head of the
//! response. A session is sent when its content has changed, when its idle timeout is due to begin anew
//! ([`refresh_after`](SessionBuilder::refresh_after)), and when another key seals now. Nobody has to
//! save it; [`Session::save`] and [`Session::discard`] say otherwise. A session that the application
//! ended makes the browser drop its cookie; one that does not open never does.
//!
//! # Errors
//!
//! A cookie that does not open is no error: its visitor has a new, empty session, and the
//! [`Outcome`] tells you why. A change that cannot be saved is an error where it is made
//! ([`SessionError`]), and leaves the session as it was. Wrong settings and wrong keys are errors at
//! start-up ([`ConfigError`], [`KeyError`], [`RingError`], [`RingSourceError`], [`SettingsError`]), whose
//! sentences say what to do.
//! Saving fails for want of random bytes or of a clock, or for a session of another cookie
//! ([`SaveError`]), never for the content.
//!
//! # Features
//!
//! None is on by default.
//!
//! | Feature | | Adds |
//! |---|---|---|
//! | `http` | Sessions from and to an `http::HeaderMap`. | `SessionCookie::load_from`, `SessionCookie::save_to`, `host_of` |
//! | `tower` | `SessionLayer`, a tower layer over any body. | `SessionLayer`, `Session::from_extensions`, and feature `http` |
//! | `axum` | `Session` as an axum extractor. | `Session` as an argument, `SessionError` as a response, and feature `tower` |
//! | `tracing` | `tracing` events for what came of reading sessions, for what was left out or replaced, and for failures. | events |
//! | `cli` | The command line `hardtack`: keys, key rings, and what is in a cookie. | a program |
//! | `watch` | A key ring that follows its files, and whatever else it is read from. | `WatchedKeyRing` |
//!
//! # Examples
//!
//! In the folder `examples` of the repository, each with the commands of `curl` that try it. `cargo run --example`
//! starts one:
//!
//! | | |
//! |---|---|
//! | `demo` | a site that shows what is in its cookie, and the same session as JSON for scripts |
//! | `login` | signing in and out, and a list of the sessions that were signed out |
//! | `oauth` | signing in at another site, with state and PKCE |
//! | `remember_me` | sessions of thirty days, and the password again before what matters |
//! | `epoch` | "sign out everywhere" |
//! | `csrf_form` | a form that no other site can send |
//! | `flash` | a message for the next page |
//! | `header_session` | a JSON interface with its session in a header |
//! | `tenants` | one program for several tenants |
//! | `streaming` | a stream that ends with its session |
//! | `settings` | a cookie that is described by a file |
//!
//! # More
//!
//! docs/guides.md has short guides: OAuth and OpenID Connect, webhooks, tests of handlers, deployment behind a
//! proxy. README.md has rotation, limits and what a session without a backend cannot do: above all, end a copy
//! of a cookie before its own deadline. SPEC.md is the format, section by section. SECURITY.md is the
//! threat model. All of these come with the crate.

// What all stands on.
mod base;
mod crypto;

// The four that a session is made of. They do not know each other, but a token knows keys.
mod cookie;
mod keys;
mod state;
mod token;

// The handle that applications hold, and the ways in which it travels.
mod carrier;
mod session;

// The outside.
mod csrf;
mod settings;
#[cfg(feature = "http")]
mod web;

#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(test)]
mod vectors;

pub use base::{clock::Clock, reason::Reason};
pub use carrier::{
    CarrierOptions, ConfigError, CookieForError, CookieOptions, FormerAttributes, HeaderOptions,
    KeysInUse, OverHttp, SessionBuilder, SessionCookie, SessionCookieBuilder, SessionHeader,
    SessionHeaderBuilder, SessionToken, SessionTokenBuilder, Size, TokenChange, TokenContent,
    TokenInfo, TokenOptions,
};
pub use cookie::{AttributeError, CookieName, CookieNameError, SameSite, SetCookies};
pub use crypto::{
    random::RandomError,
    suite::{Mode, Suite},
};
#[cfg(feature = "axum")]
pub use csrf::{CsrfField, CsrfForm, Guarded, GuardedRejection};
#[cfg(feature = "tower")]
pub use csrf::{CsrfFuture, CsrfGuard, CsrfService};
pub use keys::{
    EncryptionKey, Fingerprint, IntoKeys, Key, KeyError, KeyId, KeyInfo, KeyRing, RingError,
    RingKey, RingSource, RingSourceError, RingTextError, SharedKeyRing, SigningKey,
};
#[cfg(feature = "watch")]
pub use keys::{PollOutcome, WatchGuard, WatchedKeyRing};
pub use session::{Outcome, ReadEvent, SaveError, Session, SessionId, SessionIdError, SessionInfo};
pub use settings::{SessionSettings, SettingsError};
pub use state::{
    Map, Padding, Payload, RefreshAfter, SessionData, SessionError, SizeReport, TooLarge,
};
pub use token::{Context, ContextError};
#[cfg(feature = "http")]
pub use web::host_of;
#[cfg(feature = "tower")]
pub use web::{CsrfRefusal, Failure, MissingSession, ResponseFuture, SessionLayer, SessionService};

/// The examples of README.md, compiled and run.
#[cfg(all(doctest, feature = "axum", feature = "watch"))]
#[doc = include_str!("../docs/cli.md")]
#[doc = include_str!("../docs/guides.md")]
#[doc = include_str!("../docs/large-sessions.md")]
#[doc = include_str!("../docs/operation.md")]
#[doc = include_str!("../docs/rotation.md")]
#[doc = include_str!("../docs/settings.md")]
#[doc = include_str!("../README.md")]
struct Readme;
