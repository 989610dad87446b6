use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::{
    base::{config_error::ConfigError, opaque_error, span::show_span, time::show_moment},
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
    /// A key retires before the next one seals.
    RetiresTooEarly(Overlap),
    /// A key retires while sessions that it sealed may still be alive.
    RetiresEarly {
        /// Retiring key, and the one that takes over from it.
        overlap: Overlap,
        /// Longest lifetime of a session.
        longest: Duration,
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
            RingProblem::RetiresTooEarly(overlap) => overlap.show_gap(f),
            RingProblem::RetiresEarly { overlap, longest } => overlap.show_early(*longest, f),
            RingProblem::BeforeEpoch(key) => write!(
                f,
                "key {key} has a `seal_from` or `accept_until` before 2026-01-01T00:00:00Z; remove it"
            ),
            RingProblem::Text { entry, problem } => write!(f, "key ring, entry {entry}: {problem}"),
        }
    }
}

/// A key that retires, and the next one, which takes over from it.
///
/// Sessions that were sealed before `seal_from` need the first key until they end ([SPEC.md § 3.4]).
///
/// [SPEC.md § 3.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// Key that retires.
    pub key: KeyId,
    /// `accept_until` of that key.
    pub accept_until: SystemTime,
    /// Key that takes over.
    pub next: KeyId,
    /// `seal_from` of the key that takes over.
    pub seal_from: SystemTime,
}

impl Overlap {
    /// Returns the span in which both keys open tokens, after the second has begun to seal.
    #[must_use]
    pub fn span(&self) -> Duration {
        let span = self.accept_until.duration_since(self.seal_from);
        span.unwrap_or_default()
    }

    fn show_gap(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "key {} retires at {}, but key {} seals only from {} on; set a later `accept_until`",
            self.key,
            show_moment(self.accept_until),
            self.next,
            show_moment(self.seal_from)
        )
    }

    fn show_early(&self, longest: Duration, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let earliest = self.seal_from.checked_add(longest);
        write!(
            f,
            "key {} retires at {}, {} after key {} begins to seal, and sessions live for up to {}, so living sessions \
             would be cut short; set its `accept_until` to {} or later, or allow this with `danger_retire_early`",
            self.key,
            show_moment(self.accept_until),
            show_span(self.span()),
            self.next,
            show_span(longest),
            show_moment(earliest.unwrap_or(self.seal_from))
        )
    }
}

/// The sentence names keys by their ids.
impl From<RingError> for ConfigError {
    fn from(error: RingError) -> Self {
        ConfigError::about("keys", error)
    }
}

#[cfg(test)]
mod tests {
    use crate::{
        base::{config_error::ConfigError, time},
        keys::{EncryptionKey, KeyRing, Purpose, RingKey, SharedKeyRing},
    };

    const OLD: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";

    /// Returns the sentence about a ring whose old key retires `until` seconds and whose new key seals `from` seconds
    /// after a moment of 2027, where sessions live for 30 days.
    fn sentence(until: u64, from: u64) -> Option<String> {
        let at = |seconds| time::system_time(1_800_000_000 + seconds);
        let old: EncryptionKey = OLD.parse().unwrap();
        let new = EncryptionKey::generate().unwrap();
        let new_id = new.id().to_string();
        let old = RingKey::new(old).accept_until(at(until));
        let ring = KeyRing::from_keys([old, RingKey::new(new).seal_from(at(from))]);
        let served = ring.map_err(ConfigError::from).and_then(|ring| {
            let purpose = Purpose::cookie("sid");
            SharedKeyRing::new(ring).serve(purpose, 30 * 86_400, None)
        });
        let sentence = served.err()?.to_string();
        Some(sentence.replace(&new_id, "NEW"))
    }

    #[test]
    fn a_key_that_retires_early_is_refused_with_the_moment_that_would_do() {
        assert_eq!(
            sentence(90_000, 0).unwrap(),
            "key OLD retires at 2027-01-16T09:00:00Z, 1d 1h after key NEW begins to seal, and sessions live for up \
             to 30d, so living sessions would be cut short; set its `accept_until` to 2027-02-14T08:00:00Z or \
             later, or allow this with `danger_retire_early`"
                .replace("OLD", &OLD.parse::<EncryptionKey>().unwrap().id().to_string())
        );
        assert_eq!(sentence(30 * 86_400, 0), None);
    }

    #[test]
    fn a_key_that_retires_before_the_next_seals_is_refused_with_both_moments() {
        let refused = sentence(0, 3_600).unwrap();
        let expected = "retires at 2027-01-15T08:00:00Z, but key NEW seals only from 2027-01-15T09:00:00Z on; set a \
                        later `accept_until`";
        assert!(refused.ends_with(expected), "{refused}");
    }
}
