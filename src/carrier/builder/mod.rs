//! The settings of a cookie, and their check.

mod any_ring;
mod attributes;
mod build;
mod error;
mod formerly;
mod lifetimes;
mod one_type;
mod policy;

use std::{
    marker::PhantomData,
    time::{Duration, SystemTime},
};

pub(crate) use any_ring::AnyRing;
pub use error::ConfigError;
pub use formerly::Formerly;

use crate::{
    cookie::{Attributes, SameSite},
    crypto::suite::Mode,
    session::Hooks,
    state::{BROWSER_LIMIT, MOST_COOKIES, Map, Padding, Payload, RefreshAfter, SizeLimit},
};

/// Settings of a [`SessionCookie`](crate::SessionCookie). All of them are checked together in [`build`](Self::build).
///
/// # Examples
///
/// ```
/// use std::time::Duration;
/// use hardtack::{EncryptionKey, RefreshAfter, SameSite, SessionCookie};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .same_site(SameSite::Strict)
///     .idle_timeout(Duration::from_secs(15 * 60))
///     .absolute_timeout(Duration::from_secs(8 * 3600))
///     .refresh_after(RefreshAfter::Span(Duration::from_secs(5 * 60)))
///     .build()?;
///
/// // Mistakes end at start-up, with a sentence that says what to do.
/// let mistake = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("__Host-login")
///     .path("/app")
///     .build();
/// assert!(mistake.is_err_and(|error| error.to_string().contains("leave out `path`")));
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
    /// `None`: nothing was said.
    idle_timeout: Option<Option<Duration>>,
    absolute_timeout: Duration,
    remember_up_to: Option<Duration>,
    refresh_after: Option<RefreshAfter>,
    clock_skew: Duration,
    not_before: Option<SystemTime>,
    size: Size,
    padding: Padding,
    application: Option<String>,
    type_label: Option<String>,
    context: Vec<(String, String)>,
    formerly: Vec<Formerly>,
    hooks: Hooks,
    save_on_server_error: bool,
    shared_caching: bool,
    retire_early: bool,
}

/// How large a whole `Set-Cookie` field may be, in bytes (docs/spec/writer.md § 9.5).
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
///     cookie.load(None::<&str>, SystemTime::now()).insert("note", "x".repeat(2_500))
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
    /// As few cookies as it takes, at most so many (2 to 4), each of 4,096 bytes (docs/spec/carriers.md § 9.2). One
    /// cookie is better where it will do.
    ///
    /// Nearly every proxy has to be told of it. With default settings nginx answers 502 to the response of
    /// two such cookies, and it, Apache, lighttpd and Varnish 400 or 431 to the request that brings them
    /// back; so does gunicorn. Two pass an nginx with `proxy_buffer_size 16k` and `large_client_header_buffers
    /// 4 32k`. Some clients keep fewer cookies than they are sent, and parallel responses may each
    /// replace some of the parts: what comes back then does not open
    /// ([`Incomplete`](crate::Reason::Incomplete), [`Auth`](crate::Reason::Auth)), and the session is lost.
    ///
    /// A token and a session in a header are never split: they may have so many bytes in one piece.
    Split(u8),
}

impl Size {
    fn allowance(self) -> Result<SizeLimit, ConfigError> {
        match self {
            Size::Anywhere => Ok(SizeLimit::new(1, 3072)),
            Size::Browser => Ok(SizeLimit::new(1, BROWSER_LIMIT)),
            Size::Split(cookies) => Some(usize::from(cookies))
                .filter(|cookies| (2..=MOST_COOKIES).contains(cookies))
                .map(|cookies| SizeLimit::new(cookies, BROWSER_LIMIT))
                .ok_or(ConfigError::Split),
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
                idle_timeout: None,
                absolute_timeout: DEFAULT_ABSOLUTE,
                remember_up_to: None,
                refresh_after: None,
                clock_skew: Duration::from_secs(60),
                not_before: None,
                size: Size::default(),
                padding: Padding::default(),
                application: None,
                type_label: None,
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
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    /// # let keys = EncryptionKey::generate()?;
    /// let cookie: SessionCookie<Login> = SessionCookie::encrypted(keys).typed().build()?;
    /// let session = cookie.load(None::<&str>, std::time::SystemTime::now());
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

pub(crate) const DEFAULT_IDLE: Duration = Duration::from_secs(30 * 60);
pub(crate) const DEFAULT_ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
