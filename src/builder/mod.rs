//! The settings of a cookie, and their check.

mod any_ring;
mod attributes;
mod build;
mod formerly;
mod lifetimes;
mod policy;

use std::{
    marker::PhantomData,
    time::{Duration, SystemTime},
};

pub(crate) use any_ring::AnyRing;
pub use formerly::Formerly;

use crate::{
    body::{BROWSER_LIMIT, Map, Payload, RenewAfter},
    cookie::{Attributes, SameSite},
    hooks::Hooks,
    seal::Mode,
};

/// Settings of a [`SessionCookie`](crate::SessionCookie). All of them are checked together in [`build`](Self::build).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, RenewAfter, SameSite, SessionCookie};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .same_site(SameSite::Strict)
///     .idle_timeout(Duration::from_secs(15 * 60))
///     .absolute_timeout(Duration::from_secs(8 * 3600))
///     .renew_after(RenewAfter::Span(Duration::from_secs(5 * 60)))
///     .build()?;
///
/// // Mistakes end at start-up, with a sentence that says what to do.
/// let mistake = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .path("/app")
///     .build();
/// assert!(mistake.is_err_and(|error| error.to_string().contains("leave out `path`")));
/// # let _ = cookie;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is built before `build`"]
pub struct SessionCookieBuilder<T = Map> {
    settings: Settings,
    payload: PhantomData<fn() -> T>,
}

/// As they were given, unchecked.
#[derive(Clone, Debug)]
struct Settings {
    keys: AnyRing,
    name: Option<String>,
    attributes: Attributes,
    idle_timeout: Option<Duration>,
    absolute_timeout: Duration,
    remember_up_to: Option<Duration>,
    renew_after: Option<RenewAfter>,
    clock_skew: Duration,
    not_before: Option<SystemTime>,
    size: Size,
    context: Vec<(String, String)>,
    formerly: Vec<Formerly>,
    hooks: Hooks,
    save_on_server_error: bool,
    shared_caching: bool,
    retire_early: bool,
}

/// How large a whole `Set-Cookie` field may be, in bytes (SPEC.md § 9.5).
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
/// # use std::time::SystemTime;
/// # let keys = KeyRing::new(EncryptionKey::generate()?);
/// use hardtack::{SessionError, Size};
///
/// let anywhere = SessionCookie::encrypted(keys.clone()).build()?;
/// let browser = SessionCookie::encrypted(keys).size(Size::Browser).build()?;
/// let store = |cookie: &SessionCookie| {
///     cookie.load([""], SystemTime::now()).insert("note", "x".repeat(2_500))
/// };
/// assert!(matches!(store(&anywhere), Err(SessionError::TooLarge(_))));
/// assert!(store(&browser).is_ok());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Size {
    /// 3,072 bytes: passes a default nginx, together with the headers of a security middleware.
    #[default]
    Anywhere,
    /// 4,096 bytes: what browsers store. A default nginx in front of the application answers 502.
    Browser,
}

impl Size {
    fn limit(self) -> usize {
        match self {
            Size::Anywhere => 3072,
            Size::Browser => BROWSER_LIMIT,
        }
    }
}

impl SessionCookieBuilder {
    pub(crate) fn new(keys: AnyRing) -> SessionCookieBuilder {
        SessionCookieBuilder {
            settings: Settings {
                keys,
                name: None,
                attributes: Attributes {
                    path: "/".to_owned(),
                    domain: None,
                    secure: true,
                    same_site: SameSite::Lax,
                    partitioned: false,
                },
                idle_timeout: Some(Duration::from_secs(30 * 60)),
                absolute_timeout: Duration::from_secs(12 * 3600),
                remember_up_to: None,
                renew_after: None,
                clock_skew: Duration::from_secs(60),
                not_before: None,
                size: Size::default(),
                context: Vec::new(),
                formerly: Vec::new(),
                hooks: Hooks::default(),
                save_on_server_error: false,
                shared_caching: false,
                retire_early: false,
            },
            payload: PhantomData,
        }
    }
}

impl<T: Payload> SessionCookieBuilder<T> {
    pub(crate) fn mode(&self) -> Mode {
        self.settings.keys.mode()
    }

    /// Sessions hold one `U` instead of a dictionary.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// # #[derive(Serialize, Deserialize, Default)]
    /// # struct Login { user: u64 }
    /// # impl SessionData for Login { const SCHEMA: u32 = 1; }
    /// # let keys = EncryptionKey::generate()?;
    /// let cookie: SessionCookie<Login> = SessionCookie::encrypted(keys).typed().build()?;
    /// let session = cookie.load([""], std::time::SystemTime::now());
    /// assert_eq!(session.read(|login| login.user), 0);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn typed<U: Payload>(self) -> SessionCookieBuilder<U> {
        SessionCookieBuilder {
            settings: self.settings,
            payload: PhantomData,
        }
    }
}
