//! The builder of sessions in cookies, headers and tokens.

mod any_shared_ring;
mod attributes;
mod cookie;
mod device;
mod error;
mod formerly;
mod header;
mod lifetimes;
mod migrate;
mod one_type;
mod policy;
mod responses;
mod sealer;
mod size;
mod token;

use std::{
    marker::PhantomData,
    time::{Duration, SystemTime},
};

pub(crate) use any_shared_ring::AnySharedRing;
pub use cookie::CookieOptions;
pub use error::ConfigError;
pub use formerly::FormerAttributes;
pub use header::HeaderOptions;
pub(crate) use lifetimes::DEFAULT_ABSOLUTE;
pub(crate) use responses::ResponseOptions;
pub use size::Size;
pub use token::TokenOptions;

use self::lifetimes::IdleTimeout;
use crate::{
    crypto::suite::Mode,
    session::Hooks,
    state::{Map, Padding, Payload, RefreshAfter},
};

/// The builder of sessions in cookies, headers and bare tokens, whose settings `build` checks together.
///
/// A builder has the methods that all three share, and those of its carrier: a setting that would have no effect does
/// not compile.
///
/// | Function | Builder | Result |
/// |---|---|---|
/// | [`SessionCookie::encrypted`](crate::SessionCookie::encrypted) | [`SessionCookieBuilder`] | [`SessionCookie`](crate::SessionCookie) |
/// | [`SessionHeader::encrypted`](crate::SessionHeader::encrypted) | [`SessionHeaderBuilder`] | [`SessionHeader`](crate::SessionHeader) |
/// | [`SessionToken::encrypted`](crate::SessionToken::encrypted) | [`SessionTokenBuilder`] | [`SessionToken`](crate::SessionToken) |
///
/// Each carrier also has `unencrypted_but_signed`. `C` has the settings of one carrier, and `T` is the content of
/// sessions: a dictionary, or a type of yours ([`typed`](Self::typed)).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, SameSite, SessionCookie, carrier::RefreshAfter};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .same_site(SameSite::Strict)
///     .idle_timeout(Duration::from_secs(15 * 60))
///     .absolute_timeout(Duration::from_secs(8 * 3600))
///     .refresh_after(RefreshAfter::Span(Duration::from_secs(5 * 60)))
///     .build()?;
///
/// // A mistake is an error at start-up, whose message says what to do.
/// let mistake = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .path("/app")
///     .build();
/// assert!(mistake.is_err_and(|error| error.to_string().contains("leave out `path`")));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// Settings that several kinds share:
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionHeader, carrier::SessionBuilder};
///
/// fn short<C>(builder: SessionBuilder<C>) -> SessionBuilder<C> {
///     builder.idle_timeout(Duration::from_secs(300)).application("shop")
/// }
///
/// let keys = KeyRing::new(EncryptionKey::generate()?);
/// let cookie = short(SessionCookie::encrypted(keys.clone())).name("__Host-shop").build()?;
/// let header = short(SessionHeader::encrypted("authorization", keys)).build()?;
/// # let _ = (cookie, header);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct SessionBuilder<C, T = Map> {
    settings: Settings,
    carrier: C,
    payload: PhantomData<fn() -> T>,
}

/// The builder of a [`SessionCookie`](crate::SessionCookie).
pub type SessionCookieBuilder<T = Map> = SessionBuilder<CookieOptions, T>;

/// The builder of a [`SessionHeader`](crate::SessionHeader).
pub type SessionHeaderBuilder<T = Map> = SessionBuilder<HeaderOptions, T>;

/// The builder of a [`SessionToken`](crate::SessionToken).
pub type SessionTokenBuilder<T = Map> = SessionBuilder<TokenOptions, T>;

/// The settings of one carrier: [`CookieOptions`], [`HeaderOptions`] or [`TokenOptions`].
///
/// It cannot be implemented for other types.
pub trait CarrierOptions: sealed::CarrierOptions {}

/// The settings of sessions that are saved with a response: [`CookieOptions`] or [`HeaderOptions`].
///
/// It cannot be implemented for other types.
pub trait OverHttp: CarrierOptions {}

mod sealed {
    use super::CookieOptions;

    pub trait CarrierOptions: Sized {
        const IS_COOKIE: bool = false;
        const IS_OVER_HTTP: bool = false;

        /// Changes a cookie's options: these, or those of no cookie.
        fn map_cookie<R>(
            self,
            change: impl FnOnce(CookieOptions) -> (CookieOptions, R),
        ) -> (Self, R) {
            let (_, result) = change(CookieOptions::default());
            (self, result)
        }
    }
}

/// The settings that all kinds share, as they were given, unchecked.
#[derive(Clone, Debug)]
struct Settings {
    keys: AnySharedRing,
    idle_timeout: IdleTimeout,
    absolute_timeout: Duration,
    remember_up_to: Option<Duration>,
    refresh_after: Option<RefreshAfter>,
    clock_skew: Duration,
    not_before: Option<SystemTime>,
    padding: Padding,
    application: Option<String>,
    type_label: Option<String>,
    context: Vec<(String, String)>,
    hooks: Hooks,
    responses: ResponseOptions,
    retire_early: bool,
}

impl<C> SessionBuilder<C> {
    pub(crate) fn new(keys: AnySharedRing, carrier: C) -> SessionBuilder<C> {
        SessionBuilder {
            settings: Settings {
                keys,
                idle_timeout: IdleTimeout::Default,
                absolute_timeout: DEFAULT_ABSOLUTE,
                remember_up_to: None,
                refresh_after: None,
                clock_skew: Duration::from_secs(60),
                not_before: None,
                padding: Padding::default(),
                application: None,
                type_label: None,
                context: Vec::new(),
                hooks: Hooks::default(),
                responses: ResponseOptions::default(),
                retire_early: false,
            },
            carrier,
            payload: PhantomData,
        }
    }
}

/// For settings from outside the program, which are methods of a cookie's builder.
impl<C: CarrierOptions, T> SessionBuilder<C, T> {
    pub(crate) const IS_COOKIE: bool = C::IS_COOKIE;
    pub(crate) const IS_OVER_HTTP: bool = C::IS_OVER_HTTP;

    /// Changes the builder as if it were a cookie's. Settings that it does not have are dropped.
    pub(crate) fn map_cookie(
        self,
        change: impl FnOnce(SessionCookieBuilder) -> SessionCookieBuilder,
    ) -> SessionBuilder<C, T> {
        let (carrier, settings) = self.carrier.map_cookie(|carrier| {
            let changed = change(SessionBuilder {
                settings: self.settings,
                carrier,
                payload: PhantomData,
            });
            (changed.carrier, changed.settings)
        });
        SessionBuilder {
            settings,
            carrier,
            payload: PhantomData,
        }
    }
}

impl<C, T: Payload> SessionBuilder<C, T> {
    pub(crate) fn mode(&self) -> Mode {
        self.settings.keys.mode()
    }

    /// Makes sessions hold one `U` instead of a dictionary.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize, Default)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let keys = EncryptionKey::generate()?;
    /// let cookie: SessionCookie<Login> = SessionCookie::encrypted(keys).typed().build()?;
    /// let session = cookie.load(None::<&str>, std::time::SystemTime::now());
    /// assert_eq!(session.read(|login| login.user), 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn typed<U: Payload>(self) -> SessionBuilder<C, U> {
        SessionBuilder {
            settings: self.settings,
            carrier: self.carrier,
            payload: PhantomData,
        }
    }
}

/// Settings that would have no effect do not compile.
///
/// A header has no attributes of a cookie, no name that is set later, and no parts:
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionHeader::encrypted("x-session", key).path("/app");
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionHeader::encrypted("x-session", key).name("__Host-session");
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionHeader::encrypted("x-session", key).size(hardtack::Size::Split(2));
/// ```
///
/// A bare token has no response:
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionToken::encrypted("mobile", key).save_on_server_error();
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionToken::encrypted("mobile", key).danger_allow_shared_caching();
/// ```
///
/// And a cookie answers in no header, and is limited by its size:
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionCookie::encrypted(key).response_name("x-session");
/// ```
///
/// ```compile_fail,E0599
/// # let key = hardtack::EncryptionKey::generate().unwrap();
/// let _ = hardtack::SessionCookie::encrypted(key).max_token_len(4_096);
/// ```
#[cfg(doctest)]
struct SettingsWithoutEffect;
