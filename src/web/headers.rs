//! Loads sessions from an [`http::HeaderMap`] and saves them to one.

use std::{borrow::Cow, sync::Arc};

use http::{HeaderMap, StatusCode, header::RETRY_AFTER};

use super::{
    caching::{CacheHeaders, FieldKind, NO_STORE, add_to_vary},
    framework::Fields,
    request_facts::{facts_of, is_cookie_hidden},
};
use crate::{
    base::{Clock, system_now},
    carrier::{SessionCookie, SessionHeader, TokenChange},
    events,
    session::{CarrierCore, SaveError, Session},
    state::{Dependence, Payload, RequestFacts},
    token::Context,
};

/// With an [`http::HeaderMap`].
impl<T: Payload> SessionCookie<T> {
    /// Loads the session of a request with these fields. See [`load`](Self::load).
    ///
    /// Other headers are also read. A request for an image, a script or another part of a page (`Sec-Fetch-Dest`) does
    /// not refresh the session, and one that prefetches a page (`Sec-Purpose` and similar) takes no messages. In a
    /// request of another site (`Sec-Fetch-Site`) from which the browser hides the cookie, only a sign-in begins a
    /// session.
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
        self.load_request(request, clock.into(), None, None)
    }

    #[inline]
    pub(super) fn load_request<H: Fields>(
        &self,
        request: &H,
        clock: Clock,
        context: Option<Arc<Context>>,
        limit: Option<usize>,
    ) -> Session<T> {
        let name = H::COOKIE;
        let cookies = request.values(&name);
        self.load_values(cookies, clock, context, limit, |may_hide| RequestFacts {
            may_hide: may_hide && is_cookie_hidden(request),
            ..facts_of(request, self.fields.refresh_navigations_only)
        })
    }

    /// Ends the request for `session`, and adds the headers that its response must have: `Set-Cookie`, `Vary`,
    /// `Cache-Control`, and the headers of its companion, if any. With `no-store`, other headers for caches are
    /// replaced too. See
    /// [`save`](Self::save).
    ///
    /// With a 5xx status, only the end of a session is saved, unless the handler called [`Session::save`] or
    /// [`save_on_server_error`](crate::carrier::SessionBuilder::save_on_server_error) is set. With 408 (a timeout),
    /// nothing is saved. A response that shared caches may store does not refresh the session, and becomes `no-store`
    /// if the session changed or ended, unless
    /// [`danger_allow_shared_caching`](crate::carrier::SessionBuilder::danger_allow_shared_caching) is set. If a
    /// response already sets the session's cookie, this cookie is set only once afterwards (docs/limits.md, "Fields of a
    /// response").
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
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
    /// Returns the errors of [`save`](Self::save). The response then gets no `Set-Cookie`; its status should be 500.
    pub fn save_to(
        &self,
        session: &Session<T>,
        status: StatusCode,
        response: &mut HeaderMap,
    ) -> Result<(), SaveError> {
        self.save_in(session, status.as_u16(), response)
    }

    /// [`save_to`](Self::save_to) for the fields of any framework.
    pub(super) fn save_in<H: Fields>(
        &self,
        session: &Session<T>,
        status: u16,
        response: &mut H,
    ) -> Result<(), SaveError> {
        let caches = CacheHeaders::of(response);
        let (already_sent, stays) = self.already_sent_in(session, response.values(&H::SET_COOKIE));
        let finished = self.finish(session, caches.facts(status, already_sent));
        let source = Cow::Borrowed("Cookie");
        set_cache_fields(&caches, &finished, source, &self.carrier.core, response);
        set_retry_after(session, status, response);
        let (_, fields) = finished?;
        if let Some(stays) = self.stays_beside(stays, &fields) {
            response.retain(&H::SET_COOKIE, stays);
        }
        #[cfg(feature = "unstable-companion")]
        super::companion::add_fields(fields.others(), already_sent, response);
        for field in fields {
            response.add(H::SET_COOKIE, H::sensitive(field));
        }
        Ok(())
    }
}

/// With an [`http::HeaderMap`].
impl<T: Payload> SessionHeader<T> {
    /// Loads the session of a request with these headers. See [`load`](Self::load).
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, HeaderValue};
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// # let header = SessionHeader::encrypted(EncryptionKey::generate()?, "x-session").build()?;
    ///
    /// let mut request = HeaderMap::new();
    /// request.insert("x-session", HeaderValue::from_static("forged"));
    /// assert!(header.load_from(&request, Clock::system()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load_from(&self, request: &HeaderMap, clock: impl Into<Clock>) -> Session<T> {
        self.load_request(request, clock.into(), None)
    }

    pub(super) fn load_request<H: Fields>(
        &self,
        request: &H,
        clock: Clock,
        context: Option<Arc<Context>>,
    ) -> Session<T> {
        let name = H::name(self.name());
        self.load_values(
            request.values(&name),
            clock,
            context,
            facts_of(request, false),
        )
    }

    /// Ends the request for `session`, and adds the headers that its response must have: the token, or an empty value
    /// if the session has ended, `Vary` and `Cache-Control`. With `no-store`, other headers for caches are replaced
    /// too.
    ///
    /// # Examples
    ///
    /// ```
    /// use http::{HeaderMap, StatusCode, header::RETRY_AFTER};
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// # let header = SessionHeader::encrypted(EncryptionKey::generate()?, "x-session").build()?;
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
    /// Returns the errors of [`save`](Self::save). The response then gets no token; its status should be 500.
    pub fn save_to(
        &self,
        session: &Session<T>,
        status: StatusCode,
        response: &mut HeaderMap,
    ) -> Result<(), SaveError> {
        self.save_in(session, status.as_u16(), response)
    }

    /// [`save_to`](Self::save_to) for the fields of any framework.
    pub(super) fn save_in<H: Fields>(
        &self,
        session: &Session<T>,
        status: u16,
        response: &mut H,
    ) -> Result<(), SaveError> {
        let caches = CacheHeaders::of(response);
        let name = H::name(self.response_header());
        let (already_sent, stays) = self.already_sent_in(session, response.values(&name));
        let finished = self
            .carrier
            .finish(session, caches.facts(status, already_sent));
        let source = Cow::Owned(self.name().to_owned());
        set_cache_fields(&caches, &finished, source, &self.carrier.core, response);
        set_retry_after(session, status, response);
        let (_, change) = finished?;
        let value = match change {
            TokenChange::Keep => {
                if stays.contains(&false) {
                    let mut stays = stays.into_iter();
                    response.retain(&name, |_| stays.next() == Some(true));
                }
                return Ok(());
            }
            TokenChange::Store(token) => H::sensitive(token),
            TokenChange::Drop => H::value(Cow::Borrowed("")),
        };
        response.replace(name, value);
        Ok(())
    }
}

/// Adds the fields for caches to the response of a finished session, which came in the field `source`.
fn set_cache_fields<H: Fields, C>(
    caches: &CacheHeaders,
    finished: &Result<(Dependence, C), SaveError>,
    source: Cow<'static, str>,
    core: &CarrierCore,
    response: &mut H,
) {
    // If saving failed, the response must not be stored either.
    let dependence = finished
        .as_ref()
        .map_or(Dependence::Written, |(dependence, _)| *dependence);
    if dependence != Dependence::Untouched {
        add_to_vary(source, response);
    }
    match caches.cache_control_for(dependence, core.policy.shared_caching) {
        Some(NO_STORE) => {
            if caches.is_shareable() {
                let (limits, purpose) = (&core.log_limits.lines, core.slot.purpose.name());
                events::caching_was_replaced(limits, system_now(), purpose);
            }
            forbid_to_store(response);
        }
        Some(word) => response.replace(H::CACHE_CONTROL, H::value(word.into())),
        None => {}
    }
}

/// Tells a client when to come back, if another instance may then read its session, or the application answer.
fn set_retry_after<H: Fields, T: Payload>(session: &Session<T>, status: u16, response: &mut H) {
    let is_told = response.named(RETRY_AFTER.as_str()).is_some();
    if status == 503 && !is_told && session.is_last_error_told_by(status) {
        let seconds = H::value(RETRY_AFTER_SECONDS.into());
        response.replace(H::name(RETRY_AFTER.as_str()), seconds);
    }
}

/// Makes every field for caches forbid storing the response, and adds `Cache-Control`.
pub(super) fn forbid_to_store<H: Fields>(response: &mut H) {
    let forbidding = response.names().filter_map(|name| {
        let kind = FieldKind::of(name.as_ref())?;
        Some((name.clone(), kind.forbidding()))
    });
    for (name, word) in forbidding.collect::<Vec<_>>() {
        response.replace(name, H::value(word.into()));
    }
    response.replace(H::CACHE_CONTROL, H::value(NO_STORE.into()));
}

/// Seconds for which a client should wait before it sends the request again. It is the default interval in which a ring is
/// followed, so an instance that lacks a key may have it by then.
pub(super) const RETRY_AFTER_SECONDS: &str = "10";
