//! The name and the attributes of a cookie, now and formerly.

use super::{Carrier, SessionCookieBuilder};
use crate::{
    cookie::{Attributes, SameSite},
    state::Payload,
};

/// For cookies.
impl<T: Payload> SessionCookieBuilder<T> {
    /// Sets the cookie's name. A session sealed under one name does not open under another.
    ///
    /// A name is a token of RFC 9110 section 5.6.2, of 1 to 128 bytes. Default: `__Host-session`; with a domain or
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
        self.options.carrier = Carrier::Cookie(Some(name.into()));
        self
    }

    /// Sets the path below which the browser sends the cookie, of at most 1,024 bytes. Default: `/`.
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
        self.options.attributes.path = path.into();
        self
    }

    /// Sets the domain: every host below it gets the cookie, and can set one. Default: none, so that only the host
    /// that set the cookie gets it.
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
        self.options.attributes.domain = Some(domain.into());
        self
    }

    /// Sets the requests from other sites with which the browser sends the cookie. Default: [`SameSite::Lax`].
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
        self.options.attributes.same_site = same_site;
        self
    }

    /// Keeps a separate cookie for each site in whose frames this site is shown (CHIPS). Default: off.
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
        self.options.attributes.partitioned = true;
        self
    }

    /// Omits `Secure`, so that the cookie also travels over plain HTTP. A `CsrfGuard` must then trust the site's own
    /// `http://` origin, unless that is `localhost`.
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
    /// Anyone on the network path can steal the session, and can plant one. A server on `localhost` needs this for
    /// Safari only: Chromium and Firefox accept `Secure` cookies from `http://localhost`.
    pub fn danger_allow_http(mut self) -> Self {
        self.options.attributes.secure = false;
        self
    }

    /// Also drops cookies that were set with these former attributes, whenever a session is sent or ended. May be
    /// repeated.
    ///
    /// For moving a cookie to another path or domain, because a browser would send both cookies otherwise. Each of them
    /// takes a `Set-Cookie` field, and so does each of their parts under [`Size::Split`](crate::Size::Split).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, carrier::FormerAttributes};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .name("__Secure-session")
    ///     .formerly(FormerAttributes::new().path("/app"))
    ///     .build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn formerly(mut self, former: FormerAttributes) -> Self {
        self.options.former.push(former);
        self
    }
}

/// Attributes that a cookie had in an earlier version of the application, for
/// [`formerly`](crate::carrier::SessionCookieBuilder::formerly). Attributes that are not set are the current ones.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, carrier::FormerAttributes};
/// # use std::time::SystemTime;
///
/// // The cookie was set for /shop on all hosts of example.com, and is now for this host alone.
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .name("session")
///     .formerly(FormerAttributes::new().path("/shop").domain("example.com"))
///     .build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// # session.insert("user", 42)?;
/// let fields: Vec<String> = cookie.save(&session)?.into_iter().collect();
/// assert!(fields[0].starts_with("session=; Path=/shop; Domain=example.com;"));
/// assert!(fields[1].starts_with("session=e"));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "attributes have no effect unless they are given to the builder"]
pub struct FormerAttributes {
    path: Option<String>,
    domain: Option<Option<String>>,
    partitioned: Option<bool>,
}

impl FormerAttributes {
    /// Starts with the current attributes.
    pub fn new() -> FormerAttributes {
        FormerAttributes::default()
    }

    /// Sets the path that the cookie had.
    pub fn path(mut self, path: impl Into<String>) -> FormerAttributes {
        self.path = Some(path.into());
        self
    }

    /// Sets the domain that the cookie had.
    pub fn domain(mut self, domain: impl Into<String>) -> FormerAttributes {
        self.domain = Some(Some(domain.into()));
        self
    }

    /// Declares that the cookie had no domain.
    pub fn no_domain(mut self) -> FormerAttributes {
        self.domain = Some(None);
        self
    }

    /// Sets whether the cookie was `Partitioned`.
    pub fn partitioned(mut self, partitioned: bool) -> FormerAttributes {
        self.partitioned = Some(partitioned);
        self
    }

    /// Returns the former attributes, given the current ones.
    pub(super) fn attributes(&self, now: &Attributes) -> Attributes {
        Attributes {
            path: self.path.clone().unwrap_or_else(|| now.path.clone()),
            domain: self.domain.clone().unwrap_or_else(|| now.domain.clone()),
            partitioned: self.partitioned.unwrap_or(now.partitioned),
            ..now.clone()
        }
    }
}
