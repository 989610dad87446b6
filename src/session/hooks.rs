//! Functions of the application that take part in reading sessions.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{id::SessionId, outcome::Outcome};
use crate::{base::time::system_time, keys::KeyId, state::Metadata};

/// A session that [`revoked_if`](crate::carrier::SessionCookieBuilder::revoked_if) accepts or refuses. Its tag and
/// dates are valid, and its payload has not been read.
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

type RevokedIf = Arc<dyn Fn(&SessionInfo) -> bool + Send + Sync>;
type OnOutcome = Arc<dyn Fn(&ReadEvent) + Send + Sync>;

impl Hooks {
    /// A panic in the hook counts as revoked.
    #[inline]
    pub(crate) fn is_revoked(&self, session: impl FnOnce() -> SessionInfo) -> bool {
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
