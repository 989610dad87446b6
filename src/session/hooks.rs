//! Where an application takes part in the reading of sessions.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{id::SessionId, outcome::Outcome};
use crate::keys::KeyId;

/// What [`revoked_if`](crate::SessionCookieBuilder::revoked_if) is asked about: a session whose tag and
/// dates are good, and whose payload was not looked at.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, SessionInfo};
///
/// fn is_denied(session: &SessionInfo) -> bool {
///     session.id.is_some_and(|id| id.as_bytes() == &[7; 8])
/// }
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).revoked_if(is_denied).build()?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct SessionInfo {
    /// Its id, if it has one.
    pub id: Option<SessionId>,
    /// When it was issued.
    pub created_at: SystemTime,
    /// The last activity that was written.
    pub last_active_at: SystemTime,
    /// The end that [`limit_to`](crate::Session::limit_to) set, from when it was issued.
    pub limit: Option<Duration>,
    /// For how long [`remember_for`](crate::Session::remember_for) lets it outlive the browser's session,
    /// from when it was issued.
    pub remembered: Option<Duration>,
    /// The key that sealed it.
    pub key_id: KeyId,
}

/// What [`on_outcome`](crate::SessionCookieBuilder::on_outcome) is told of each session that was read.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, Outcome, Reading, SessionCookie};
///
/// fn count(reading: &Reading) {
///     if let Outcome::OpenedUnderAcceptedKey { key_id } = reading.outcome {
///         // While this is counted, the key cannot be retired yet.
///         println!("sessions_opened{{key=\"{key_id}\"}}");
///     }
/// }
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).on_outcome(count).build()?;
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Reading {
    /// Whether it opened, under which key, or why not.
    pub outcome: Outcome,
    /// Bytes of the token that arrived; of all of them, where there were several.
    pub token_bytes: usize,
}

#[derive(Clone, Default)]
pub(crate) struct Hooks {
    pub(crate) revoked_if: Option<RevokedIf>,
    pub(crate) on_outcome: Option<OnOutcome>,
}

type RevokedIf = Arc<dyn Fn(&SessionInfo) -> bool + Send + Sync>;
type OnOutcome = Arc<dyn Fn(&Reading) + Send + Sync>;

impl Hooks {
    /// Who cannot say whether a session is revoked has not said that it is good.
    pub(crate) fn is_revoked(&self, session: impl FnOnce() -> SessionInfo) -> bool {
        self.revoked_if.as_ref().is_some_and(|revoked_if| {
            let session = session();
            catch_unwind(AssertUnwindSafe(|| revoked_if(&session))).unwrap_or(true)
        })
    }

    pub(crate) fn read(&self, outcome: Outcome, token_bytes: usize) {
        if let Some(on_outcome) = &self.on_outcome {
            on_outcome(&Reading {
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
