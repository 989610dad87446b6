//! Encrypted cookie sessions for axum, tower and actix-web, without a store.
//!
//! A session travels in the visitor's cookie, *sealed*: encrypted or, if you choose, only signed. Instances with the
//! same keys and settings read each other's sessions and store none. There is no Redis to run, and a restart with the
//! same keys signs nobody out.
//!
//! | To begin | |
//! |---|---|
//! | Status | 0.1. The format is frozen, the API may still change, and there has been no [independent audit](https://github.com/hardtack-rs/hardtack/blob/main/docs/review/audit.md) |
//! | When to use something else | [Compared with other libraries](https://github.com/hardtack-rs/hardtack/blob/main/docs/comparison.md) |
//! | First program | below, with feature `axum`; [without a framework](#without-a-framework) |
//! | Guides | [who is signed in, forms, OAuth, tests][guides]; [how to end sessions][guide::ending_sessions]; [a struct as the session][guide::typed_sessions] |
//! | For my framework | [`SessionLayer`] for axum 0.8, tower and actix-web 4; [instructions][frameworks] for these and for hyper, poem, rocket, salvo and warp; [without cookies, or in WebAssembly][edge] |
//! | Keys in production | `hardtack keygen` of the package `hardtack-cli` makes a key, and [`KeyRing::from_env`] reads it; [keeping and rotating them][rotation] |
//! | In production | [Settings](https://github.com/hardtack-rs/hardtack/blob/main/docs/settings.md), [deployments](https://github.com/hardtack-rs/hardtack/blob/main/docs/deployments.md), [metrics](https://github.com/hardtack-rs/hardtack/blob/main/docs/metrics.md), [troubleshooting](https://github.com/hardtack-rs/hardtack/blob/main/docs/troubleshooting.md), [moving](https://github.com/hardtack-rs/hardtack/blob/main/docs/moving.md) from another library |
//! | What it cannot do | A copied cookie can be used until the absolute timeout, sessions cannot be listed, and the last of parallel responses wins: [limits], with what helps |
//! | To build on it | Without features it needs no runtime, tower or futures, and its public dependencies are `http`, `serde` and `zeroize` 1. [What an integration does](guide::frameworks#what-an-integration-does) |
//!
#![cfg_attr(feature = "axum", doc = "```no_run")]
#![cfg_attr(not(feature = "axum"), doc = "```ignore")]
#![doc = include_str!("guide/sign_in.rs")]
//! ```
//!
//! # Finding things
//!
//! | To… | there is… |
//! |---|---|
//! | make a key and keep it as text | [`EncryptionKey`], [`SigningKey`] |
//! | read keys from files or variables, and follow changes | [`keys::RingSource`], [`keys::WatchedKeyRing`] |
//! | choose the cookie, the timeouts, the size | [`SessionCookie::encrypted`], [`carrier::SessionBuilder`] |
//! | read these settings from a file or the environment | [`SessionSettings`] |
//! | let anyone read the content | [`SessionCookie::unencrypted_but_signed`] |
//! | read and change a visitor's session | [`Session`] |
//! | serve sessions in tower, axum or actix-web | [`SessionLayer`]; in axum and actix-web, [`Session`] as an argument of handlers |
//! | refuse requests that other sites make | [`csrf::CsrfGuard`], [`csrf::GuardedForm`] |
//! | serve sessions without a framework | [`SessionCookie::load`], [`SessionCookie::save`] |
//! | carry sessions without a cookie | [`SessionHeader`]; in links and messages, [`SessionToken`] |
//! | bind sessions to a tenant or a stage | [`context`](carrier::SessionBuilder::context), [`Context`] |
//!
//! # Without a framework
//!
//! ```
//! use hardtack::{EncryptionKey, SessionCookie};
//! use std::time::SystemTime;
//!
//! let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
//!
//! let session = cookie.load(None::<&str>, SystemTime::now()); // a request without a cookie
//! session.insert("language", "sv")?;
//! let fields = cookie.save(&session)?; // the `Set-Cookie` field of its response
//!
//! let session = cookie.load(&fields, SystemTime::now()); // the next request
//! assert_eq!(session.get::<String>("language")?.as_deref(), Some("sv"));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Sessions
//!
//! A session is a map from strings to values of any type that serde can write and read, [with few
//! exceptions](guide::typed_sessions#what-can-be-stored). After [`typed`](carrier::SessionBuilder::typed) it is one
//! value of your own type ([`SessionData`]), which is usually smaller. By default there is room for about 2 kB. Another
//! [`Size`] gives more, in up to four cookies.
//!
//! A session is read when it is first used ([`Session`] has the exceptions). It is written with the head of the
//! response if
//!
//! - it has changed,
//! - its idle timeout has to be refreshed ([`refresh_after`](carrier::SessionBuilder::refresh_after)), or the
//!   application's answer has to be kept ([`revalidate_after`](carrier::SessionBuilder::revalidate_after)),
//! - a later key of the ring has begun to seal, or
//! - a device was bound to it.
//!
//! [`Session::save`] and [`Session::discard`] override this, and some responses write less, such as those with a 5xx
//! status ([more][responses]). When a handler ends a session and stores nothing afterwards, the browser is told to drop
//! its cookie. When a cookie does not open, it is left alone until the application changes the session. If
//! another instance may read it, such a change is refused.
//!
//! # Keys
//!
//! One key of a [`KeyRing`] seals, and every key opens that is not retired. For a rotation, give the keys times; a
//! [`SharedKeyRing`](keys::SharedKeyRing) takes the new ring while the program runs.
//!
//! ```
//! # use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
//! # use std::time::{Duration, SystemTime};
//! # let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
//! # let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
//! # let new_id = new.id();
//! let ring = KeyRing::from_keys([
//!     RingKey::from(old).accept_until(now + 24 * hour),
//!     RingKey::from(new).seal_from(now + hour),
//! ])?;
//! assert_eq!(ring.sealing_key(now + hour), new_id);
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Outcomes
//!
//! A cookie that does not open is no error: the visitor gets a new, empty session, and the
//! [`Outcome`](session::Outcome) has the [`Reason`](session::Reason) for your logs.
//!
//! ```
//! # use hardtack::{EncryptionKey, SessionCookie, session::{Outcome, Reason}};
//! # use std::time::SystemTime;
//! # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
//! let session = cookie.load(["__Host-session=forged"], SystemTime::now());
//! assert!(matches!(session.outcome(), Outcome::Rejected { reason: Reason::Encoding, .. }));
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! # Errors
//!
//! A change that does not fit, or that comes after the head of the response, is an error at the line that makes it
//! ([`SessionError`]), and leaves the session as it was. Wrong settings and keys are errors at start-up, or when a ring
//! is replaced ([`ConfigError`], [`keys::KeyError`]). Saving fails for the reasons of [`session::SaveError`], never
//! because of the content.
//!
//! # Features
//!
//! None is on by default.
//!
//! | Feature | | Adds |
//! |---|---|---|
//! | `tower` | `SessionLayer`, a tower layer over any body. | [`SessionLayer`], [`csrf::CsrfGuard`] |
//! | `axum` | `Session` as an axum extractor. | [`Session`] as an argument, [`csrf::GuardedForm`], [`SessionError`] as a response, and feature `tower` |
//! | `actix` | `SessionLayer` as actix-web middleware, `Session` as an extractor. | [`SessionLayer`] and [`csrf::CsrfGuard`] for `App::wrap`, [`Session`] and [`csrf::GuardedForm`] as arguments, [`SessionError`] as a response, and feature `tower` |
//! | `cookie` | Sessions from and to the cookies of a `cookie::CookieJar`. | `load_from_cookies` and `save_as_cookies` |
//! | `tracing` | `tracing` events for the outcomes of sessions, omitted refreshes, replaced keys, and failures. | events |
//! | `metrics` | Counters of outcomes, writes, refusals and failures, the sizes of tokens, and gauges of the keys in use, by the facade of the crate `metrics`. | metrics |
//! | `toml` | Settings from a table of a TOML file. | [`SessionSettings::from_toml`] |
//! | `migrate` | Sessions of other libraries, or of a cookie of another name, taken over until a date. The package `hardtack-migrate` has their formats. | `migrate`, `migrate_from` |
//! | `derive` | `#[derive(SessionData)]`, the label and the schema of a typed session. | [`SessionData`] |
//! | `unstable-companion` | The seam of the package `hardtack-device`, which may change in a minor release. | `companion` |
//! | `wasm_js` | The clock and the random bytes of JavaScript, on `wasm32-unknown-unknown`. Named like the feature of getrandom. | [`Clock::system`] and [`SessionLayer`] there |
//! | `aws-lc` | The ciphers by AWS-LC instead of RustCrypto: faster, and needs a C compiler. Not on WebAssembly. | [`keys::Backend::AwsLc`] |
//!
//! # More
//!
//! The repository has the [limits] of sessions without a store, the [specification] of the format, the [threat model],
//! and [examples].
//!
//! [edge]: https://github.com/hardtack-rs/hardtack/blob/main/docs/edge.md
//! [frameworks]: crate::guide::frameworks
//! [guides]: crate::guide
//! [limits]: https://github.com/hardtack-rs/hardtack/blob/main/docs/limits.md
//! [responses]: https://github.com/hardtack-rs/hardtack/blob/main/docs/limits.md#fields-of-a-response
//! [rotation]: https://github.com/hardtack-rs/hardtack/blob/main/docs/rotation.md
//! [specification]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md
//! [threat model]: https://github.com/hardtack-rs/hardtack/blob/main/SECURITY.md
//! [examples]: https://github.com/hardtack-rs/hardtack/tree/main/examples

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

// What is finished: all that parses, seals or opens a session's bytes.
mod format;
pub use format::cookie;
use format::{crypto, token};

// The ground floor.
mod base;
mod events;

// The two parts of a session. Neither imports the other.
pub mod keys;
mod state;

// The handle of the application.
pub mod session;

// Old cookies, whose sessions are taken over.
#[cfg(feature = "migrate")]
pub mod migrate;

// The carriers of a session.
pub mod carrier;

// The outside.
pub mod settings;
pub mod web;
// `axum` and `actix` turn `tower` on, so `tower` alone would do. All three are listed because the compiler shows this
// line to a program without them.
#[cfg(any(feature = "axum", feature = "actix", feature = "tower"))]
pub mod csrf {
    //! Protection against requests that other sites make a visitor's browser send (CSRF). Feature `tower`.
    //!
    //! [`CsrfGuard`] is a tower layer, and middleware for actix-web, that refuses requests of other sites before a
    //! handler runs. [`GuardedForm`] is an extractor, of axum and of actix-web, for forms that carry a token. Without
    //! them, call [`csrf_token`](crate::Session::csrf_token) and [`verify_csrf`](crate::Session::verify_csrf).
    //!
    //! ```
    //! # use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
    //! # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    //! # let app = axum::Router::<()>::new();
    //! let app = app
    //!     .layer(CsrfGuard::new().tokens_in_forms())
    //!     .layer(SessionLayer::new(cookie)); // added last, because the guard compares tokens of the session
    //! # Ok::<_, Box<dyn std::error::Error>>(())
    //! ```

    pub use crate::web::csrf::{CsrfGuard, CsrfRefusal};
    #[cfg(any(feature = "actix", feature = "axum"))]
    pub use crate::web::csrf::{GuardedForm, GuardedRejection};
}

#[cfg(feature = "unstable-companion")]
pub mod companion {
    //! **Experimental:** a minor release may change this module, and all else that the feature `unstable-companion`
    //! adds. Interface for packages that add a proof to the sessions of a cookie, such as `hardtack-device`, which binds
    //! them to the visitor's device. An application with such a package needs only [`CompanionLayer`].

    #[cfg(feature = "tower")]
    pub use crate::web::companion::layer::CompanionLayer;
    pub use crate::{
        carrier::builder::companion::Setup,
        session::companion::{Admission, Companion, Opened, ReceivedSession, Seal},
    };
}

#[doc(hidden)]
pub mod packages;

// The guides as pages of rustdoc. `src/guide/links.txt` has the targets of their links here.
#[cfg(all(doc, not(doctest)))]
pub mod guide;

#[cfg(fuzzing)]
pub mod fuzzing;
#[cfg(test)]
extern crate self as hardtack;
// Not in the published package, whose own tests are those of `src/`.
#[cfg(all(test, hardtack_repository))]
#[path = "../tests/vectors/run/mod.rs"]
mod vectors;

pub use self::cookie::attributes::SameSite;
pub use base::{clock::Clock, config_error::ConfigError};
pub use carrier::{
    builder::Size, cookie::SessionCookie, header::SessionHeader, token::SessionToken,
};
#[cfg(feature = "derive")]
pub use hardtack_derive::SessionData;
pub use keys::{
    key::{EncryptionKey, SigningKey},
    ring::KeyRing,
};
pub use session::handle::Session;
pub use settings::sources::SessionSettings;
pub use state::{RefreshAfter, SessionData, SessionError};
pub use token::Context;
#[cfg(any(feature = "axum", feature = "actix", feature = "tower"))]
pub use web::layer::SessionLayer;

/// Two types that convert from each other do not compile, even if no session uses them.
///
/// ```compile_fail,E0080
/// # use hardtack::SessionData;
/// #[derive(Default, serde::Serialize, serde::Deserialize, PartialEq, SessionData)]
/// #[session(label = "login", schema = 1)]
/// struct First {}
///
/// #[derive(Default, serde::Serialize, serde::Deserialize, PartialEq, SessionData)]
/// #[session(label = "login", schema = 1, from = First)]
/// struct Second {}
/// # impl From<First> for Second { fn from(_: First) -> Second { Second {} } }
/// ```
///
/// ```compile_fail,E0080
/// # use hardtack::SessionData;
/// #[derive(Default, serde::Serialize, serde::Deserialize, PartialEq, SessionData)]
/// #[session(label = "login", schema = 1, from = Second)]
/// struct First {}
///
/// #[derive(Default, serde::Serialize, serde::Deserialize, PartialEq, SessionData)]
/// #[session(label = "login", schema = 2, from = First)]
/// struct Second {}
/// # impl From<First> for Second { fn from(_: First) -> Second { Second {} } }
/// # impl From<Second> for First { fn from(_: Second) -> First { First {} } }
/// ```
#[cfg(all(doctest, feature = "derive"))]
struct TypesThatLeadBack;

/// Examples of README.md and docs/, which are compiled and, unless marked `no_run`, run.
#[cfg(all(
    doctest,
    feature = "actix",
    feature = "axum",
    feature = "cookie",
    feature = "derive",
    feature = "migrate",
    feature = "toml"
))]
#[doc = include_str!("../docs/deployments.md")]
#[doc = include_str!("../docs/edge.md")]
#[doc = include_str!("../docs/ending-sessions.md")]
#[doc = include_str!("../docs/frameworks.md")]
#[doc = include_str!("../docs/guides.md")]
#[doc = include_str!("../docs/limits.md")]
#[doc = include_str!("../docs/metrics.md")]
#[doc = include_str!("../docs/rotation.md")]
#[doc = include_str!("../docs/settings.md")]
#[doc = include_str!("../docs/troubleshooting.md")]
#[doc = include_str!("../docs/typed-sessions.md")]
#[doc = include_str!("../README.md")]
struct Readme;
