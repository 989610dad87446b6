use crate::{base::reason::Reason, keys::KeyId};

/// What came of reading a session. For logs and metrics.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// use hardtack::Outcome;
///
/// let label = match session.outcome() {
///     Outcome::Absent => "absent",
///     Outcome::Opened { .. } | Outcome::OpenedUnderAcceptedKey { .. } => "opened",
///     Outcome::Rejected { reason, .. } => reason.name(),
///     _ => "other",
/// };
/// assert_eq!(label, "absent");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The request brought no token.
    Absent,
    /// The token opened under the key that seals.
    Opened {
        /// That key.
        key_id: KeyId,
    },
    /// The token opened under a key that only opens.
    OpenedUnderAcceptedKey {
        /// That key.
        key_id: KeyId,
    },
    /// The token did not open, so the session is new.
    Rejected {
        /// The step at which it failed.
        reason: Reason,
        /// The key that the token names, where that much could be read.
        key_id: Option<KeyId>,
    },
}

impl Outcome {
    /// The key under which the token opened, if it did.
    pub(crate) fn opened_under(self) -> Option<KeyId> {
        match self {
            Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => Some(key_id),
            Outcome::Absent | Outcome::Rejected { .. } => None,
        }
    }
}
