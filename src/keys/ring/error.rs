use std::{fmt, time::SystemTime};

use crate::{
    base::{config_error::ConfigError, opaque_error, time::show_time},
    crypto::suite::Mode,
    keys::key::{KeyId, NEW_KEY},
};

/// An error from making or replacing a key ring. Its message says what is wrong and what to do. It names keys by their
/// ids, and shows no key.
pub struct RingError(pub(crate) RingProblem);

opaque_error!(RingError(RingProblem));

impl std::error::Error for RingError {}

/// Problem of a ring, or of the text of one.
pub(crate) enum RingProblem {
    /// There is no key.
    Empty,
    /// Two keys have the same id: one key is listed twice, or two different keys share an id by chance, which happens
    /// to one pair in 2^32.
    Duplicate(KeyId),
    /// The key that seals last has an `accept_until`, after which no key would seal.
    LastRetires(KeyId),
    /// A key retires before the next one seals, each at its time.
    RetiresTooEarly([(KeyId, SystemTime); 2]),
    /// Of two keys one encrypts and the other signs.
    Mixed(KeyId, KeyId),
    /// The keys are of the other mode than these sessions.
    OtherMode {
        /// Mode of the sessions.
        sessions: Mode,
    },
    /// A time is before 2026-01-01T00:00:00Z, when the format begins.
    BeforeEpoch(KeyId),
    /// The text form is wrong.
    Text {
        /// Number of the entry: a line, or the text between two commas.
        entry: usize,
        /// A sentence on what is wrong with it.
        problem: String,
    },
}

impl fmt::Display for RingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RingProblem::Empty => write!(f, "key ring has no key; {NEW_KEY}"),
            RingProblem::Duplicate(key) => write!(
                f,
                "key {key} is listed twice in the key ring; leave one out; if the two differ, they share an id by \
                 chance, so generate another key"
            ),
            RingProblem::LastRetires(key) => write!(
                f,
                "key {key} is the last one to seal, so it cannot have `accept_until`; remove it, or add a key \
                 that seals later"
            ),
            RingProblem::RetiresTooEarly([(key, until), (next, from)]) => write!(
                f,
                "key {key} retires at {}, but key {next} seals only from {} on; set a later `accept_until`",
                show_time(*until),
                show_time(*from)
            ),
            RingProblem::BeforeEpoch(key) => write!(
                f,
                "key {key} has a `seal_from` or `accept_until` before 2026-01-01T00:00:00Z; remove it"
            ),
            RingProblem::Mixed(key, other) => write!(
                f,
                "one of the keys {key} and {other} encrypts, and the other signs without encrypting; give each kind a \
                 separate key ring"
            ),
            RingProblem::OtherMode {
                sessions: Mode::Encrypted,
            } => f.write_str(
                "keys are of suite `sign`, which does not encrypt, expected `xaes` or `xcha`; give such keys, or choose \
                 `unencrypted_but_signed`",
            ),
            RingProblem::OtherMode { .. } => f.write_str(
                "keys are of suite `xaes` or `xcha`, which encrypt, expected `sign`; give such keys, or choose \
                 `encrypted`",
            ),
            RingProblem::Text { entry, problem } => write!(f, "key ring, entry {entry}: {problem}"),
        }
    }
}

/// The sentence names keys by their ids.
impl From<RingError> for ConfigError {
    fn from(error: RingError) -> Self {
        ConfigError::about("keys", error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use crate::{EncryptionKey, KeyRing, base::time, keys::RingKey};

    #[test]
    fn a_key_that_retires_before_the_next_seals_is_refused_with_both_times() {
        let at = |seconds: u64| time::system_time(1_800_000_000 + seconds);
        let (old, new) = (
            EncryptionKey::generate().unwrap(),
            EncryptionKey::generate().unwrap(),
        );
        let (old_id, new_id) = (old.id(), new.id());
        let ring = KeyRing::from_keys([
            RingKey::from(old).accept_until(at(0)),
            RingKey::from(new).seal_from(at(3_600)),
        ]);
        assert_eq!(
            ring.err().unwrap().to_string(),
            format!(
                "key {old_id} retires at 2027-01-15T08:00:00Z, but key {new_id} seals only from 2027-01-15T09:00:00Z on; \
                 set a later `accept_until`"
            )
        );
    }
}
