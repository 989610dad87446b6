use std::{fmt, marker::PhantomData, sync::Arc, time::SystemTime};

use super::{builder::SessionCookieBuilder, error::CookieForError};
use crate::{
    base::{clock::Clock, time::unix_seconds_from},
    cookie::{CookieName, Finder, PART_LEN, PartNumbers, SetCookies, Template, max_age_len},
    crypto::suite::Mode,
    keys::{EncryptionKey, IntoKeys, SigningKey},
    session::{Arrival, Carrier, Leaving, SaveError, Sealer, Session},
    state::{Map, Overhead, Payload, SessionError, Unknown},
    token::{Context, LONGEST_TOKEN},
};

/// How an application keeps its sessions: the keys, the policy and the cookie. A cheap clone.
///
/// Made once at start-up, where everything about it is checked. `T` is what its sessions hold: a
/// dictionary, or a type of yours ([`typed`](SessionCookieBuilder::typed)).
///
/// # Examples
///
/// Without any web framework: the values of the request's `Cookie` fields in, the values of the
/// response's `Set-Cookie` fields out.
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
    pub(crate) shared: Arc<Shared>,
    pub(crate) payload: PhantomData<fn() -> T>,
}

pub(crate) struct Shared {
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) name: CookieName,
    pub(crate) finder: Finder,
    pub(crate) template: Template,
    /// How it was set earlier.
    pub(crate) former: Vec<Template>,
    /// Responses that the application let others store may carry sessions.
    #[cfg_attr(not(feature = "http"), allow(dead_code, reason = "for adapters"))]
    pub(crate) shared_caching: bool,
}

impl SessionCookie {
    /// Begins a cookie whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::SharedKeyRing).
    ///
    /// Where several applications have these keys, give each a name, or an
    /// [`application`](SessionCookieBuilder::application) label: under the default name each would accept
    /// the sessions of the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    ///
    /// # let text = EncryptionKey::generate()?.expose_secret();
    /// let keys: KeyRing<EncryptionKey> = text.parse()?;
    /// let login = SessionCookie::encrypted(keys.clone()).name("__Host-login").build()?;
    /// let cart = SessionCookie::encrypted(keys).name("__Host-cart").build()?;
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn encrypted(keys: impl IntoKeys<EncryptionKey>) -> SessionCookieBuilder {
        SessionCookieBuilder::new(keys.into().into())
    }

    /// Begins a cookie whose content **anybody can read** who sees it, the visitor first of all. Only
    /// holders of a key can change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{SessionCookie, SigningKey};
    ///
    /// let cookie = SessionCookie::unencrypted_but_signed(SigningKey::generate()?)
    ///     .name("__Host-language")
    ///     .build()?;
    /// # let session = cookie.load(None::<&str>, std::time::SystemTime::now());
    /// # session.insert("language", "sv")?;
    /// # assert_eq!(cookie.save(&session)?.iter().len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn unencrypted_but_signed(keys: impl IntoKeys<SigningKey>) -> SessionCookieBuilder {
        SessionCookieBuilder::new(keys.into().into())
    }
}

impl<T> SessionCookie<T> {
    /// The cookie's name.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).path("/app").build()?;
    /// assert_eq!(cookie.name().as_str(), "__Secure-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &CookieName {
        &self.shared.name
    }

    /// Whether the content can be read without a key.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Mode, SessionCookie, SigningKey};
    ///
    /// let cookie = SessionCookie::unencrypted_but_signed(SigningKey::generate()?).build()?;
    /// assert_eq!(cookie.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.shared.sealer.mode
    }

    /// The session of a request: `cookie_fields` are the values of its `Cookie` fields, of which there
    /// may be none or several. `clock` is the time now, or a function to ask.
    ///
    /// Never fails. Nothing is verified before the session is first used, and what does not open is a
    /// new session (SPEC.md § 7, § 9.1). Of several cookies of this name the first four that differ are
    /// looked at.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// // Several fields, as over HTTP/2. The time is asked for at the first touch.
    /// let now: fn() -> SystemTime = SystemTime::now;
    /// let session = cookie.load(["theme=dark", "__Host-session=forged"], now);
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load<F>(&self, cookie_fields: F, clock: impl Into<Clock>) -> Session<T>
    where
        F: IntoIterator,
        F::Item: AsRef<[u8]>,
    {
        self.arrive(cookie_fields, clock.into(), None, false)
    }

    /// Like [`load`](Self::load), in a context chosen for this request, such as the tenant's name. It
    /// takes the place of the builder's [`context`](SessionCookieBuilder::context).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::Context;
    ///
    /// let acme = Context::new([("tenant", "acme")])?;
    /// let session = cookie.load_in(acme.clone(), None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    ///
    /// assert!(!cookie.load_in(acme, &fields, SystemTime::now()).is_new());
    /// assert!(cookie.load(&fields, SystemTime::now()).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load_in<F>(
        &self,
        context: Context,
        cookie_fields: F,
        clock: impl Into<Clock>,
    ) -> Session<T>
    where
        F: IntoIterator,
        F::Item: AsRef<[u8]>,
    {
        self.arrive(cookie_fields, clock.into(), Some(context), false)
    }

    /// Ends the request for `session`: from now on it can only be read. Returns the `Set-Cookie` fields
    /// that the response must carry; where the session need not be written there are none.
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
    /// A failing random generator, a clock that shows a time before 2026 or after 2162, a session that
    /// another cookie loaded, and a call from inside the session's own `update`. The content cannot be
    /// too large: that was an error where it was put in.
    pub fn save(&self, session: &Session<T>) -> Result<SetCookies, SaveError> {
        let finished = session.finish(self, &Unknown)?;
        Ok(finished.output)
    }

    /// Refuses every session issued before `moment`, from now on and in this program: signs everybody out
    /// who signed in earlier. An earlier moment than one that was set before changes nothing.
    ///
    /// Sessions carry whole seconds, so a moment within a second counts as the next one: the present
    /// moment ends every session that is out, and also what begins in the rest of this second.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::{Duration, UNIX_EPOCH};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let now = UNIX_EPOCH + Duration::from_millis(1_800_000_000_500);
    /// # let session = cookie.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # let fields = cookie.save(&session)?;
    /// cookie.raise_not_before(now);
    /// assert!(cookie.load(&fields, now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn raise_not_before(&self, moment: SystemTime) {
        self.shared
            .sealer
            .raise_not_before(unix_seconds_from(moment));
    }

    pub(crate) fn arrive<F>(
        &self,
        cookie_fields: F,
        clock: Clock,
        context: Option<Context>,
        is_subresource: bool,
    ) -> Session<T>
    where
        F: IntoIterator,
        F::Item: AsRef<[u8]>,
    {
        let values = self.shared.finder.find(cookie_fields, LONGEST_TOKEN);
        let arrival = Arrival {
            values,
            clock,
            context,
            is_subresource,
        };
        Session::new(Arc::clone(&self.shared.sealer), arrival)
    }
}

impl<T: Payload> SessionCookie<T> {
    /// The `Cookie` field of a visitor whose session `fill` has filled at `now`: for the tests of an
    /// application, which need not sign in first.
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
    /// Those of `fill` and of [`save`](Self::save); and an empty session has no cookie.
    pub fn cookie_for(
        &self,
        now: SystemTime,
        fill: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
    ) -> Result<String, CookieForError> {
        let session = self.load(None::<&str>, now);
        fill(&session).map_err(CookieForError::Session)?;
        let fields = self.save(&session).map_err(CookieForError::Save)?;
        if fields.is_empty() {
            return Err(CookieForError::Empty);
        }
        let mut former = SetCookies::default();
        self.expire_former(PartNumbers::default(), &mut former);
        let pairs = fields.iter().skip(former.iter().len());
        let pairs = pairs.filter_map(|field| field.split(';').next());
        Ok(pairs.collect::<Vec<_>>().join("; "))
    }
}

impl<T> Carrier<T> for SessionCookie<T> {
    type Output = SetCookies;

    fn sealer(&self) -> &Sealer {
        &self.shared.sealer
    }

    fn set(&self, leaving: Leaving<'_, T>) -> Result<SetCookies, SaveError> {
        let Shared { template, .. } = &*self.shared;
        let max_age = leaving.state.max_age();
        let token_len = leaving.token_len();
        let part_len = leaving.limit().part_len(
            token_len,
            Overhead {
                field: template.len(),
                max_age: max_age.map_or(0, max_age_len),
                part: PART_LEN,
            },
        );
        let mut fields = SetCookies::with_capacity(1 + self.shared.former.len());
        self.expire_former(leaving.carried, &mut fields);
        let cookies = if part_len >= token_len {
            fields.push(template.set(token_len, max_age, |field| leaving.seal(field))?);
            1
        } else {
            let mut token = String::with_capacity(token_len);
            leaving.seal(&mut token)?;
            template.set_in_parts(&token, max_age, part_len, &mut fields)
        };
        template.expire_beyond(cookies, leaving.carried, &mut fields);
        Ok(fields)
    }

    fn end(&self, carried: PartNumbers) -> SetCookies {
        let mut fields = SetCookies::default();
        self.expire_former(carried, &mut fields);
        self.shared.template.expire(carried, &mut fields);
        fields
    }
}

impl<T> SessionCookie<T> {
    /// Drops what was set with earlier attributes. Nobody can tell which of the parts that came were. Those
    /// that this page does not get are dropped as well: elsewhere they would meet the parts that are set now.
    fn expire_former(&self, carried: PartNumbers, fields: &mut SetCookies) {
        let budget = &self.shared.sealer.policy.budget;
        let parts = carried.with_all_of(budget.limit().cookies);
        for template in &self.shared.former {
            template.expire(parts, fields);
        }
    }
}

impl<T> Clone for SessionCookie<T> {
    fn clone(&self) -> Self {
        SessionCookie {
            shared: Arc::clone(&self.shared),
            payload: PhantomData,
        }
    }
}

impl<T> fmt::Debug for SessionCookie<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCookie")
            .field("name", &self.shared.name.as_str())
            .field("mode", &self.mode())
            .finish_non_exhaustive()
    }
}
