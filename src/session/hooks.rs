//! Functions of the application that take part in reading sessions.

use std::{
    fmt,
    ops::Deref,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, SystemTime},
};

use serde::de::DeserializeOwned;

use super::{id::SessionId, outcome::Outcome};
use crate::{
    base::time::system_time,
    keys::KeyId,
    state::{Metadata, SessionData, map},
};

/// A session without its content.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SessionInfo {
    /// The id, if the session has one.
    pub id: Option<SessionId>,
    /// The time at which the session was issued.
    pub created_at: SystemTime,
    /// The time of the last activity that was written.
    pub last_active_at: SystemTime,
    /// The end that [`limit_to`](crate::Session::limit_to) set, counted from `created_at`.
    pub limit: Option<Duration>,
    /// The end that [`remember_for`](crate::Session::remember_for) set, counted from `created_at`.
    pub remembered: Option<Duration>,
    /// The id of the key that sealed the session. For one that is taken over from another library's cookie, that of
    /// the key that seals now.
    pub key_id: KeyId,
}

impl SessionInfo {
    #[inline]
    pub(crate) fn of(metadata: &Metadata, key_id: KeyId) -> SessionInfo {
        let seconds = |span: u32| Duration::from_secs(span.into());
        SessionInfo {
            id: metadata.sid.map(SessionId),
            created_at: system_time(metadata.issued),
            last_active_at: system_time(metadata.last_active()),
            limit: metadata.limit.map(seconds),
            remembered: metadata.remembered.map(seconds),
            key_id,
        }
    }
}

/// A session that [`revoked_if`](crate::carrier::SessionCookieBuilder::revoked_if) accepts or refuses: its
/// [`SessionInfo`], and its content where the function asks for it. Its tag and dates are valid.
#[derive(Clone, Copy)]
pub struct OpenedSession<'a> {
    pub(super) info: SessionInfo,
    /// The schema and the payload. `None` where the session is judged without its cookie, as in a refresh of a device.
    pub(super) content: Option<(u32, &'a [u8])>,
}

impl OpenedSession<'_> {
    /// Decodes the value of a typed session, whose type the cookie has.
    ///
    /// `None`: the session cannot be read, or its device asks for a refresh without bringing it, in which case the next
    /// request decides.
    ///
    /// # Examples
    ///
    /// Sessions that end everywhere when the user's epoch changes:
    ///
    /// ```
    /// # use std::{sync::{Arc, atomic::{AtomicU32, Ordering}}, time::SystemTime};
    /// # use hardtack::{EncryptionKey, SessionCookie, SessionData};
    /// # use serde::{Deserialize, Serialize};
    /// #[derive(Default, Serialize, Deserialize)]
    /// struct Login {
    ///     user: Option<u64>,
    ///     epoch: u32,
    /// }
    /// # impl SessionData for Login { const LABEL: &str = "login"; const SCHEMA: u32 = 1; }
    ///
    /// # let epochs = Arc::new(AtomicU32::new(7));
    /// # let table = Arc::clone(&epochs);
    /// # let epoch_of = move |_: u64| table.load(Ordering::Relaxed);
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .typed::<Login>()
    ///     .revoked_if(move |session| match session.value() {
    ///         Some(Login { user: Some(user), epoch }) => epoch != epoch_of(user),
    ///         _ => false,
    ///     })
    ///     .build()?;
    /// # let now = SystemTime::now();
    /// # let field = cookie.cookie_for(now, |session| session.replace(Login { user: Some(42), epoch: 7 }))?;
    /// # assert_eq!(cookie.load([&field], now).read(|login| login.user), Some(42));
    /// # epochs.store(8, Ordering::Relaxed);
    /// # assert_eq!(cookie.load([&field], now).read(|login| login.user), None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn value<T: SessionData>(&self) -> Option<T> {
        let (schema, payload) = self.content?;
        T::decode(schema, payload)
    }

    /// Decodes the value under `key` in a dictionary.
    ///
    /// `None`: there is none, or it is of another type, or as for [`value`](Self::value).
    #[must_use]
    pub fn get<V: DeserializeOwned>(&self, key: &str) -> Option<V> {
        let (_, payload) = self
            .content
            .filter(|(schema, payload)| *schema == 0 && map::is_valid(payload))?;
        map::decode(map::get(payload, key)?, None).ok()
    }
}

impl Deref for OpenedSession<'_> {
    type Target = SessionInfo;

    fn deref(&self) -> &SessionInfo {
        &self.info
    }
}

/// Leaves the content out.
impl fmt::Debug for OpenedSession<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("OpenedSession").field(&self.info).finish()
    }
}

/// The event of a session that was read, for [`on_outcome`](crate::carrier::SessionCookieBuilder::on_outcome).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadEvent {
    /// The outcome: the key under which the session opened, or the reason why it did not.
    pub outcome: Outcome,
    /// The length of the token that arrived, in bytes. Of several tokens, the sum.
    pub token_bytes: usize,
}

#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) revoked_if: Option<RevokedIf>,
    pub(crate) on_outcome: Option<OnOutcome>,
}

type RevokedIf = Arc<dyn Fn(&OpenedSession<'_>) -> bool + Send + Sync>;
type OnOutcome = Arc<dyn Fn(&ReadEvent) + Send + Sync>;

impl Hooks {
    /// A panic in the hook counts as revoked.
    #[inline]
    pub(crate) fn is_revoked<'a>(&self, session: impl FnOnce() -> OpenedSession<'a>) -> bool {
        self.revoked_if.as_ref().is_some_and(|revoked_if| {
            let session = session();
            catch_unwind(AssertUnwindSafe(|| revoked_if(&session))).unwrap_or(true)
        })
    }

    pub(crate) fn read(&self, outcome: Outcome, token_bytes: usize) {
        if let Some(on_outcome) = &self.on_outcome {
            on_outcome(&ReadEvent {
                outcome,
                token_bytes,
            });
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hooks")
            .field("revoked_if", &self.revoked_if.is_some())
            .field("on_outcome", &self.on_outcome.is_some())
            .finish()
    }
}
