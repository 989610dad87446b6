//! Takes over sessions from other cookies. Feature `migrate`.

use std::{any::TypeId, ops::Range, sync::Arc, time::SystemTime};

use super::{InCookie, SessionCookieBuilder};
use crate::{
    base::ConfigError,
    carrier::SessionCookie,
    cookie::CookieName,
    migrate::{Migration, OldCookie, Source},
    session::OldCookies,
    state::Payload,
};

impl<T> SessionCookieBuilder<T> {
    /// Takes over the sessions of another library from its cookie, so that a move to this crate need not sign visitors
    /// out. May be repeated, for several keys, formats or names.
    ///
    /// The old cookie is read from the beginning of `range` until just before its end. Give fixed times, because a
    /// beginning that moves with every start of the program would lengthen old sessions without a date.
    ///
    /// - The old cookie is read only if the request brings no cookie with the new name, not even a part, or one that does
    ///   not open. While the browser has the new cookie, an expired session does not come back through its old cookie.
    /// - A session that is taken over keeps the dates of its beginning and its last activity, and passes the same checks
    ///   as any other: timeouts, `not_before`, [`revoked_if`](crate::carrier::SessionBuilder::revoked_if). A session
    ///   without a date counts as issued at the beginning of `range`, so the
    ///   [`absolute_timeout`](crate::carrier::SessionBuilder::absolute_timeout) also runs from there. A session that does
    ///   not record its last activity counts as active now. A session that began before 2026 is rejected.
    /// - A session that is taken over counts as changed, so the response writes it. A dictionary gets the entries of
    ///   the old session; a type gets them through [`convert`](crate::SessionData::convert), as a dictionary of schema
    ///   0. If the entries do not fit, or if `convert` returns `None`, the session is new and empty. A session of another
    ///   `SessionCookie` that has an unknown schema, or with its `keep_unknown_keys` an unknown key, is left to other
    ///   instances ([`Unreadable`](crate::SessionError::Unreadable)).
    /// - From the beginning of `range` on, every response that writes or ends a session also drops the old cookie, even
    ///   after the end of `range`. A 5xx response that saves nothing drops nothing.
    /// - If two different old cookies open, under one name or two, neither is taken over. An old `SessionCookie` first
    ///   chooses among the values of its own name, as it always does.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{
    ///     ConfigError, KeyRing, SessionCookie,
    ///     migrate::{OldCookie, Reader},
    /// };
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// /// `reader` is one of the package `hardtack-migrate`, or yours.
    /// fn cookie(
    ///     keys: KeyRing,
    ///     reader: impl Reader,
    /// ) -> Result<SessionCookie, ConfigError> {
    ///     let week = Duration::from_secs(7 * 24 * 3600);
    ///     let rollout = UNIX_EPOCH + Duration::from_secs(1_796_083_200); // 2026-12-01
    ///     SessionCookie::encrypted(keys)
    ///         .absolute_timeout(2 * week)
    ///         .migrate_from(OldCookie::new("id", reader), rollout..rollout + 2 * week)
    ///         .build()
    /// }
    /// ```
    ///
    /// # Security
    ///
    /// Until the end of `range`, a copy of an old cookie can begin a session here, even after its visitor signed out.
    /// [`raise_not_before`](crate::SessionCookie::raise_not_before) rejects all sessions that were issued earlier. Old
    /// sessions are as safe as the key and the algorithm of their library.
    pub fn migrate_from(mut self, old: impl Into<OldCookie>, range: Range<SystemTime>) -> Self {
        self.carrier.migrate_from.push((old.into(), range));
        self
    }
}

impl InCookie {
    pub(super) fn old_cookies(
        &self,
        name: &CookieName,
        held: TypeId,
    ) -> Result<Option<Arc<dyn OldCookies>>, ConfigError> {
        let given = &self.migrate_from;
        if given.is_empty() {
            return Ok(None);
        }
        let migration = Migration::new(given, &self.attributes, name, held)?;
        Ok(Some(Arc::new(migration)))
    }
}

/// With feature `migrate`: takes over the sessions of a cookie with another name, which may also have another key ring,
/// mode or `application`. The sessions keep their ids, dates, limits and messages. Those bound to a device are not taken
/// over.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
/// use hardtack::{EncryptionKey, SessionCookie, SigningKey};
///
/// let from = UNIX_EPOCH + Duration::from_secs(1_796_083_200); // 2026-12-01
/// let until = from + Duration::from_secs(30 * 24 * 3600);
/// let signed = SessionCookie::unencrypted_but_signed(SigningKey::generate()?)
///     .name("__Host-visit")
///     .build()?;
/// let encrypted = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .migrate_from(signed.clone(), from..until)
///     .build()?;
///
/// let field = signed.cookie_for(from, |session| session.insert("user", 42))?;
/// let session = encrypted.load([field], from);
/// assert_eq!(session.get("user")?, Some(42));
/// let fields: Vec<String> = encrypted.save(&session)?.into_iter().collect();
/// assert!(fields[0].starts_with("__Host-session=e"));
/// assert!(fields[1].starts_with("__Host-visit=; ")); // dropped
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl<T: Payload> From<SessionCookie<T>> for OldCookie {
    fn from(cookie: SessionCookie<T>) -> OldCookie {
        let (fields, carrier) = (&cookie.fields, &cookie.carrier);
        let attributes = fields.template.attributes.clone();
        let source = Source::SessionCookie {
            core: Arc::clone(&carrier.core),
            context: carrier.context.clone(),
            held: TypeId::of::<T>(),
            takes_over: fields.old_cookies.is_some(),
        };
        let mut old = OldCookie::of(cookie.name().to_string(), attributes, source);
        old.formerly = fields.former.clone();
        old.most_cookies = fields.most;
        old
    }
}
