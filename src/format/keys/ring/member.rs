//! A key of a ring, with its dates. Its role among the others is in `order.rs`.

use std::{fmt, sync::Arc, time::SystemTime};

use crate::format::{
    base::{UnixSeconds, system_time, unix_seconds},
    crypto::sha256::Prk,
    keys::key::{KeyInfo, RawKey},
};

/// Key for a [`KeyRing`](crate::KeyRing), made from an [`EncryptionKey`](crate::EncryptionKey) or a
/// [`SigningKey`](crate::SigningKey), with the times at which its role changes.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
/// use std::time::{Duration, SystemTime};
///
/// let soon = SystemTime::now() + Duration::from_secs(3600);
/// let ring = KeyRing::from_keys([
///     RingKey::from(EncryptionKey::generate()?).seal_from(soon),
///     RingKey::from(EncryptionKey::generate()?).accept_until(soon + Duration::from_secs(86_400)),
/// ])?;
/// # assert_eq!(ring.keys().len(), 2);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct RingKey(pub(super) Member<Arc<Prk>>);

/// Key of a ring. Its material is a pseudorandom key for derivations, or the keys of one purpose.
#[derive(Clone)]
pub(crate) struct Member<M> {
    /// Id, suite and times of the key. The times are whole seconds (SPEC.md § 3.4).
    pub(crate) info: KeyInfo,
    pub(crate) material: M,
}

impl RingKey {
    pub(crate) fn of(key: &RawKey) -> RingKey {
        RingKey(Member {
            info: KeyInfo {
                id: key.id,
                suite: key.suite,
                seal_from: None,
                accept_until: None,
            },
            material: Arc::new(key.prk()),
        })
    }

    /// Sets the time from which the key may seal, until a later key takes over. Before `time`, the key only opens, with
    /// one exception: if no key of the ring may seal yet, the first one in the order seals before its time (SPEC.md §
    /// 3.4.3). Fractions of a second are cut off. Default: the key may seal at any time.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let (now, hour) = (SystemTime::now(), Duration::from_secs(3600));
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let (old_id, new_id) = (old.id(), new.id());
    /// let ring = KeyRing::from_keys([RingKey::from(old), RingKey::from(new).seal_from(now + hour)])?;
    /// // The new key opens already, because an instance whose clock is ahead may seal with it.
    /// assert_eq!(ring.sealing_key(now), old_id);
    /// assert_eq!(ring.sealing_key(now + hour), new_id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn seal_from(mut self, time: SystemTime) -> RingKey {
        self.0.info.seal_from = Some(system_time(unix_seconds(time)));
        self
    }

    /// Retires the key at `time`, so that it opens nothing from then on. Fractions of a second are cut off. Default:
    /// never.
    ///
    /// Choose at least the next key's `seal_from`, plus the clock skew, plus the longest time for which a token opens
    /// without being sealed again. This time is the idle timeout, or the absolute timeout if that is shorter or there
    /// is no idle timeout. Remembered sessions count with their own timeouts, and sessions bound to devices with the
    /// absolute timeout and `remember_up_to` ([SPEC.md § 3.4.8]). An earlier `accept_until` signs out visitors who
    /// still have such a token. If the next key has a `seal_from`, a warning names the time to set (feature `tracing`).
    ///
    /// After a leak, choose the next key's `seal_from` itself: everyone is signed out then, and no forgery under this
    /// key is sealed again under the next one. An earlier time is an error.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::RingKey};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let (now, day) = (SystemTime::now(), Duration::from_secs(86_400));
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let (old_id, new_id) = (old.id(), new.id());
    /// let ring = KeyRing::from_keys([RingKey::from(new), RingKey::from(old).accept_until(now + day)])?;
    /// let cookie = SessionCookie::encrypted(ring).build()?;
    /// assert!(cookie.keys_in_use(now).accepts.contains(&old_id));
    /// assert_eq!(cookie.keys_in_use(now + day).accepts, [new_id]);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.4.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
    #[must_use]
    pub fn accept_until(mut self, time: SystemTime) -> RingKey {
        self.0.info.accept_until = Some(system_time(unix_seconds(time)));
        self
    }
}

/// Shows no secret.
impl fmt::Debug for RingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RingKey").field(&self.0.info).finish()
    }
}

impl<M> Member<M> {
    pub(crate) fn may_seal(&self, now: UnixSeconds) -> bool {
        let seal_from = self.info.seal_from;
        seal_from.is_none_or(|from| now >= unix_seconds(from))
    }

    pub(crate) fn is_retired(&self, now: UnixSeconds) -> bool {
        let accept_until = self.info.accept_until;
        accept_until.is_some_and(|until| now >= unix_seconds(until))
    }
}
