use std::time::SystemTime;

use super::{key::Key, key_text::KeyId, ring::KeyRing, ring_key::RingEntry};
use crate::{base::time::system_time, crypto::suite::Suite};

/// The public facts about a key in a [`KeyRing`]: everything but its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// The id of the key.
    pub id: KeyId,
    /// The suite that it seals with.
    pub suite: Suite,
    /// The moment at which it begins to seal. `None`: it may seal at any time.
    pub seal_from: Option<SystemTime>,
    /// The moment at which it retires and opens nothing more. `None`: never.
    pub accept_until: Option<SystemTime>,
}

impl<K: Key> KeyRing<K> {
    /// Returns the keys in the order in which each takes over from the one before ([SPEC.md § 3.4.2]).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let soon = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let (old_id, new_id) = (old.id(), new.id());
    /// let ring = KeyRing::from_keys([RingKey::new(new).seal_from(soon), RingKey::new(old)])?;
    /// let ids: Vec<_> = ring.keys().into_iter().map(|key| key.id).collect();
    /// assert_eq!(ids, [old_id, new_id]);
    /// assert_eq!(ring.keys()[1].seal_from, Some(soon));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
    #[must_use]
    pub fn keys(&self) -> Vec<KeyInfo> {
        self.ring().keys.iter().map(KeyInfo::of).collect()
    }

    /// Returns the moment that [`with_not_before`](Self::with_not_before) set, if any. Sessions issued earlier are
    /// refused.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let moment = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// let ring = KeyRing::new(EncryptionKey::generate()?);
    /// assert_eq!(ring.not_before(), None);
    /// assert_eq!(ring.with_not_before(moment).not_before(), Some(moment));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        let moment = self.ring().not_before;
        (moment != 0).then(|| system_time(moment))
    }
}

impl KeyInfo {
    fn of(entry: &RingEntry) -> KeyInfo {
        KeyInfo {
            id: entry.id,
            suite: entry.suite,
            seal_from: entry.times.seal_from.map(system_time),
            accept_until: entry.times.accept_until.map(system_time),
        }
    }
}
