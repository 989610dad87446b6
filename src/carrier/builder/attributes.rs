//! What the cookie is called, where it goes, and how large it may be.

use super::{SessionCookieBuilder, Size, formerly::Formerly};
use crate::{
    cookie::SameSite,
    state::{Padding, Payload},
};

impl<T: Payload> SessionCookieBuilder<T> {
    /// The cookie's name. A session sealed under one name does not open under another.
    ///
    /// 1 to 128 bytes of a token of RFC 9110 section 5.6.2. Default: `__Host-session`; with a domain or
    /// another path `__Secure-session`; with [`danger_allow_http`](Self::danger_allow_http) `session`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).name("__Host-login").build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.settings.name = Some(name.into());
        self
    }

    /// Below which path the browser sends the cookie: at most 1,024 bytes. Default: `/`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).path("/shop").build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; Path=/shop;")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.settings.attributes.path = path.into();
        self
    }

    /// The domain below which every host gets the cookie, and can set one. Default: none, only the host
    /// that set it gets it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).domain("example.com").build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; Domain=example.com;")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.settings.attributes.domain = Some(domain.into());
        self
    }

    /// Whether the cookie comes with requests from other sites. Default: [`SameSite::Lax`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::SameSite;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).same_site(SameSite::Strict).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; SameSite=Strict")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.settings.attributes.same_site = same_site;
        self
    }

    /// Inside a frame, one cookie for each site around it (CHIPS). Default: off.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::SameSite;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).same_site(SameSite::None).partitioned().build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.contains("; SameSite=None; Partitioned")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn partitioned(mut self) -> Self {
        self.settings.attributes.partitioned = true;
        self
    }

    /// Leaves out `Secure`, so that the cookie also travels over plain HTTP. A `CsrfGuard` then needs to
    /// trust the site's own `http://` origin, unless that is this machine.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).danger_allow_http().build()?;
    /// assert_eq!(cookie.name().as_str(), "session");
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// # session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| !field.contains("Secure")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// Anybody on the way can take the session, and can plant one. For a server on `localhost` this is
    /// needed with Safari only: Chromium and Firefox take `Secure` cookies from `http://localhost`.
    pub fn danger_allow_http(mut self) -> Self {
        self.settings.attributes.secure = false;
        self
    }

    /// Also drops the cookies that were set with these earlier attributes, whenever a session is sent or
    /// ended. May be repeated. For moving a cookie to another path or domain: without it a browser would
    /// send both. Each of them is a `Set-Cookie` field, and so are their parts under [`Size::Split`].
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Formerly, SessionCookie};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("__Secure-session")
    ///     .formerly(Formerly::new().path("/app"))
    ///     .build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn formerly(mut self, formerly: Formerly) -> Self {
        self.settings.formerly.push(formerly);
        self
    }

    /// The largest `Set-Cookie` field, and how many. Default: [`Size::Anywhere`]. A smaller one signs nobody out:
    /// what is larger already may go back as large as it came, and only shrink (docs/spec/writer.md § 9.5).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::Size;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).size(Size::Browser).build()?;
    /// let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_939);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn size(mut self, size: Size) -> Self {
        self.settings.size = size;
        self
    }

    /// Rounds the length of the token up, so that it tells less of the length of its content. It hides little of a
    /// short session. Default: [`Padding::None`].
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::Padding;
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let keys = KeyRing::new(EncryptionKey::generate()?);
    /// let cookie = SessionCookie::encrypted(keys).padding(Padding::Padme).build()?;
    /// let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.remaining_bytes(), 2_142); // without padding 2,171
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn padding(mut self, padding: Padding) -> Self {
        self.settings.padding = padding;
        self
    }
}
