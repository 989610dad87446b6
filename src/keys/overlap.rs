use std::time::{Duration, SystemTime};

use super::{
    key::Key,
    key_text::KeyId,
    ring::{KeyRing, Ring},
    ring_error::RingError,
};
use crate::base::time;

/// A key that retires, and the next one, which takes over from it.
///
/// Sessions that were sealed before `seal_from` need the first key until they end ([SPEC.md § 3.4]).
///
/// [`KeyRing::overlaps`] has an example.
///
/// [SPEC.md § 3.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Overlap {
    /// The key that retires.
    pub key: KeyId,
    /// Its `accept_until`.
    pub accept_until: SystemTime,
    /// The key that takes over.
    pub next: KeyId,
    /// The `seal_from` of that key.
    pub seal_from: SystemTime,
}

impl Overlap {
    /// Returns the span in which both keys open tokens, after the second began to seal.
    #[must_use]
    pub fn span(&self) -> Duration {
        let span = self.accept_until.duration_since(self.seal_from);
        span.unwrap_or_default()
    }

    /// Returns `true` if the first key retires while sessions that live for `lifetime` may still need it.
    #[must_use]
    pub fn cuts_short(&self, lifetime: Duration) -> bool {
        self.span() < lifetime
    }
}

impl<K: Key> KeyRing<K> {
    /// Returns every key that retires with the one that takes over from it, in the order of the ring. For tools:
    /// `build` and [`SharedKeyRing::replace`](crate::keys::SharedKeyRing::replace) refuse a ring of which an overlap
    /// [cuts sessions short](Overlap::cuts_short).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let ring = KeyRing::from_keys([
    ///     RingKey::new(new).seal_from(now),
    ///     RingKey::new(old).accept_until(now + 12 * hour),
    /// ])?;
    /// let overlap = ring.overlaps()[0];
    /// assert_eq!(overlap.span(), 12 * hour);
    /// assert!(!overlap.cuts_short(12 * hour));
    /// assert!(overlap.cuts_short(13 * hour));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn overlaps(&self) -> Vec<Overlap> {
        self.ring().overlaps().collect()
    }
}

impl Ring {
    fn overlaps(&self) -> impl Iterator<Item = Overlap> {
        self.keys.windows(2).filter_map(|pair| {
            let (key, next) = (&pair[0], &pair[1]);
            Some(Overlap {
                key: key.id,
                accept_until: time::system_time(key.times.accept_until?),
                next: next.id,
                seal_from: time::system_time(next.times.seal_from?),
            })
        })
    }

    /// Refuses a ring in which a key retires less than `longest` seconds, the longest lifetime of a session, after the
    /// next key begins to seal.
    pub(super) fn check_overlap(&self, longest: u64) -> Result<(), RingError> {
        let lifetime = Duration::from_secs(longest);
        let mut overlaps = self.overlaps();
        match overlaps.find(|overlap| overlap.cuts_short(lifetime)) {
            None => Ok(()),
            Some(overlap) => Err(RingError::RetiresEarly {
                key: overlap.key,
                accept_until: overlap.accept_until,
                next: overlap.next,
                seal_from: overlap.seal_from,
                longest,
            }),
        }
    }
}
