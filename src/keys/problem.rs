use std::{fmt, time::SystemTime};

use super::key::KeyId;
use crate::{base::show_time, events};

/// Problem that lasts, with a key ring, a clock or the application, as [`KeysInUse`](crate::carrier::KeysInUse) has it. No field is
/// secret, but one may name a file.
///
/// `Display` shows one line: the name of the variant, `since` and a time if the time is known, and a sentence.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::Problem};
/// use std::time::{Duration, SystemTime};
///
/// let now = SystemTime::now();
/// let ring = KeyRing::from(EncryptionKey::generate()?).with_not_before(now + Duration::from_secs(60));
/// let cookie = SessionCookie::encrypted(ring).build()?;
/// assert_eq!(cookie.keys_in_use(now).problems, [Problem::NotBeforeAhead]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The sources of a watched ring cannot be read, or do not make a usable ring. The earlier ring stays in use. A
    /// program that starts now fails.
    #[non_exhaustive]
    SourceRefused {
        /// Time since which the sources are refused.
        since: SystemTime,
        /// Message of the error.
        error: String,
    },
    /// The sources of a watched ring do not answer. The earlier ring stays in use.
    #[non_exhaustive]
    SourceHangs {
        /// Time since which the sources count as hanging.
        since: SystemTime,
    },
    /// The process was forked after its ring began to be followed, so the ring stays as it is.
    NotFollowed,
    /// A key opens longer than an earlier ring of this program said. After a leak, forged sessions are accepted. A
    /// restart ends the problem, because it forgets the earlier ring.
    #[non_exhaustive]
    KeyReturned {
        /// Id of the key.
        key: KeyId,
        /// Time since which the ring opens the key again, or for longer.
        since: SystemTime,
    },
    /// `not_before` is in the future, so every session is rejected, new ones too.
    NotBeforeAhead,
    /// In the last ten minutes a session was from the future ([`NotYetValid`](crate::session::Reason::NotYetValid)), so
    /// the clock of this program or of another one is wrong.
    #[non_exhaustive]
    ClockDisagrees {
        /// Time of the first of these sessions.
        since: SystemTime,
    },
    /// In the last ten minutes a session came that was sealed under an earlier key after the next one had begun to seal.
    /// So a program lacks the ring, or somebody forges sessions.
    #[non_exhaustive]
    ProgramLacksRing {
        /// Time of the first of these sessions.
        since: SystemTime,
    },
    /// The application does not answer whether sessions are still valid
    /// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)).
    #[non_exhaustive]
    ValidationHangs {
        /// Time since which the sources count as hanging.
        since: SystemTime,
    },
}

impl Problem {
    /// Returns the name of the variant.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::keys::Problem;
    ///
    /// assert_eq!(Problem::NotBeforeAhead.name(), "NotBeforeAhead");
    /// ```
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Problem::SourceRefused { .. } => "SourceRefused",
            Problem::SourceHangs { .. } => "SourceHangs",
            Problem::NotFollowed => "NotFollowed",
            Problem::KeyReturned { .. } => "KeyReturned",
            Problem::NotBeforeAhead => "NotBeforeAhead",
            Problem::ClockDisagrees { .. } => "ClockDisagrees",
            Problem::ProgramLacksRing { .. } => "ProgramLacksRing",
            Problem::ValidationHangs { .. } => "ValidationHangs",
        }
    }

    /// Returns the time since which the problem lasts, if it is known.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::keys::Problem;
    ///
    /// assert_eq!(Problem::NotBeforeAhead.since(), None);
    /// ```
    #[must_use]
    pub const fn since(&self) -> Option<SystemTime> {
        match self {
            Problem::SourceRefused { since, .. }
            | Problem::SourceHangs { since }
            | Problem::KeyReturned { since, .. }
            | Problem::ClockDisagrees { since }
            | Problem::ProgramLacksRing { since }
            | Problem::ValidationHangs { since } => Some(*since),
            Problem::NotFollowed | Problem::NotBeforeAhead => None,
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        if let Some(since) = self.since() {
            write!(f, " since {}", show_time(since))?;
        }
        f.write_str(": ")?;
        match self {
            // The message of an error of the application may have several lines.
            Problem::SourceRefused { error, .. } => {
                let error = error.replace(char::is_control, " ");
                write!(f, "{}: {error}", events::RING_REFUSED)
            }
            Problem::SourceHangs { .. } => f.write_str(events::RING_SOURCE_HANGS.text),
            Problem::NotFollowed => f.write_str(events::RING_WAS_FORKED.text),
            Problem::KeyReturned { key, .. } => write!(f, "key {key}: {}", events::KEY_IS_BACK),
            Problem::NotBeforeAhead => f.write_str(events::NOT_BEFORE_IS_AHEAD.text),
            Problem::ClockDisagrees { .. } => f.write_str(events::CLOCK_DISAGREES.text),
            Problem::ProgramLacksRing { .. } => f.write_str(events::PROGRAM_LACKS_RING.text),
            Problem::ValidationHangs { .. } => f.write_str(events::VALIDATION_HANGS.text),
        }
    }
}
