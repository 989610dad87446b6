//! Sessions that one cookie of this crate takes over from another. Feature `migrate`.

use std::{any::TypeId, sync::Arc};

use super::SessionCookie;
use crate::{
    base::time::UnixSeconds,
    cookie::{FormerAttributes, Template, Values},
    migrate::{FormerCookie, OldCookie, Source},
    session::Opening,
    state::{Body, Payload},
    token::{Context, Refused},
};

/// With feature `migrate`: takes over the sessions of a cookie with another name, key ring, mode or `application`. They keep
/// their ids, dates and messages.
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
        let attributes = FormerAttributes::of(&cookie.fields.attributes);
        let name = cookie.name().to_string();
        OldCookie::of(name, attributes, Source::Former(Arc::new(cookie)))
    }
}

impl<T: Payload> FormerCookie for SessionCookie<T> {
    fn most_cookies(&self) -> usize {
        self.fields.most
    }

    fn formerly(&self) -> &[Template] {
        &self.fields.former
    }

    fn held(&self) -> TypeId {
        TypeId::of::<T>()
    }

    fn takes_over(&self) -> bool {
        self.fields.old_cookies.is_some()
    }

    fn open(
        &self,
        values: &Values,
        context: Option<&Context>,
        now: UnixSeconds,
    ) -> Option<Result<Body, Refused>> {
        let context = context.or(self.token.context.as_deref());
        if !values.is_empty() {
            self.token.core.slot.keep_up(now);
        }
        let opening = Opening::new(&self.token.core, context, now);
        let (chosen, _) = opening.choose(values);
        Some(chosen?.map(|chosen| chosen.opened))
    }
}
