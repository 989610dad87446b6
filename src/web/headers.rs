//! Sessions from and to an [`http::HeaderMap`]. Feature `http`.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, COOKIE, SET_COOKIE, VARY},
};

use super::caching::{self, CacheChange, CacheHeaders};
use crate::{
    base::clock::Clock,
    carrier::{SessionCookie, SessionHeader, TokenChange},
    session::{SaveError, Sealer, Session, Use, events},
    state::Circumstances,
    token::Context,
};

/// With feature `http`.
impl<T> SessionCookie<T> {
    /// Loads the session of a request with these fields. See [`load`](Self::load).
    ///
    /// `Sec-Fetch-Dest` is also read: a request for an image, a script or another part of a page refreshes nothing.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use http::Request;
    /// use std::time::SystemTime;
    ///
    /// let request = Request::get("/").header("cookie", "theme=dark").body(())?;
    /// let session = cookie.load_from(request.headers(), SystemTime::now());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load_from(&self, request: &HeaderMap, clock: impl Into<Clock>) -> Session<T> {
        self.arrive_from(request, clock.into(), None)
    }

    /// Like [`load_from`](Self::load_from), in a context chosen for this request, such as the tenant's
    /// name. It replaces the builder's.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Clock, carrier::Context, web::host_of};
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let request = http::Request::get("/").header("host", "acme.example").body(())?;
    /// let (request, ()) = request.into_parts();
    /// // Over HTTP/2 there is no field `Host`.
    /// let tenant = host_of(&request).ok_or("a request without a host")?;
    /// let tenant = Context::new([("tenant", tenant)])?;
    /// let session = cookie.load_from_in(tenant, &request.headers, Clock::system());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load_from_in(
        &self,
        context: Context,
        request: &HeaderMap,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        self.arrive_from(request, clock.into(), Some(context))
    }

    pub(crate) fn arrive_from(
        &self,
        request: &HeaderMap,
        clock: Clock,
        context: Option<Context>,
    ) -> Session<T> {
        let cookies = request.get_all(COOKIE);
        self.arrive(cookies, clock, context, is_subresource(request))
    }

    /// Ends the request for `session`, and adds the fields that its response must have:
    /// `Set-Cookie`, `Vary` and `Cache-Control`. See [`save`](Self::save).
    ///
    /// With a 5xx status, changes are not saved. A response that others may store refreshes nothing, and becomes
    /// `no-store` if the session changed.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode};
    /// use std::time::SystemTime;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let (request, mut response) = (HeaderMap::new(), HeaderMap::new());
    /// let session = cookie.load_from(&request, SystemTime::now());
    /// session.insert("user", 42)?;
    /// cookie.save_to(&session, StatusCode::OK, &mut response)?;
    /// assert_eq!(response["cache-control"], "no-store");
    /// assert!(response.contains_key("set-cookie"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save). The response then has no `Set-Cookie`; its status should be 500.
    pub fn save_to(
        &self,
        session: &Session<T>,
        status: StatusCode,
        response: &mut HeaderMap,
    ) -> Result<(), SaveError> {
        let caching = Caching::of(response, self.inner.shared_caching);
        let ended = self.end(session, caching.circumstances(status));
        caching.tell(use_of(&ended), response, &COOKIE, &self.inner.sealer);
        let (_, fields) = ended?;
        for field in fields {
            response.append(SET_COOKIE, sensitive(field));
        }
        Ok(())
    }
}

/// With feature `http`.
impl<T> SessionHeader<T> {
    /// Loads the session of a request with these fields. See [`load`](Self::load).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// # let header = SessionHeader::encrypted("x-session", EncryptionKey::generate()?).build()?;
    /// let request = http::Request::get("/").body(())?;
    /// let session = header.load_from(request.headers(), Clock::system());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load_from(&self, request: &HeaderMap, clock: impl Into<Clock>) -> Session<T> {
        self.arrive_from(request, clock.into(), None)
    }

    pub(crate) fn arrive_from(
        &self,
        request: &HeaderMap,
        clock: Clock,
        context: Option<Context>,
    ) -> Session<T> {
        let values = request.get_all(&*self.name);
        self.arrive(values, clock, context, is_subresource(request))
    }

    /// Ends the request for `session`, and adds the fields that its response must have: the token, or an empty field
    /// if the session has ended, `Vary` and `Cache-Control`.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode};
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// # let header = SessionHeader::encrypted("x-session", EncryptionKey::generate()?).build()?;
    ///
    /// let (request, mut response) = (HeaderMap::new(), HeaderMap::new());
    /// let session = header.load_from(&request, Clock::system());
    /// session.insert("user", 42)?;
    /// header.save_to(&session, StatusCode::OK, &mut response)?;
    /// assert!(response.contains_key("session-token"));
    /// assert_eq!(response["vary"], "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Those of [`save`](Self::save). The response then has no token; its status should be 500.
    pub fn save_to(
        &self,
        session: &Session<T>,
        status: StatusCode,
        response: &mut HeaderMap,
    ) -> Result<(), SaveError> {
        let caching = Caching::of(response, self.shared_caching);
        let ended = self.token.end(session, caching.circumstances(status));
        let name = field_name(&self.name);
        caching.tell(use_of(&ended), response, &name, &self.token.sealer);
        let (_, change) = ended?;
        let value = match change {
            TokenChange::None => return Ok(()),
            TokenChange::Set(token) => sensitive(token),
            TokenChange::End => HeaderValue::from_static(""),
        };
        response.insert(field_name(&self.response_name), value);
        Ok(())
    }
}

/// The extent to which a response depends on its session. A response whose session could not be saved must not be
/// stored either.
fn use_of<O>(ended: &Result<(Use, O), SaveError>) -> Use {
    match ended {
        Ok((use_of_session, _)) => *use_of_session,
        Err(_) => Use::Written,
    }
}

/// The fields of a response for caches, as the application set them.
struct Caching {
    headers: CacheHeaders,
    /// Responses that others may store may carry sessions.
    is_sharing_allowed: bool,
}

impl Caching {
    fn of(response: &HeaderMap, is_sharing_allowed: bool) -> Caching {
        let names = response.keys();
        let fields = names.map(|name| (name.as_str(), values(response, name)));
        Caching {
            headers: CacheHeaders::read(fields),
            is_sharing_allowed,
        }
    }

    fn circumstances(&self, status: StatusCode) -> Circumstances {
        Circumstances {
            status: status.as_u16(),
            is_shareable: self.headers.is_shareable() && !self.is_sharing_allowed,
        }
    }

    /// Adds the fields that a response needs because of its session, which came in the field `source`.
    fn tell(
        &self,
        use_of_session: Use,
        response: &mut HeaderMap,
        source: &HeaderName,
        sealer: &Sealer,
    ) {
        if caching::needs_vary(use_of_session, values(response, &VARY), source.as_str()) {
            response.append(VARY, vary(source));
        }
        let change = self
            .headers
            .change_for(use_of_session, self.is_sharing_allowed);
        apply(change, response, sealer.slot.purpose().as_str());
    }
}

fn values<'a>(response: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a [u8]> {
    response.get_all(name).iter().map(HeaderValue::as_bytes)
}

fn vary(name: &HeaderName) -> HeaderValue {
    if *name == COOKIE {
        HeaderValue::from_static("Cookie")
    } else {
        HeaderValue::from(name.clone())
    }
}

fn is_subresource(request: &HeaderMap) -> bool {
    let destination = request.get(SEC_FETCH_DEST).map(HeaderValue::as_bytes);
    destination.is_some_and(caching::is_subresource)
}

fn apply(change: CacheChange, response: &mut HeaderMap, purpose: &str) {
    match change {
        CacheChange::Leave => {}
        CacheChange::Private => {
            response.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        }
        CacheChange::NoStore { was_shareable } => {
            if was_shareable {
                events::caching_was_replaced(purpose);
            }
            let said = response.keys().filter_map(|name| {
                let value = caching::forbids(name.as_str())?;
                Some((name.clone(), HeaderValue::from_static(value)))
            });
            for (name, value) in said.collect::<Vec<_>>() {
                response.insert(name, value);
            }
            response.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

fn field_name(name: &str) -> HeaderName {
    HeaderName::try_from(name).expect("a name is checked when it is given")
}

/// A value that is kept out of logs, and of the compression tables of HTTP/2.
fn sensitive(value: String) -> HeaderValue {
    let value = HeaderValue::try_from(value);
    let mut value = value.expect("names, attributes and base64url are visible ASCII");
    value.set_sensitive(true);
    value
}

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
