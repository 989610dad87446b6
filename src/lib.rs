//! Web sessions that live in one sealed cookie and need no backend.
//!
//! A session travels in the visitor's cookie, encrypted, or only signed where you say so. Every instance that
//! has the keys reads every session, and none keeps anything.
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
//! # Finding things
//!
//! | To… | there is… |
//! |---|---|
//! | make a key and keep it as text | [`EncryptionKey`], [`SigningKey`] |
//! | use several keys and rotate them | [`KeyRing`], [`keys::RingKey`]; in a running program [`keys::SharedKeyRing`] |
//! | read keys from files or variables, and follow changes | [`keys::RingSource`], [`keys::WatchedKeyRing`] |
//! | choose the cookie, the timeouts, the size | [`SessionCookie::encrypted`], [`carrier::SessionBuilder`] |
//! | read all that from a file or the environment | [`SessionSettings`] |
//! | let everybody read the content | [`SessionCookie::unencrypted_but_signed`] |
//! | read and change a visitor's session | [`Session`] |
//! | hold one value of your type in it | [`SessionData`], [`typed`](carrier::SessionBuilder::typed) |
//! | serve sessions in tower or axum | [`SessionLayer`]; [`Session`] as an argument of handlers |
//! | refuse requests that other sites make | [`csrf::CsrfGuard`], [`csrf::Guarded`] |
//! | serve sessions by hand | [`SessionCookie::load`], [`SessionCookie::save`] |
//! | do without a cookie | [`SessionHeader`], [`SessionToken`] |
//! | bind sessions to a tenant or a stage | [`context`](carrier::SessionBuilder::context), [`carrier::Context`] |
//! | log the outcome of reading them | [`session::Outcome`], [`session::Reason`] |
//!
//! # The content of a session
//!
//! A dictionary of text keys and values of any type that serde can write and read; or, after
//! [`typed`](carrier::SessionBuilder::typed), one value of your type, which is smaller. With every other
//! setting at its default there is room for 2,171 bytes, or 2,939 with [`Size::Browser`], or more in up to
//! four cookies with [`Size::Split`].
//!
//! ```
//! # use hardtack::{EncryptionKey, SessionCookie};
//! # use std::time::SystemTime;
//! # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
//! # let session = cookie.load([""], SystemTime::now());
//! session.insert("language", "sv")?;
//! session.update("cart", |cart: &mut Vec<u32>| cart.push(7))?;
//! assert_eq!(session.keys(), ["cart", "language"]);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Reading and writing
//!
//! Nothing is read before a session is first used, and nothing is written before the head of the
//! response. A session is sent when its content has changed, when its idle timeout is due for a refresh
//! ([`refresh_after`](carrier::SessionBuilder::refresh_after)), and when another key has begun to seal. Nobody
//! has to save it; [`Session::save`] and [`Session::discard`] override the decision. A session that the
//! application ended makes the browser drop its cookie; one that does not open never does.
//!
//! # Errors
//!
//! A cookie that does not open is no error: its visitor has a new, empty session, and the
//! [`Outcome`](session::Outcome) has the [`Reason`](session::Reason). A change that cannot be saved is an error at
//! its line ([`SessionError`]) and leaves the session as it was. Wrong settings and wrong keys are errors at
//! start-up, whose sentences say what to do ([`ConfigError`], [`settings::SettingsError`], [`keys::KeyError`],
//! [`keys::RingError`], [`keys::RingSourceError`]). Saving fails when random bytes or the clock fail, or for a
//! session of another cookie ([`session::SaveError`]), never because of the content.
//!
//! # Features
//!
//! None is on by default.
//!
//! | Feature | | Adds |
//! |---|---|---|
//! | `http` | Sessions from and to an `http::HeaderMap`. | `load_from` and `save_to`, [`web::host_of`] |
//! | `tower` | `SessionLayer`, a tower layer over any body. | [`SessionLayer`], [`csrf::CsrfGuard`], and feature `http` |
//! | `axum` | `Session` as an axum extractor. | [`Session`] as an argument, [`csrf::Guarded`], [`SessionError`] as a response, and feature `tower` |
//! | `tracing` | `tracing` events for what came of reading sessions, for what was left out or replaced, and for failures. | events |
//! | `watch` | A key ring that follows its files, and whatever else it is read from. | [`keys::WatchedKeyRing`] |
//! | `cli` | The command line `hardtack`: keys, key rings, and what is in a cookie. | a program |
//!
//! # More
//!
//! The repository has the [guides], the [limits] of sessions without a store, the [specification] of the format and the
//! [threat model]. Its [examples] are small programs, each with the `curl` commands that try it:
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
//! [guides]: https://github.com/hardtack-rs/hardtack/blob/main/docs/guides.md
//! [limits]: https://github.com/hardtack-rs/hardtack/blob/main/docs/limits.md
//! [specification]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md
//! [threat model]: https://github.com/hardtack-rs/hardtack/blob/main/SECURITY.md
//! [examples]: https://github.com/hardtack-rs/hardtack/tree/main/examples

#![cfg_attr(docsrs, feature(doc_cfg))]

// What all stands on.
mod base;
mod crypto;

// The four that a session is made of. They do not know each other, but a token knows keys.
pub mod cookie;
pub mod keys;
mod state;
mod token;

// The handle that applications hold, and the ways in which it travels.
pub mod carrier;
pub mod session;

// The outside.
pub mod csrf;
pub mod settings;
#[cfg(feature = "http")]
pub mod web;

#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(test)]
mod vectors;

pub use base::clock::Clock;
pub use carrier::{ConfigError, SessionCookie, SessionHeader, SessionToken, Size};
pub use cookie::SameSite;
pub use keys::{EncryptionKey, KeyRing, SigningKey};
pub use session::{Session, SessionData, SessionError};
pub use settings::SessionSettings;
#[cfg(feature = "tower")]
pub use web::SessionLayer;

/// The examples of README.md, compiled and run.
#[cfg(all(doctest, feature = "axum", feature = "watch"))]
#[doc = include_str!("../docs/cli.md")]
#[doc = include_str!("../docs/edge.md")]
#[doc = include_str!("../docs/guides.md")]
#[doc = include_str!("../docs/limits.md")]
#[doc = include_str!("../docs/large-sessions.md")]
#[doc = include_str!("../docs/operation.md")]
#[doc = include_str!("../docs/rotation.md")]
#[doc = include_str!("../docs/settings.md")]
#[doc = include_str!("../docs/typed-sessions.md")]
#[doc = include_str!("../README.md")]
struct Readme;
