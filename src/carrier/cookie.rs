use std::{sync::Arc, time::SystemTime};

use super::{common::Carrier, fields::CookieFields, keys_in_use::KeysInUse};
use crate::{
    base::{Clock, clone_by_fields, unix_seconds, unix_seconds_from},
    cookie::{CookieName, SetCookies, Values, attributes::SameSite},
    session::{ReceivedOldCookies, SaveError, Session},
    state::{Dependence, Map, Payload, RequestFacts, ResponseFacts, SessionError},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions in cookies, with their keys, settings and attributes. Cloning is cheap.
///
/// Build one at start-up, because building checks all settings. `T` is the type that sessions hold: a dictionary, or
/// your own type ([`typed`](crate::carrier::SessionBuilder::typed)).
///
/// # Examples
///
/// Without a web framework, pass in the values of the request's `Cookie` headers, and send the values that come out as
/// the response's `Set-Cookie` headers:
///
/// ```
/// use std::time::SystemTime;
/// use hardtack::{EncryptionKey, SessionCookie};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
///
/// let session = cookie.load(["theme=dark"], SystemTime::now());
/// session.insert("user", 42)?;
/// let set_cookies = cookie.save(&session)?;
/// let field = set_cookies.iter().next().ok_or("a session was written")?;
/// assert!(field.starts_with("__Host-session=e"));
/// assert!(field.ends_with("; Path=/; Secure; HttpOnly; SameSite=Lax"));
///
/// let (pair, _) = field.split_once(';').ok_or("attributes follow")?;
/// let session = cookie.load([pair], SystemTime::now());
/// assert_eq!(session.get("user")?, Some(42));
/// assert!(cookie.save(&session)?.is_empty());
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct SessionCookie<T = Map> {
    pub(crate) fields: Arc<CookieFields>,
    pub(crate) carrier: Carrier<T>,
}

impl<T: Payload> SessionCookie<T> {
    /// Returns the cookie's name.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// assert_eq!(cookie.name().as_str(), "__Host-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &CookieName {
        &self.fields.template.name
    }

    /// Loads the session of a request. `cookie_fields` are the values of its `Cookie` headers: none, one or several.
    /// `clock` is the current time, or a [`Clock`] that returns it.
    ///
    /// Never fails. The cookie is verified when the session is first used, and if it does not open, the session is new
    /// ([SPEC.md § 7], docs/spec/carriers.md § 9.1). If the request has several cookies of this name, the first four
    /// different values are considered.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # use std::time::SystemTime;
    /// let session = cookie.load(["theme=dark; __Host-session=forged"], SystemTime::now());
    /// assert!(session.is_new()); // a cookie that does not open is no error
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    #[must_use]
    pub fn load(
        &self,
        cookie_fields: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        self.load_values(cookie_fields, clock.into(), None, None, |_| {
            RequestFacts::default()
        })
    }

    /// Returns the same cookie for the sessions of `context`, such as the tenant of a request. `context` replaces the
    /// [`context`](crate::carrier::SessionBuilder::context) of the builder.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use hardtack::Context;
    ///
    /// let acme = cookie.in_context(Context::new([("tenant", "acme")])?);
    /// let session = acme.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let fields = acme.save(&session)?;
    ///
    /// assert!(!acme.load(&fields, SystemTime::now()).is_new());
    /// assert!(cookie.load(&fields, SystemTime::now()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn in_context(&self, context: Context) -> SessionCookie<T> {
        let mut same = self.clone();
        same.carrier.context = Some(Arc::new(context));
        same
    }

    /// Ends the request for `session`, which is read-only afterwards. Returns the response's `Set-Cookie` headers, or
    /// none if the client keeps what it has.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::SessionError;
    ///
    /// session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    /// assert_eq!(fields.iter().len(), 1);
    /// assert!(matches!(session.insert("user", 43), Err(SessionError::AfterHead)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SaveError`]. Content that is too large is refused when it is stored, not here.
    pub fn save(&self, session: &Session<T>) -> Result<SetCookies, SaveError> {
        let (_, fields) = self.finish(session, ResponseFacts::UNKNOWN)?;
        Ok(fields)
    }

    /// Rejects every session of this cookie that was issued before `time`, from now on and in all contexts. This signs
    /// out everyone who signed in earlier. Other instances, and other cookies of this program, need a call of their own.
    /// A time earlier than one that was set before has no effect.
    ///
    /// Sessions carry whole seconds, so `time` is rounded up. The current time ends every session that this instance
    /// issued, and every session that begins in the rest of this second. Another instance's clock may be ahead by up to
    /// `clock_skew`; add this duration to end its sessions too, and all that begin meanwhile. If a request in progress
    /// has a session that is now rejected, only the end of this session is saved, with what is stored after `sign_in` or
    /// `invalidate`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # use std::time::{Duration, SystemTime};
    /// # let (now, second) = (SystemTime::now(), Duration::from_secs(1));
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// cookie.raise_not_before(now + second);
    /// assert!(cookie.load([field], now + second).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn raise_not_before(&self, time: SystemTime) {
        let time = unix_seconds_from(time);
        self.carrier.core.slot.raise_not_before(time);
    }

    /// Returns the `Cookie` header of a visitor whose session `fill` has just filled, so that an application's tests
    /// need not sign in first.
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let now = SystemTime::now();
    /// let field = cookie.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert!(field.starts_with("__Host-session="));
    /// assert_eq!(cookie.load([field], now).get("user")?, Some(42));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of `fill` and of [`save`](Self::save), and an error if the session is empty or not written.
    #[doc(alias = "test a handler")]
    pub fn cookie_for(
        &self,
        now: SystemTime,
        fill: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
    ) -> Result<String, SaveError> {
        let session = self.load(None::<&str>, now);
        fill(&session).map_err(SaveError::new)?;
        let fields = self.save(&session)?;
        let pairs: Vec<_> = fields.pairs().collect();
        if pairs.is_empty() {
            return Err(SaveError::new(EMPTY));
        }
        Ok(pairs.join("; "))
    }

    /// Returns the keys and settings in use, for health checks that compare instances and programs. A
    /// [`SharedKeyRing`](crate::keys::SharedKeyRing) reports its current keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, keys::SharedKeyRing};
    /// use std::{fmt, time::SystemTime};
    ///
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let new_id = new.id();
    /// let keys = SharedKeyRing::from(old);
    /// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
    ///
    /// keys.replace(new)?;
    /// let in_use = cookie.keys_in_use(SystemTime::now());
    /// assert_eq!(in_use.seals, new_id);
    /// assert_eq!(in_use.accepts, [new_id]);
    /// assert_eq!(in_use.fingerprint, keys.current().fingerprint());
    /// assert_eq!(in_use.next, None);
    /// let text = format!("seals {new_id}\naccepts {new_id}\nfingerprint {}\n", in_use.fingerprint);
    /// assert!(in_use.to_string().starts_with(&text));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keys_in_use(&self, now: SystemTime) -> KeysInUse {
        KeysInUse::of(&self.carrier.core, unix_seconds(now))
    }

    /// Loads the session of a request. `limit` is the number of bytes that the server takes for all fields of a
    /// request, if it is known. `request` is called with `true` if the browser may have hidden the cookie.
    pub(crate) fn load_values(
        &self,
        cookie_fields: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: Clock,
        context: Option<Arc<Context>>,
        limit: Option<usize>,
        request: impl FnOnce(bool) -> RequestFacts,
    ) -> Session<T> {
        let fields = &*self.fields;
        let mut old = fields.old_cookies.as_ref().map(ReceivedOldCookies::look);
        let mut values = Values::of_cookies();
        // One cookie is far below any limit.
        let limit = limit.filter(|_| fields.most > 1);
        let mut cookies_len = 0;
        for field in cookie_fields {
            let field = field.as_ref();
            cookies_len += limit.map_or(0, |_| list_len(field));
            fields.finder.find_in(field, LONGEST_TOKEN, &mut values);
            if let Some(old) = &mut old {
                old.find_in(field);
            }
        }
        let old = old.filter(|old| !old.is_empty());
        let is_for_all_sites = fields.template.attributes.same_site == SameSite::None;
        let mut request = request(values.is_empty() && !is_for_all_sites);
        let others = cookies_len.saturating_sub(values.len());
        request.room = limit.map(|limit| self.room_beside(others, limit));
        self.carrier
            .new_session(values, old, clock, context, request)
    }

    /// Returns the bytes of content that a server with this limit takes in the next request, beside other cookies of
    /// this length.
    fn room_beside(&self, others: usize, limit: usize) -> usize {
        let fields = &*self.fields;
        let names = fields.most * (FIELD_LEN + fields.template.name.as_str().len() + AROUND_PART);
        let characters = limit.saturating_sub(OTHER_FIELDS + others + names);
        let budget = &self.carrier.core.policy.budget;
        budget.room_in(characters).unwrap_or_default()
    }

    /// Finishes the request for `session`. Returns the extent to which its response depends on it, and the `Set-Cookie`
    /// fields.
    pub(crate) fn finish(
        &self,
        session: &Session<T>,
        response: ResponseFacts,
    ) -> Result<(Dependence, SetCookies), SaveError> {
        let decided = self.carrier.close(session, response)?;
        Ok((decided.dependence, self.fields.write(decided)))
    }
}

/// Returns the length of a `Cookie` field in a list of fields (RFC 9113 section 6.5.2), if each of its cookies is in a
/// field of its own, as browsers send them.
fn list_len(field: &[u8]) -> usize {
    let cookies = 1 + memchr::memchr_iter(b';', field).count();
    cookies * FIELD_LEN + field.len()
}

const EMPTY: &str = "an empty session has no cookie; store a value first";
/// Bytes of a `Cookie` field in a list of fields, in addition to its value: its name and 32.
const FIELD_LEN: usize = "cookie".len() + 32;
/// Bytes around a part: `.1=`, and `N.` in the first.
const AROUND_PART: usize = 5;
/// Bytes that are left to all fields but `Cookie`. Browsers send 1,000 to 1,700 with short addresses. The rest is for
/// addresses of up to 430 bytes, because `:path` has one and `referer` another.
const OTHER_FIELDS: usize = 2_560;

clone_by_fields!(SessionCookie<T> { fields, carrier });
