//! Sessions that one cookie of this crate takes over from another. Feature `migrate`.

use std::{any::TypeId, sync::Arc};

use super::SessionCookie;
use crate::{
    cookie::FormerAttributes,
    migrate::{OldCookie, Source},
    state::Payload,
};

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
        let attributes = FormerAttributes::of(&fields.template.attributes);
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
