//! Name, attributes and former attributes of a cookie; purpose and headers of a token.

use super::{SessionCookieBuilder, SessionHeaderBuilder};
use crate::cookie::attributes::{FormerAttributes, SameSite};

impl<T> SessionCookieBuilder<T> {
    /// Sets the cookie's name ([`CookieName`](crate::cookie::CookieName)). A session sealed under one name does not open
    /// under another. Default: `__Host-session`; with a domain or another path, `__Secure-session`; with
    /// [`danger_allow_http`](Self::danger_allow_http), `session`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).name("__Host-login").build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-login");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.carrier.name = Some(name.into());
        self
    }

    /// Sets the path at and below which the browser sends the cookie. Default: `/`. At most 1,024 bytes. With `/app/`,
    /// the browser does not send it to `/app`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).path("/app").build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// assert!(cookie.save(&session)?.iter().all(|field| field.contains("; Path=/app;")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.carrier.attributes.path = path.into();
        self
    }

    /// Sets the domain. This host and every host below it receive the cookie, and can set one. Default: none, so that
    /// only the host that set the cookie receives it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).domain("example.com").build()?;
    /// assert_eq!(cookie.name().as_str(), "__Secure-session"); // no `__Host-`, because other hosts can set it
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.carrier.attributes.domain = Some(domain.into());
        self
    }

    /// Sets which requests from other sites carry the cookie. Default: [`SameSite::Lax`].
    ///
    /// With [`SameSite::Strict`], a visitor who follows a link from another site looks like a new one, and a page that
    /// then begins a session signs them out. In other requests from which the browser hides the cookie, only a sign-in
    /// begins a session, if a layer or `load_from` reads the request and the browser sends `Sec-Fetch-Site`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SameSite, SessionCookie};
    /// # use std::time::SystemTime;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).same_site(SameSite::Strict).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// assert!(cookie.save(&session)?.iter().all(|field| field.ends_with("; SameSite=Strict")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[doc(alias("with_same_site", "cookie_same_site"))]
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.carrier.attributes.same_site = same_site;
        self
    }

    /// Keeps a separate cookie for each site in whose frames this site is shown (CHIPS). Default: off.
    ///
    /// Browsers keep about 10 kB of such cookies for a site in one partition, and drop others without an error. So a
    /// session in [several cookies](crate::Size::Split) has at most three, of 9,216 bytes together.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SameSite, SessionCookie};
    /// # use std::time::SystemTime;
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .same_site(SameSite::None)
    ///     .partitioned(true)
    ///     .build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// assert!(cookie.save(&session)?.iter().all(|field| field.ends_with("; Partitioned")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn partitioned(mut self, partitioned: bool) -> Self {
        self.carrier.attributes.partitioned = partitioned;
        self
    }

    /// Lets the cookie of every session outlive the browser's session. Its `Max-Age` is the time until the session
    /// would end without another request, but at most 400 days ([docs/spec/writer.md § 8.10]). Default: off, so that a
    /// cookie ends with the browser's session unless its session is [remembered](crate::Session::remember_for). A
    /// language or a theme that outlives sign-outs has [a cookie of its own](crate::guide#one-other-value).
    ///
    /// # Examples
    ///
    /// A visitor who comes back within 90 days stays signed in, for up to a year:
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .persistent(true)
    ///     .idle_timeout(90 * day)
    ///     .absolute_timeout(365 * day)
    ///     .build()?;
    /// # let session = cookie.load(None::<&str>, now);
    /// session.sign_in()?;
    /// let fields = cookie.save(&session)?;
    /// assert!(fields.iter().all(|field| field.ends_with("; Max-Age=7776000")));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// Closing the browser no longer signs out, which matters on a shared computer. A copy of the cookie can be kept
    /// alive for as long as the session may last, unless for example [`revalidate_after`](Self::revalidate_after),
    /// [`revoked_if`](Self::revoked_if) or [`not_before`](Self::not_before) ends it.
    ///
    /// [docs/spec/writer.md § 8.10]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#rules-of-finish
    #[doc(alias("language", "theme"))]
    pub fn persistent(mut self, persistent: bool) -> Self {
        self.carrier.persistent = persistent;
        self
    }

    /// Refreshes sessions only in responses to navigations (`Sec-Fetch-Mode: navigate`). For unchanged sessions, only
    /// these also store answers of [`revalidate_after`](Self::revalidate_after) and seal under a new key. Default: off.
    ///
    /// A refresh carries the whole session, so a `fetch()` that only reads can undo a change that another request has
    /// just stored. With this setting, a script that only reads writes nothing. Its changes are saved as usual.
    ///
    /// The default is off because some pages never navigate, or replace their content by scripts as htmx and Turbo do.
    /// The idle timeout would sign out their visitors while they are active, and with `revalidate_after`, every request
    /// would ask once the last answer is too old. Let such a page call [`save`](crate::Session::save) in a request of
    /// its own. A client that sends no `Sec-Fetch-Mode`, such as a browser without TLS, counts as navigating, and so
    /// does every request of [`load`](crate::SessionCookie::load), which does not see this header.
    pub fn refresh_navigations_only(mut self, is_on: bool) -> Self {
        self.carrier.refresh_navigations_only = is_on;
        self
    }

    /// Omits `Secure`, so that the cookie also travels over plain HTTP. A `CsrfGuard` must then trust the site's own
    /// `http://` origin, unless the site is on this machine, as on `localhost`. Default: off.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).danger_allow_http(true).build()?;
    /// assert_eq!(cookie.name().as_str(), "session"); // a prefix such as `__Host-` requires `Secure`
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// Anyone on the network path can steal the session or plant one. A server on `localhost` needs this for Safari
    /// only: Chromium and Firefox accept `Secure` cookies from `http://localhost`.
    #[doc(alias("with_secure", "cookie_secure"))]
    pub fn danger_allow_http(mut self, is_allowed: bool) -> Self {
        self.carrier.attributes.secure = !is_allowed;
        self
    }

    /// Also drops cookies that were set with these former attributes, whenever a response sends or ends a session. May
    /// be repeated.
    ///
    /// Use it to move a cookie to another path or domain, because a browser would otherwise send both cookies. Each
    /// former cookie takes a `Set-Cookie` header, and so does each part that the request brought or, under
    /// [`Size::Split`](crate::Size::Split), that a session may have.
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
        self.carrier.former.push(former);
        self
    }
}

impl<T> SessionHeaderBuilder<T> {
    /// Sends sessions back in the response header `name`. Default: `session-token`.
    ///
    /// A response has one token in this header. If a request may bring two sessions, each needs its own name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionHeader};
    /// let header = SessionHeader::encrypted(EncryptionKey::generate()?, "x-session")
    ///     .response_header("X-Session")
    ///     .build()?;
    /// assert_eq!(header.response_header(), "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn response_header(mut self, name: impl Into<String>) -> Self {
        self.carrier.response = name.into();
        self
    }
}
