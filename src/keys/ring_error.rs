use std::{fmt, time::Duration};

use super::{key_text::KeyId, ring_text::RingTextError};
use crate::base::span;

/// Why keys do not make a ring.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, RingError};
///
/// let empty = KeyRing::<EncryptionKey>::from_keys(Vec::<EncryptionKey>::new());
/// assert!(matches!(empty, Err(RingError::Empty)));
/// ```
#[non_exhaustive]
pub enum RingError {
    /// There is no key.
    Empty,
    /// Two keys have the same id: one key is listed twice, or two different keys have one id
    /// by chance, once in 2^32 pairs.
    Duplicate(KeyId),
    /// The key that seals last has an `accept_until`, after which nothing would seal.
    LastRetires(KeyId),
    /// A key stops to open before the next one seals.
    RetiresTooEarly {
        /// The key whose `accept_until` is too early.
        key: KeyId,
        /// The key that seals after it.
        next: KeyId,
    },
    /// A key stops to open while sessions that it sealed may still be alive.
    RetiresEarly {
        /// The key whose `accept_until` is too early.
        key: KeyId,
        /// The key that seals after it.
        next: KeyId,
        /// The longest that a session lives, in seconds.
        longest: u64,
    },
    /// A time is before 2026-01-01T00:00:00Z, when the format begins.
    BeforeEpoch(KeyId),
    /// The text form is wrong.
    Text(RingTextError),
}

/// The sentence: `main` prints errors by `Debug`.
impl fmt::Debug for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for RingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RingError::Empty => f.write_str("key ring has no key"),
            RingError::Duplicate(key) => write!(
                f,
                "key {key} is listed twice in the key ring, leave one out; where two different keys have \
                 this id, make another key"
            ),
            RingError::LastRetires(key) => write!(
                f,
                "key {key} is the last one to seal, so it cannot have `accept_until`"
            ),
            RingError::RetiresTooEarly { key, next } => write!(
                f,
                "key {key} has an `accept_until` that is not later than the `seal_from` of key {next}"
            ),
            RingError::RetiresEarly { key, next, longest } => write!(
                f,
                "key {key} is accepted for less than {} after key {next} begins to seal, so living sessions \
                 would be cut short; set a later `accept_until`, or say `danger_retire_early` where the \
                 cookie is built",
                span::show(Duration::from_secs(*longest))
            ),
            RingError::BeforeEpoch(key) => write!(
                f,
                "key {key} has a time before 2026-01-01T00:00:00Z, leave it out"
            ),
            RingError::Text(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for RingError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            RingError::Text(error) => error.source(),
            _ => None,
        }
    }
}
