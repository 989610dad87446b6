use std::{fmt, mem, sync::Arc, time::SystemTime};

use super::token::SessionToken;
use crate::{
    base::{clock::Clock, clone_by_fields, time::UnixSeconds},
    cookie::{
        CookieName, Finder, PART_LEN, PartNumbers, SetCookies, Template, Values, max_age_len,
    },
    crypto::suite::Mode,
    session::{OldCookies, SaveError, Session, Stored, Touch},
    state::{Circumstances, Destination, Map, Overhead, Payload, TokenChange},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions in cookies: the keys, the policy and the attributes. Cloning is cheap.
///
/// Build one at start-up, where all settings are checked. `T` is the type that sessions hold: a dictionary, or a type
/// of yours ([`typed`](crate::carrier::SessionBuilder::typed)).
///
/// # Examples
///
/// Without any web framework, the values of the request's `Cookie` fields go in, and the values of the response's
/// `Set-Cookie` fields come out:
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
    pub(crate) inner: Arc<Inner>,
    /// Tokens in the cookies.
    pub(crate) token: SessionToken<T>,
}

pub(crate) struct Inner {
    pub(crate) name: CookieName,
    pub(crate) finder: Finder,
    pub(crate) template: Template,
    /// Fields that drop the cookie with former attributes.
    pub(crate) former: Vec<Template>,
    pub(crate) old_cookies: Option<Arc<dyn OldCookies>>,
}

impl Inner {
    /// Returns the fields that expire the cookies of other libraries.
    fn dropped(&self) -> &[(Template, UnixSeconds)] {
        let old_cookies = self.old_cookies.as_ref();
        old_cookies.map_or(&[], |old| old.dropped())
    }
}

impl<T> SessionCookie<T> {
    /// Returns the cookie's name.
    #[must_use]
    pub fn name(&self) -> &CookieName {
        &self.inner.name
    }

    /// Returns the mode: whether the content is encrypted, or can be read without a key.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.token.mode()
    }

    /// Loads the session of a request. `cookie_fields` are the values of its `Cookie` fields, of which there
    /// may be none or several. `clock` is the current time, or a function that returns it.
    ///
    /// Never fails. Nothing is verified before the session is first used, and a cookie that does not open is a new
    /// session ([SPEC.md § 7], § 9.1). If there are several cookies of this name, the first four that differ are
    /// considered.
    ///
    /// [SPEC.md § 7]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#7-opening
    #[must_use]
    pub fn load(
        &self,
        cookie_fields: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        self.arrive(cookie_fields, clock.into(), None, Destination::Page)
    }

    /// Returns the same cookie for the sessions of `context`, such as the tenant of a request. It replaces the builder's
    /// [`context`](crate::carrier::SessionBuilder::context).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// use hardtack::carrier::Context;
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
        SessionCookie {
            inner: Arc::clone(&self.inner),
            token: self.token.in_context(context),
        }
    }

    /// Ends the request for `session`, which can only be read from then on. Returns the `Set-Cookie` fields
    /// of the response, or none if the session need not be written.
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
    /// Returns an error if the random generator fails, if the clock shows a time before 2026 or after 2162, if another
    /// cookie loaded the session, and inside an `update` of the session. Content that is too large is an error when it
    /// is stored, and not here.
    pub fn save(&self, session: &Session<T>) -> Result<SetCookies, SaveError>
    where
        T: Payload,
    {
        let (_, fields) = self.finish(session, Circumstances::UNKNOWN)?;
        Ok(fields)
    }

    /// Refuses every session issued before `time`, from now on and in this program. This signs out everyone who
    /// signed in earlier. A time earlier than the last one has no effect.
    ///
    /// Sessions carry whole seconds, so a time within a second counts as the next one. With the current time, every
    /// session that this instance issued ends, and so do those that begin in the rest of this second. One that another
    /// instance issued may carry a time ahead of this clock, by up to `clock_skew`: add that to end all of them, and
    /// those that begin meanwhile. A request in progress saves no changes of a session that it refuses.
    pub fn raise_not_before(&self, time: SystemTime) {
        self.token.raise_not_before(time);
    }

    pub(crate) fn arrive(
        &self,
        cookie_fields: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: Clock,
        context: Option<Arc<Context>>,
        destination: Destination,
    ) -> Session<T> {
        let old_cookies = self.inner.old_cookies.as_ref();
        let mut old = old_cookies.map(|old| Arc::clone(old).look());
        let mut values = Values::of_cookies();
        for field in cookie_fields {
            let field = field.as_ref();
            self.inner.finder.find_in(field, LONGEST_TOKEN, &mut values);
            if let Some(old) = &mut old {
                old.find_in(field);
            }
        }
        let old = old.filter(|old| !old.is_empty());
        self.token.arrive(values, old, clock, context, destination)
    }

    /// Finishes the request for `session`. Returns the extent to which its response depends on it, and the `Set-Cookie`
    /// fields.
    pub(crate) fn finish(
        &self,
        session: &Session<T>,
        circumstances: Circumstances,
    ) -> Result<(Touch, SetCookies), SaveError>
    where
        T: Payload,
    {
        let mut closing = session.closing(&self.token.sealer, circumstances)?;
        let mut fields = match mem::take(&mut closing.ending.change) {
            TokenChange::Keep => SetCookies::default(),
            TokenChange::Store(to_seal) => self.store(&closing.stored(to_seal)),
            TokenChange::Drop => self.drop_fields(closing.arrived()),
        };
        fields.append(mem::take(&mut closing.ending.beside));
        Ok((closing.ending.touch, fields))
    }

    /// Returns the token in one field or several, between the fields that drop the cookies that it replaces.
    pub(crate) fn store(&self, session: &Stored<'_, T>) -> SetCookies {
        let template = &self.inner.template;
        let mut fields = SetCookies::with_capacity(1);
        self.drop_former(session.carried, &mut fields);
        let (token_len, max_age) = (session.token_len(), session.max_age());
        let part_len = session.part_len(Overhead {
            field: template.len(),
            max_age: max_age.map_or(0, max_age_len),
            part: PART_LEN,
            ..Overhead::default()
        });
        let cookies = if part_len < token_len {
            let mut token = String::with_capacity(token_len);
            session.seal_into(&mut token);
            template.set_in_parts(&token, part_len, max_age, &mut fields)
        } else {
            // Written in place, because moving a token costs more than sealing a short one.
            let mut field = template.begin(token_len);
            session.seal_into(&mut field);
            template.push_end(max_age, &mut field);
            fields.push(field);
            1
        };
        template.expire_beyond(cookies, session.carried, &mut fields);
        self.drop_old(session.state.now, &mut fields);
        fields
    }

    /// Returns the fields that drop the session's cookie, and those that it replaces.
    fn drop_fields(&self, (carried, now): (PartNumbers, UnixSeconds)) -> SetCookies {
        let mut fields = SetCookies::default();
        self.drop_former(carried, &mut fields);
        self.inner.template.expire(carried, &mut fields);
        self.drop_old(now, &mut fields);
        fields
    }

    /// Drops all parts, not only those that arrived: another page may hold old parts, and would join them with the new
    /// ones. The fields come before the cookie of the same name that is set
    /// (docs/spec/carriers.md § 9.3.3).
    fn drop_former(&self, carried: PartNumbers, fields: &mut SetCookies) {
        let allowed = self.token.sealer.policy.budget.allowed;
        let parts = carried.with_all_of(allowed.cookies);
        for template in &self.inner.former {
            template.expire(parts, fields);
        }
    }

    /// They come last: clients without a jar, as in tests, take the first cookie that a response sets.
    fn drop_old(&self, now: UnixSeconds, fields: &mut SetCookies) {
        for (template, start) in self.inner.dropped() {
            if now >= *start {
                template.expire(PartNumbers::default(), fields);
            }
        }
    }
}

#[cfg(feature = "cookie")]
impl<T> SessionCookie<T> {
    /// Returns `true` if requests are searched for cookies of this name, or a part of a large session has it.
    pub(crate) fn reads(&self, name: &str) -> bool {
        name.starts_with(self.name().as_str()) || self.old_names().any(|old| old == name)
    }

    /// Returns `true` if the fields of a response may drop several cookies of one name, or drop one that they set.
    pub(crate) fn has_twins(&self) -> bool {
        let distinct: std::collections::BTreeSet<_> = self.old_names().collect();
        distinct.len() < self.old_names().count() || !self.inner.former.is_empty()
    }

    fn old_names(&self) -> impl Iterator<Item = &str> {
        let dropped = self.inner.dropped().iter();
        dropped.map(|(template, _)| template.name())
    }
}

clone_by_fields!(SessionCookie<T> { inner, token });

impl<T> fmt::Debug for SessionCookie<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCookie")
            .field("name", &self.inner.name.as_str())
            .field("mode", &self.mode())
            .finish_non_exhaustive()
    }
}
