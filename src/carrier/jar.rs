//! Loads sessions from a cookie jar and saves them to one. Feature `cookie`.

use std::{borrow::Borrow, collections::BTreeSet};

use cookie::Cookie;

use super::SessionCookie;
use crate::{
    base::Clock,
    session::{SaveError, Session},
    state::Payload,
};

/// With feature `cookie`.
impl<T: Payload> SessionCookie<T> {
    /// Loads the session of a request from its cookies, such as the cookies of a `CookieJar`. See [`load`](Self::load).
    ///
    /// A jar has only one cookie of each name. If the browser sent several, this method misses the others, unlike
    /// [`load`](Self::load).
    ///
    /// # Examples
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use cookie::{Cookie, CookieJar};
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let mut jar = CookieJar::new();
    /// for pair in Cookie::split_parse("theme=dark; __Host-session=forged") {
    ///     jar.add_original(pair?.into_owned());
    /// }
    /// let session = cookie.load_from_cookies(jar.iter(), SystemTime::now());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Security
    ///
    /// A jar may take a cookie of another name for `__Host-session`. The crate `cookie` trims Unicode white space
    /// around a name, and jars that decode names, such as axum-extra's, also accept `%5F_Host-session`. Browsers let
    /// every host of the site set such cookies, so a sibling host can replace the visitor's session with its own. If a
    /// sibling host may be hostile, load from the headers of the request ([`load`](Self::load), `load_from`). Saving to
    /// a jar is not affected.
    #[must_use]
    pub fn load_from_cookies<'c, C>(
        &self,
        cookies: impl IntoIterator<Item = C>,
        clock: impl Into<Clock>,
    ) -> Session<T>
    where
        C: Borrow<Cookie<'c>>,
    {
        let fields = cookies.into_iter().filter_map(|cookie| {
            let (name, value) = cookie.borrow().name_value();
            // A decoded value can contain `;`, which ends a value.
            let value = value.split(';').next().unwrap_or_default();
            self.reads(name).then(|| format!("{name}={value}"))
        });
        self.load(fields, clock)
    }

    /// Ends the request for `session`. Returns the cookies to add to the jar of the response, or none if the client keeps
    /// what it has. See [`save`](Self::save).
    ///
    /// Some may have `Max-Age=0`: the browser must drop these. Add them like the others, because the jar's `remove` may
    /// forget them, and reads the system's clock.
    ///
    /// As with `save`, set the headers for caches yourself: `Vary: Cookie` if the session was used
    /// ([`is_touched`](Session::is_touched)), and `Cache-Control: no-store` if there are cookies to add.
    ///
    /// # Examples
    ///
    /// With a jar of the crate `cookie`:
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use cookie::CookieJar;
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    ///
    /// let mut jar = CookieJar::new();
    /// let session = cookie.load_from_cookies(jar.iter(), SystemTime::now());
    /// session.insert("user", 42)?;
    /// for changed in cookie.save_as_cookies(&session)? {
    ///     jar.add(changed);
    /// }
    /// let added = jar.get("__Host-session").ok_or("a session was written")?;
    /// assert_eq!((added.path(), added.secure()), (Some("/"), Some(true)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// With the jar of axum-extra, which is returned with the response:
    ///
    /// ```
    /// use std::{error::Error, time::SystemTime};
    /// use axum_extra::extract::CookieJar;
    /// use hardtack::SessionCookie;
    ///
    /// fn count(cookie: &SessionCookie, jar: CookieJar) -> Result<(CookieJar, String), Box<dyn Error>> {
    ///     let session = cookie.load_from_cookies(jar.iter(), SystemTime::now());
    ///     let count = session.get::<u32>("count")?.unwrap_or(0) + 1;
    ///     session.insert("count", count)?;
    ///     let changed = cookie.save_as_cookies(&session)?;
    ///     Ok((changed.into_iter().fold(jar, CookieJar::add), count.to_string()))
    /// }
    /// # use hardtack::EncryptionKey;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let (jar, _) = count(&cookie, CookieJar::new())?;
    /// # assert_eq!(count(&cookie, jar)?.1, "2");
    /// # Ok::<_, Box<dyn Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [`save`](Self::save). A jar keeps only one cookie of each name, so it cannot set a cookie
    /// and also drop one of that name with other attributes. Saving is therefore always an error for a cookie with
    /// [`formerly`](crate::carrier::SessionCookieBuilder::formerly), or with a `migrate_from` that has to drop one name
    /// with different attributes. It is also an error with a companion, which adds other headers.
    pub fn save_as_cookies(&self, session: &Session<T>) -> Result<Vec<Cookie<'static>>, SaveError> {
        if self.has_twins() {
            return Err(SaveError::new(ONE_OF_A_NAME));
        }
        if self.carrier.core.companion.is_some() {
            return Err(SaveError::new(SET_COOKIE_ALONE));
        }
        let fields = self.save(session)?;
        Ok(fields.into_iter().map(parsed).collect())
    }

    /// Returns `true` for the names that a request is searched for. Others that begin alike do no harm.
    fn reads(&self, name: &str) -> bool {
        let mut old = self.fields.old().iter();
        name.starts_with(self.name().as_str())
            || old.any(|old| name.starts_with(old.template.name.as_str()))
    }

    /// Returns `true` if the fields of a response may drop several cookies of one name, or drop one that they set.
    fn has_twins(&self) -> bool {
        let old = self.fields.old();
        let names: BTreeSet<_> = old.iter().map(|old| old.template.name.as_str()).collect();
        names.len() < old.len() || !self.fields.former.is_empty()
    }
}

fn parsed(field: String) -> Cookie<'static> {
    Cookie::parse(field).expect("a `Set-Cookie` field begins with a name and `=`")
}

const ONE_OF_A_NAME: &str = "a jar has one cookie of each name, so it cannot also drop those with other attributes \
    (`formerly`, or two of one name in `migrate_from`); use `save` instead";
const SET_COOKIE_ALONE: &str =
    "a jar has no room for the fields that a companion adds to responses; use `save` instead";
