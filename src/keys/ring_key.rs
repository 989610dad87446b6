use std::{sync::Arc, time::SystemTime};

use super::{key::Key, key_text::KeyId};
use crate::{
    base::time::{self, UnixSeconds},
    crypto::{sha256::Prk, suite::Suite},
};

/// A key for a [`KeyRing`](crate::KeyRing), with the times at which its role changes.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
/// use std::time::{Duration, SystemTime};
///
/// let soon = SystemTime::now() + Duration::from_secs(3600);
/// let ring = KeyRing::from_keys([
///     RingKey::new(EncryptionKey::generate()?).seal_from(soon),
///     RingKey::new(EncryptionKey::generate()?).accept_until(soon + Duration::from_secs(86_400)),
/// ])?;
/// # assert_eq!(ring.accepted_keys(soon).len(), 2);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct RingKey<K> {
    key: K,
    times: KeyTimes,
}

impl<K> RingKey<K> {
    /// Creates a key without time limits.
    #[must_use]
    pub fn new(key: K) -> RingKey<K> {
        RingKey {
            key,
            times: KeyTimes::default(),
        }
    }

    /// Sets the moment from which the key seals, until a later key does. Before that moment it only opens (SPEC.md §
    /// 3.4). Fractions of a second are cut off. Default: the key may seal at any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let new_id = new.id();
    /// let ring = KeyRing::from_keys([RingKey::new(old), RingKey::new(new).seal_from(now + hour)])?;
    /// // An instance whose clock is ahead may seal with the new key already.
    /// assert!(ring.accepted_keys(now).contains(&new_id));
    /// assert_ne!(ring.sealing_key(now), new_id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn seal_from(mut self, moment: SystemTime) -> RingKey<K> {
        self.times.seal_from = Some(time::unix_seconds(moment));
        self
    }

    /// Retires the key at `moment`, from which on it opens nothing. Fractions of a second are cut off. Default: never.
    ///
    /// Choose a moment that follows the next key's `seal_from` by the absolute timeout (or by `remember_up_to`, if that
    /// is longer) and the clock skew, because an instance whose clock is behind seals with this key a little longer.
    /// [`build`](crate::carrier::SessionCookieBuilder::build) refuses a moment that is too early by every clock.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let ring = KeyRing::from_keys([RingKey::new(new), RingKey::new(old).accept_until(now + day)])?;
    /// assert_eq!(ring.accepted_keys(now).len(), 2);
    /// assert_eq!(ring.accepted_keys(now + day).len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accept_until(mut self, moment: SystemTime) -> RingKey<K> {
        self.times.accept_until = Some(time::unix_seconds(moment));
        self
    }
}

impl<K: Key> RingKey<K> {
    pub(super) fn into_entry(self) -> RingEntry {
        let raw = self.key.raw();
        RingEntry {
            suite: raw.suite,
            id: raw.id,
            prk: Arc::new(raw.prk()),
            times: self.times,
        }
    }
}

impl<K: Key> From<K> for RingKey<K> {
    fn from(key: K) -> Self {
        RingKey::new(key)
    }
}

/// A key of either kind in a ring.
#[derive(Clone)]
pub(crate) struct RingEntry {
    pub(super) suite: Suite,
    pub(super) id: KeyId,
    pub(super) prk: Arc<Prk>,
    pub(super) times: KeyTimes,
}

/// The times at which the role of a key changes (SPEC.md § 3.4).
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct KeyTimes {
    pub(super) seal_from: Option<UnixSeconds>,
    pub(super) accept_until: Option<UnixSeconds>,
}

impl KeyTimes {
    pub(super) fn may_seal(&self, now: UnixSeconds) -> bool {
        self.seal_from.is_none_or(|from| now >= from)
    }

    pub(super) fn is_retired(&self, now: UnixSeconds) -> bool {
        self.accept_until.is_some_and(|until| now >= until)
    }
}
