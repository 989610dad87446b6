//! Builder methods that set labels, the context, sizes, and what responses carry.

use super::{InHeader, InToken, SessionBuilder, SessionCookieBuilder, size::Size};
use crate::state::Padding;

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

    /// Sets the [padding](Padding) of the token, which hides a part of the content's length. Default: [`Padding::None`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// use hardtack::carrier::Padding;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).padding(Padding::Padme).build()?;
    /// let length = |note: &str| {
    ///     cookie.cookie_for(SystemTime::now(), |session| session.insert("note", note)).map(|field| field.len())
    /// };
    /// assert_eq!(length(&"x".repeat(900))?, length(&"x".repeat(901))?);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn padding(mut self, padding: Padding) -> Self {
        self.options.padding = padding;
        self
    }
}

impl<T> SessionCookieBuilder<T> {
    /// Sets the largest `Set-Cookie` field, and the number of cookies. Default: [`Size::Anywhere`].
    ///
    /// A smaller size signs nobody out: a session that is already larger may still be sent in its current size, but may
    /// only shrink ([docs/spec/writer.md § 9.5]).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, Size};
    /// # use std::time::SystemTime;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).size(Size::Browser).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(session.insert("note", "x".repeat(2_500)).is_ok()); // too large for the default
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [docs/spec/writer.md § 9.5]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#95-size-profiles
    #[doc(alias = "too large")]
    pub fn size(mut self, size: Size) -> Self {
        self.carrier.size = size;
        self
    }
}

macro_rules! with_max_token_len {
    ($($Carrier:ident),+) => {$(
        impl<T> SessionBuilder<$Carrier, T> {
            /// Sets the largest length of a token, in characters. Default: 3,072. At most 16,384.
            pub fn max_token_len(mut self, characters: usize) -> Self {
                self.carrier.max_len = characters;
                self
            }
        }
    )+};
}
with_max_token_len!(InHeader, InToken);
