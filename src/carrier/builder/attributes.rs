//! Name and attributes of a cookie, those that it had before, and the purpose and the headers of a token.

use super::{SessionCookieBuilder, SessionTokenBuilder};
use crate::cookie::{FormerAttributes, SameSite};

/// For cookies.
impl<T> SessionCookieBuilder<T> {
    /// Sets the cookie's name. A session sealed under one name does not open under another.
    ///
    /// A name is a token of RFC 9110 section 5.6.2, of 1 to 128 bytes. Default: `__Host-session`; with a domain or
    /// another path, `__Secure-session`; with [`danger_allow_http`](Self::danger_allow_http), `session`.
    pub fn name(mut self, name: impl Into<String>) -> Self {
        self.carrier.name = Some(name.into());
        self
    }

    /// Sets the path below which the browser sends the cookie, of at most 1,024 bytes. Default: `/`. With `/app/` it does not
    /// send it to `/app`.
    pub fn path(mut self, path: impl Into<String>) -> Self {
        self.carrier.attributes.path = path.into();
        self
    }

    /// Sets the domain: every host below it gets the cookie, and can set one. Default: none, so that only the host
    /// that set the cookie gets it.
    pub fn domain(mut self, domain: impl Into<String>) -> Self {
        self.carrier.attributes.domain = Some(domain.into());
        self
    }

    /// Sets the requests from other sites with which the browser sends the cookie. Default: [`SameSite::Lax`].
    ///
    /// In requests from which the browser hides it, no session begins but by a sign-in. With [`SameSite::Strict`], a
    /// visitor who follows a link looks like a new one: a page that begins a session signs them out.
    pub fn same_site(mut self, same_site: SameSite) -> Self {
        self.carrier.attributes.same_site = same_site;
        self
    }

    /// Keeps a separate cookie for each site in whose frames this site is shown (CHIPS). Default: off.
    pub fn partitioned(mut self) -> Self {
        self.carrier.attributes.partitioned = true;
        self
    }

    /// Lets the cookie of every session outlive the browser's session: each has `Max-Age`, the time until the session would
    /// end without another request ([docs/spec/writer.md § 8.10]). Default: off, so that a cookie ends with the browser's
    /// session unless its session is [remembered](crate::Session::remember_for).
    ///
    /// # Examples
    ///
    /// A visitor who comes back within 90 days stays signed in:
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .persistent()
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
    /// alive up to the absolute timeout, unless [`revalidate_after`](Self::revalidate_after) asks about it.
    ///
    /// [docs/spec/writer.md § 8.10]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/writer.md#rules-of-finish
    pub fn persistent(mut self) -> Self {
        self.carrier.persistent = true;
        self
    }

    /// Refreshes sessions only in responses to navigations (`Sec-Fetch-Mode: navigate`), and sends answers of
    /// [`revalidate_after`](Self::revalidate_after) and sealings under a new key only there. Default: off.
    ///
    /// A refresh carries the whole session, so that of a `fetch()` which only reads can undo what another request has just
    /// stored. With this setting scripts read without writing. Their changes are saved as ever.
    ///
    /// It is no default, because a page that never navigates, or replaces its content by scripts as htmx and Turbo do, would
    /// be signed out by the idle timeout while it is in use, and with `revalidate_after` asks in every request by then. Let
    /// such a page call [`save`](crate::Session::save) in one request of its own. A client that sends no `Sec-Fetch-Mode`,
    /// such as one without TLS, counts as navigating.
    pub fn refresh_navigations_only(mut self) -> Self {
        self.carrier.refresh_navigations_only = true;
        self
    }

    /// Omits `Secure`, so that the cookie also travels over plain HTTP. A `CsrfGuard` must then trust the site's own
    /// `http://` origin, unless that is `localhost`.
    ///
    /// # Security
    ///
    /// Anyone on the network path can steal the session, and can plant one. A server on `localhost` needs this for
    /// Safari only: Chromium and Firefox accept `Secure` cookies from `http://localhost`.
    pub fn danger_allow_http(mut self) -> Self {
        self.carrier.attributes.secure = false;
        self
    }

    /// Also drops cookies that were set with these former attributes, whenever a session is sent or ended. May be
    /// repeated.
    ///
    /// It is for moving a cookie to another path or domain, because a browser would otherwise send both cookies. Each
    /// former cookie takes a `Set-Cookie` field, and so does each of its parts under
    /// [`Size::Split`](crate::Size::Split).
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

/// For tokens.
impl<T> SessionTokenBuilder<T> {
    /// Takes sessions from the request header `name`. The name has at most 128 bytes, and its case does not matter.
    /// `Authorization` may have the scheme `Bearer`.
    ///
    /// Sessions are sealed for this header, so they do not open as cookies, and cookies do not open as sessions of a
    /// header ([docs/spec/carriers.md § 9.7]).
    ///
    /// [docs/spec/carriers.md § 9.7]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#97-tokens-in-a-header-field
    pub fn header(mut self, name: impl Into<String>) -> Self {
        self.carrier.header = Some(name.into());
        self
    }

    /// Sends sessions back in the response header `name`. Default: `session-token`.
    ///
    /// A response has one token in this header. Two sessions that one request may bring need two names.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionToken};
    /// let tokens = SessionToken::encrypted(EncryptionKey::generate()?)
    ///     .header("x-session")
    ///     .response_header("X-Session")
    ///     .build()?;
    /// assert_eq!(tokens.response_header(), Some("x-session"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn response_header(mut self, name: impl Into<String>) -> Self {
        self.carrier.response_header = Some(name.into());
        self
    }

    /// Makes bare tokens, which the program itself sends and receives. A token opens only for the `purpose` that it was
    /// sealed for, a text of 1 to 65,529 bytes. Tokens do not open as cookies, and cookies do not open as tokens.
    pub fn purpose(mut self, purpose: impl Into<String>) -> Self {
        self.carrier.purpose = Some(purpose.into());
        self
    }
}
