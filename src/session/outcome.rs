use std::fmt;

use crate::{base::Reason, events::labels, keys::KeyId};

/// Outcome of reading a session, for logs and metrics.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// let outcome = session.outcome();
/// assert_eq!((outcome.name(), outcome.reason()), ("Absent", None));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// The request brought no token, or one whose first part is missing, or belongs to no context.
    Absent,
    /// The token opened under the key that seals.
    Opened {
        /// Id of that key.
        key_id: KeyId,
    },
    /// The token opened under another key of the ring.
    OpenedUnderAcceptedKey {
        /// Id of that key.
        key_id: KeyId,
    },
    /// The token did not open, or its session is rejected or withheld, so the session is new.
    Rejected {
        /// Step that failed.
        reason: Reason,
        /// Id of the key that the token names, if it is known.
        key_id: Option<KeyId>,
    },
    /// The request brought no token, and the session was taken over from another cookie (feature
    /// `migrate`).
    Migrated,
    /// The request brought no token, but another cookie that was not taken over, so the session is new (feature
    /// `migrate`).
    NotMigrated {
        /// Step that failed.
        reason: Reason,
    },
}

impl Outcome {
    /// Returns the name of this outcome, without the key and the reason.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert_eq!(session.outcome().name(), "Absent");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.label().name()
    }

    #[inline]
    pub(super) const fn label(self) -> labels::Outcome {
        match self {
            Outcome::Absent => labels::Outcome::Absent,
            Outcome::Opened { .. } => labels::Outcome::Opened,
            Outcome::OpenedUnderAcceptedKey { .. } => labels::Outcome::OpenedUnderAcceptedKey,
            Outcome::Rejected { .. } => labels::Outcome::Rejected,
            Outcome::Migrated => labels::Outcome::Migrated,
            Outcome::NotMigrated { .. } => labels::Outcome::NotMigrated,
        }
    }

    /// Returns the reason why a token, or an old cookie, was rejected.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// use hardtack::session::Reason;
    ///
    /// assert_eq!(session.outcome().reason(), None);
    /// let session = cookie.load(["__Host-session=forged"], SystemTime::now());
    /// assert_eq!(session.outcome().reason(), Some(Reason::Encoding));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Outcome::Rejected { reason, .. } | Outcome::NotMigrated { reason } => Some(reason),
            _ => None,
        }
    }

    /// Returns the id of the key under which the token opened.
    pub(super) fn opened_under(self) -> Option<KeyId> {
        match self {
            Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => Some(key_id),
            _ => None,
        }
    }

    /// Returns the outcome of a session that opened, but is rejected after all.
    pub(super) fn rejected(self, reason: Reason) -> Outcome {
        match (self, self.opened_under()) {
            (Outcome::Migrated, _) => Outcome::NotMigrated { reason },
            (_, None) => self,
            (_, key_id) => Outcome::Rejected { reason, key_id },
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Outcome::Absent => f.write_str("the request has no token"),
            Outcome::Opened { key_id } => write!(f, "opened under the sealing key {key_id}"),
            Outcome::OpenedUnderAcceptedKey { key_id } => {
                write!(f, "opened under the accepted key {key_id}")
            }
            Outcome::Rejected { reason, .. } => write!(f, "rejected: {reason}"),
            Outcome::Migrated => f.write_str("taken over from an old cookie"),
            Outcome::NotMigrated { reason } => write!(f, "old cookie rejected: {reason}"),
        }
    }
}

/// Event of a session that was read, for [`on_outcome`](crate::carrier::SessionCookieBuilder::on_outcome).
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ReadEvent {
    /// Outcome, with the key under which the session opened, or the reason why it did not.
    pub outcome: Outcome,
    /// Length of the token or the old cookies that arrived, in bytes. If several tokens are considered, the sum of
    /// their lengths. A token whose parts cannot be joined counts 0, and one longer than any valid token may not count
    /// in full.
    pub token_bytes: usize,
}
