//! Sessions from and to an [`http::HeaderMap`]. Feature `http`.

use http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode,
    header::{CACHE_CONTROL, COOKIE, SET_COOKIE, VARY},
};

use crate::{
    body::Circumstances,
    caching::{self, CacheChange, Caching},
    clock::Clock,
    cookie::SetCookies,
    error::SaveError,
    session::Session,
    session_cookie::{SessionCookie, Use},
};

/// With feature `http`.
impl<T> SessionCookie<T> {
    /// The session of a request with these fields. See [`load`](Self::load).
    ///
    /// `Sec-Fetch-Dest` is read, too: with an image, a script or the like nothing is renewed.
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
        let destination = request.get(SEC_FETCH_DEST).map(HeaderValue::as_bytes);
        let is_subresource = destination.is_some_and(caching::is_subresource);
        let cookies = request.get_all(COOKIE);
        self.arrive(cookies, clock.into(), None, is_subresource)
    }

    /// Ends the request for `session`, and adds to the fields of its response what it must carry:
    /// `Set-Cookie`, `Vary` and `Cache-Control`. See [`save`](Self::save).
    ///
    /// A 5xx status saves no changes. With a response that the application marked as cacheable by
    /// others, nothing is renewed, and changes make it `no-store`.
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
    /// Those of [`save`](Self::save). There is no `Set-Cookie` then; answer with 500.
    pub fn save_to(
        &self,
        session: &Session<T>,
        status: StatusCode,
        response: &mut HeaderMap,
    ) -> Result<(), SaveError> {
        let values = |name: &HeaderName| response.get_all(name).iter().map(HeaderValue::as_bytes);
        let targeted = TARGETED_CACHE_CONTROLS;
        let caching = Caching::read(values(&CACHE_CONTROL), targeted.iter().map(values));
        let is_allowed = self.shared.shared_caching;
        let finished = self.finish(
            session,
            Circumstances {
                status: status.as_u16(),
                is_shareable: caching.is_shareable() && !is_allowed,
                ..Circumstances::default()
            },
        );
        let use_of_session = match &finished {
            Ok(finished) => finished.use_of_session,
            Err(_) => Use::Written,
        };
        if use_of_session != Use::Untouched && !caching::varies_on(values(&VARY), "cookie") {
            response.append(VARY, HeaderValue::from_static("Cookie"));
        }
        if !(caching.is_shareable() && is_allowed) {
            apply(caching.change_for(use_of_session), response);
        }
        append(finished?.set_cookies, response);
        Ok(())
    }
}

fn apply(change: CacheChange, response: &mut HeaderMap) {
    match change {
        CacheChange::Leave => {}
        CacheChange::Private => {
            response.insert(CACHE_CONTROL, HeaderValue::from_static("private"));
        }
        CacheChange::NoStore => {
            for name in TARGETED_CACHE_CONTROLS {
                if response.contains_key(&name) {
                    response.insert(name, HeaderValue::from_static("no-store"));
                }
            }
            response.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        }
    }
}

fn append(set_cookies: SetCookies, response: &mut HeaderMap) {
    for field in set_cookies {
        let mut field =
            HeaderValue::try_from(field).expect("name, attributes and base64url are visible ASCII");
        // Kept out of logs, and of the compression tables of HTTP/2.
        field.set_sensitive(true);
        response.append(SET_COOKIE, field);
    }
}

const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");
/// For the caches of a CDN only (RFC 9213, and what came before it).
const TARGETED_CACHE_CONTROLS: [HeaderName; 2] = [
    HeaderName::from_static("cdn-cache-control"),
    HeaderName::from_static("surrogate-control"),
];
