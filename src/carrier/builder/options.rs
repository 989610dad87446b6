//! Settings of sessions as plain data, as the program gave them: shared by all carriers, or specific to one. The
//! methods that set labels, the context and what responses carry are also here.

use std::time::{Duration, SystemTime};

use super::{SessionBuilder, companion::Prepare, size::Size};
use crate::{
    base::config_error::ConfigError,
    cookie::{Attributes, FormerAttributes},
    keys::Purpose,
    state::{PASSES_ANYWHERE, Padding, RefreshAfter},
    token::Context,
};

/// Settings that are not specific to a carrier.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) idle_timeout: IdleTimeout,
    pub(crate) absolute_timeout: Duration,
    pub(crate) remember_up_to: Option<Duration>,
    pub(crate) remembered_idle_timeout: Option<Duration>,
    pub(crate) refresh_after: Option<RefreshAfter>,
    pub(crate) revalidate_after: Option<Duration>,
    pub(crate) unvalidated_up_to: Option<Duration>,
    pub(crate) clock_skew: Duration,
    pub(crate) not_before: Option<SystemTime>,

    pub(crate) application: Option<String>,
    pub(crate) type_label: Option<String>,
    pub(crate) context: Vec<(String, String)>,

    pub(crate) padding: Padding,
    pub(crate) save_on_server_error: bool,
    pub(crate) keep_unknown_keys: bool,
    pub(crate) shared_caching: bool,
}

/// The setting `idle_timeout`. Its default may be longer than the absolute timeout.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum IdleTimeout {
    #[default]
    Default,
    Given(Option<Duration>),
}

impl From<Option<Duration>> for IdleTimeout {
    fn from(duration: Option<Duration>) -> IdleTimeout {
        IdleTimeout::Given(duration)
    }
}

impl Default for Options {
    fn default() -> Self {
        Options {
            idle_timeout: IdleTimeout::default(),
            absolute_timeout: Duration::from_secs(12 * 3600),
            remember_up_to: None,
            remembered_idle_timeout: None,
            refresh_after: None,
            revalidate_after: None,
            unvalidated_up_to: None,
            clock_skew: Duration::from_secs(60),
            not_before: None,
            application: None,
            type_label: None,
            context: Vec::new(),
            padding: Padding::default(),
            save_on_server_error: false,
            keep_unknown_keys: false,
            shared_caching: false,
        }
    }
}

impl Options {
    /// Returns the mistakes that every carrier can have, except in the label of the type.
    pub(crate) fn mistakes(&self) -> Vec<ConfigError> {
        let labels = Purpose::default().with_labels(self.application.as_deref(), "");
        let others = [labels.err(), self.context().err()];
        let mut mistakes = self.lifetime_mistakes();
        mistakes.extend(others.into_iter().flatten());
        mistakes
    }

    pub(super) fn context(&self) -> Result<Context, ConfigError> {
        let pairs = self.context.iter().map(|(label, value)| (label, value));
        Context::new(pairs)
    }
}

/// Sessions in cookies, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug, Default)]
pub struct InCookie {
    /// Name of the cookie, or `None` for the default.
    pub(crate) name: Option<String>,
    pub(crate) attributes: Attributes,
    pub(crate) former: Vec<FormerAttributes>,
    pub(crate) size: Size,
    /// `true` if the cookies of all sessions outlive the browser's session.
    pub(crate) persistent: bool,
    pub(crate) refresh_navigations_only: bool,
    /// Old cookies, each with the time during which it is read.
    #[cfg(feature = "migrate")]
    pub(crate) migrate_from: Vec<(crate::migrate::OldCookie, std::ops::Range<SystemTime>)>,
    pub(super) companion: Option<Prepare>,
}

/// Sessions in a header, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug)]
pub struct InHeader {
    pub(super) name: String,
    /// Name of the response header.
    pub(super) response: String,
    /// Largest length of a token.
    pub(super) max_len: usize,
}

impl InHeader {
    pub(super) fn named(name: impl Into<String>) -> InHeader {
        InHeader {
            name: name.into(),
            response: "session-token".to_owned(),
            max_len: PASSES_ANYWHERE,
        }
    }
}

/// Sessions in bare tokens, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug)]
pub struct InToken {
    pub(super) purpose: String,
    /// Largest length of a token.
    pub(super) max_len: usize,
}

impl InToken {
    pub(super) fn of(purpose: impl Into<String>) -> InToken {
        InToken {
            purpose: purpose.into(),
            max_len: PASSES_ANYWHERE,
        }
    }
}

impl<C, T> SessionBuilder<C, T> {
    /// Binds every session to an application ([SPEC.md § 3.2]), by a label of 1 to 255 bytes. Default: none.
    ///
    /// Give applications that share a key ring and a name different labels; otherwise they may accept each other's
    /// sessions. Keys are derived for the label, even if a request chooses another context. A new label ends all existing
    /// sessions.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let (keys, now) = (KeyRing::from(EncryptionKey::generate()?), SystemTime::now());
    /// let shop = SessionCookie::encrypted(keys.clone()).application("shop").build()?;
    /// let wiki = SessionCookie::encrypted(keys).application("wiki").build()?;
    /// let field = shop.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert!(wiki.load([field], now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
    pub fn application(mut self, label: impl Into<String>) -> Self {
        self.options.application = Some(label.into());
        self
    }

    /// Replaces the [`LABEL`](crate::SessionData::LABEL) of `T`, for tools that
    /// inspect sessions without having their type. At most 255 bytes. Default: the label of `T`.
    #[doc(hidden)]
    pub fn type_label(mut self, label: impl Into<String>) -> Self {
        self.options.type_label = Some(label.into());
        self
    }

    /// Binds every session to a label and a value ([SPEC.md § 4.2]), unless a request chooses another context. Default:
    /// none. May be repeated; the order counts. A label has at most 255 bytes, a value at most 65,535. Both are public:
    /// they are logged when sessions are built, and are part of the fingerprint of the settings.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let (keys, now) = (KeyRing::from(EncryptionKey::generate()?), SystemTime::now());
    /// let live = SessionCookie::encrypted(keys.clone()).context("stage", "live").build()?;
    /// let test = SessionCookie::encrypted(keys).context("stage", "test").build()?;
    /// let field = test.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert!(live.load([field], now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#42-context
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.context.push((label.into(), value.into()));
        self
    }

    /// Saves changes even with responses of a 5xx status. Default: off, so that such a response only drops a session that
    /// was ended, or writes it after an explicit [`save`](crate::Session::save). `build` refuses this for
    /// bare tokens, because no response carries them.
    pub fn save_on_server_error(mut self, is_on: bool) -> Self {
        self.options.save_on_server_error = is_on;
        self
    }

    /// Keeps the cookie or token of a session whose key is not in the ring (`UnknownKey`), for the time when instances
    /// have different rings. The session is read as new, and every change except `sign_in`, `renew`, `invalidate` and
    /// `discard` is an error ([`Unreadable`](crate::SessionError::Unreadable)), answered with 503 and `Retry-After`.
    /// Default: off, so that a change replaces the session by a new one.
    ///
    /// If the key was removed for good, the visitor can begin a session only by signing in or out while the browser has
    /// the old cookie. Forms for that get tokens from [`csrf_token`](crate::Session::csrf_token) (SPEC.md § 13.4). Keep
    /// a key in the ring after its `accept_until`, so that its sessions are replaced (docs/rotation.md, "Retiring a
    /// key").
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let now = SystemTime::now();
    /// use hardtack::SessionError;
    ///
    /// let newer = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// let field = newer.cookie_for(now, |session| session.insert("user", 42))?;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).keep_unknown_keys(true).build()?;
    /// let session = cookie.load([field], now);
    /// assert!(matches!(session.insert("user", 43), Err(SessionError::Unreadable(_))));
    /// assert!(cookie.save(&session)?.is_empty()); // the browser keeps its cookie
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn keep_unknown_keys(mut self, is_on: bool) -> Self {
        self.options.keep_unknown_keys = is_on;
        self
    }

    /// Sends sessions even with responses that shared caches may store. Default: off, so that such a response refreshes
    /// no session, and becomes `no-store` if it stores or drops one. `build` refuses this for bare tokens.
    ///
    /// # Security
    ///
    /// A cache that stores `Set-Cookie` gives the session of one visitor to others.
    pub fn danger_allow_shared_caching(mut self, is_on: bool) -> Self {
        self.options.shared_caching = is_on;
        self
    }
}
