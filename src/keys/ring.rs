//! The keys in use (SPEC.md § 3.4 to § 3.6).

use std::{
    fmt,
    marker::PhantomData,
    str::FromStr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use super::{
    key::Key,
    key_text::KeyId,
    ring_error::{Overlap, RingError},
    ring_key::{KeyTimes, RingEntry, RingKey},
    ring_text::PartialRing,
};
use crate::{
    base::time::{self, EPOCH, UnixSeconds},
    crypto::sha256::sha256,
};

/// The keys in use: one seals, and all of them open. Immutable and cheap to clone.
///
/// Of several keys, the one with the latest `seal_from` that has passed seals; of keys without one, the first listed. A
/// session sealed under an earlier key is sealed again by the next response that touches it.
///
/// Applications that share a ring and a cookie name, such as the default one, accept each other's sessions. An
/// [`application`](crate::carrier::SessionCookieBuilder::application) label keeps them apart.
///
/// The text form has one key per line, or keys separated by commas:
///
/// ```text
/// hardtack_key_v1_xaes_…  accept_until=2026-12-15T00:00:00Z
/// hardtack_key_v1_xaes_…  seal_from=2026-12-01T00:00:00Z
/// ```
///
/// # Examples
///
/// A planned rotation in one deployment: every instance accepts the new key before any seals with it.
///
/// ```
/// use std::time::{Duration, UNIX_EPOCH};
/// use hardtack::{EncryptionKey, KeyRing, keys::RingKey};
///
/// let day = Duration::from_secs(86_400);
/// let today = UNIX_EPOCH + 20_777 * day;
/// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
/// let (old_id, new_id) = (old.id(), new.id());
/// let ring = KeyRing::from_keys([
///     RingKey::new(old).accept_until(today + 30 * day),
///     RingKey::new(new).seal_from(today + day),
/// ])?;
/// assert_eq!(ring.sealing_key(today), old_id);
/// assert_eq!(ring.sealing_key(today + day), new_id);
/// assert_eq!(ring.accepted_keys(today + 30 * day), [new_id]);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct KeyRing<K> {
    ring: Arc<Ring>,
    kind: PhantomData<fn() -> K>,
}

impl<K: Key> KeyRing<K> {
    /// Creates a ring of one key.
    #[must_use]
    pub fn new(key: K) -> KeyRing<K> {
        KeyRing::of(Ring {
            keys: vec![RingKey::new(key).into_entry()],
            not_before: 0,
        })
    }

    /// Creates a ring of several keys. Without `seal_from` the first listed seals.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    /// use std::time::SystemTime;
    ///
    /// let (new, old) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let (new_id, old_id) = (new.id(), old.id());
    /// let ring = KeyRing::from_keys([new, old])?;
    /// assert_eq!(ring.sealing_key(SystemTime::now()), new_id);
    /// assert!(ring.accepted_keys(SystemTime::now()).contains(&old_id));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if there is no key, a key occurs twice, no key would seal after the last one retires, or a key
    /// retires before the next one seals.
    pub fn from_keys<I>(keys: I) -> Result<KeyRing<K>, RingError>
    where
        I: IntoIterator,
        I::Item: Into<RingKey<K>>,
    {
        let keys = keys.into_iter().map(|key| key.into().into_entry());
        Ring::new(keys.collect(), 0).map(KeyRing::of)
    }

    /// Refuses every session issued before `moment`.
    ///
    /// For the removal of a leaked key. Fractions of a second are rounded up.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::SharedKeyRing};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let ring = KeyRing::new(EncryptionKey::generate()?);
    /// let keys = SharedKeyRing::new(ring.clone());
    /// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
    /// let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let fields = cookie.save(&session)?;
    ///
    /// let now = SystemTime::now() + Duration::from_secs(60);
    /// keys.replace(ring.with_not_before(now))?;
    /// assert!(cookie.load(&fields, now).is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn with_not_before(self, moment: SystemTime) -> KeyRing<K> {
        let mut ring = Arc::unwrap_or_clone(self.ring);
        // No session was issued before the epoch, so such a moment refuses none.
        let moment = time::unix_seconds_from(moment);
        ring.not_before = if moment < EPOCH { 0 } else { moment };
        KeyRing::of(ring)
    }

    /// Returns the key that seals at `now`.
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
    /// let ring = KeyRing::from_keys([RingKey::from(old), RingKey::new(new).seal_from(now + hour)])?;
    /// assert_ne!(ring.sealing_key(now), new_id);
    /// assert_eq!(ring.sealing_key(now + hour), new_id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sealing_key(&self, now: SystemTime) -> KeyId {
        let times = self.ring.keys.iter().map(|key| &key.times);
        self.ring.keys[sealing_position(times, time::unix_seconds(now))].id
    }

    /// Returns the keys that open at `now`, the sealing key included, in the order of the ring.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    /// use std::time::SystemTime;
    ///
    /// let ring: KeyRing<EncryptionKey> = EncryptionKey::generate()?.into();
    /// for key in ring.accepted_keys(SystemTime::now()) {
    ///     println!("accepted: {key}");
    /// }
    /// # assert_eq!(ring.accepted_keys(SystemTime::now()).len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn accepted_keys(&self, now: SystemTime) -> Vec<KeyId> {
        let now = time::unix_seconds(now);
        let accepted = self
            .ring
            .keys
            .iter()
            .filter(|key| !key.times.is_retired(now));
        accepted.map(|key| key.id).collect()
    }

    /// Returns a fingerprint of the keys, their times and their order. Instances compare it, for example in a health
    /// check, to see whether they use the same ring. It is public ([SPEC.md § 3.6]).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    ///
    /// # let secret = EncryptionKey::generate()?.expose_secret();
    /// let here: KeyRing<EncryptionKey> = secret.parse()?;
    /// let there: KeyRing<EncryptionKey> = secret.parse()?;
    /// assert_eq!(here.fingerprint(), there.fingerprint());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.6]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#36-fingerprint
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.ring.fingerprint()
    }

    /// Joins several texts into one ring, with the keys in the order of the texts. The latest `not_before` counts.
    pub(crate) fn join(
        texts: impl IntoIterator<Item = PartialRing<K>>,
    ) -> Result<KeyRing<K>, RingError> {
        let (mut keys, mut not_before) = (Vec::new(), 0);
        for text in texts {
            keys.extend(text.keys.into_iter().map(RingKey::into_entry));
            not_before = text.not_before.max(not_before);
        }
        Ring::new(keys, not_before).map(KeyRing::of)
    }

    pub(crate) fn of(ring: impl Into<Arc<Ring>>) -> KeyRing<K> {
        KeyRing {
            ring: ring.into(),
            kind: PhantomData,
        }
    }

    pub(crate) fn ring(&self) -> &Arc<Ring> {
        &self.ring
    }
}

/// Parses the text form: one key per line, with comment lines and blank lines allowed, or keys separated by commas
/// (SPEC.md § 3.5).
impl<K: Key> FromStr for KeyRing<K> {
    type Err = RingError;

    fn from_str(text: &str) -> Result<Self, RingError> {
        KeyRing::join([text.parse().map_err(RingError::Text)?])
    }
}

impl<K> Clone for KeyRing<K> {
    fn clone(&self) -> Self {
        KeyRing {
            ring: Arc::clone(&self.ring),
            kind: PhantomData,
        }
    }
}

impl<K: Key> From<K> for KeyRing<K> {
    fn from(key: K) -> Self {
        KeyRing::new(key)
    }
}

impl<K> fmt::Debug for KeyRing<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.ring.keys.iter().map(|key| key.id);
        f.debug_tuple("KeyRing")
            .field(&ids.collect::<Vec<_>>())
            .finish()
    }
}

/// A ring of either kind of key, in the order of SPEC.md § 3.4.
#[derive(Clone)]
pub(crate) struct Ring {
    pub(super) keys: Vec<RingEntry>,
    pub(super) not_before: UnixSeconds,
}

impl Ring {
    fn new(listed: Vec<RingEntry>, not_before: UnixSeconds) -> Result<Ring, RingError> {
        // Sorted: a hash set is 2 kB of a module for browsers.
        let mut ids: Vec<u32> = Vec::with_capacity(listed.len());
        for key in &listed {
            let mut times = key.times.seal_from.iter().chain(&key.times.accept_until);
            if times.any(|&moment| moment < EPOCH) {
                return Err(RingError::BeforeEpoch(key.id));
            }
            let id = u32::from_be_bytes(key.id.0);
            match ids.binary_search(&id) {
                Ok(_) => return Err(RingError::Duplicate(key.id)),
                Err(place) => ids.insert(place, id),
            }
        }
        let mut keys: Vec<RingEntry> = Vec::with_capacity(listed.len());
        // On a tie the first listed key seals, so it has to come last.
        for key in listed.into_iter().rev() {
            let place = keys.partition_point(|other| other.times.seal_from <= key.times.seal_from);
            keys.insert(place, key);
        }
        let last = keys.last().ok_or(RingError::Empty)?;
        if last.times.accept_until.is_some() {
            return Err(RingError::LastRetires(last.id));
        }
        let ring = Ring { keys, not_before };
        if let Some(overlap) = ring.overlaps().find(|overlap| overlap.span().is_zero()) {
            return Err(RingError::RetiresTooEarly(overlap));
        }
        Ok(ring)
    }

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
        let longest = Duration::from_secs(longest);
        let mut overlaps = self.overlaps();
        match overlaps.find(|overlap| overlap.cuts_short(longest)) {
            Some(overlap) => Err(RingError::RetiresEarly { overlap, longest }),
            None => Ok(()),
        }
    }

    pub(super) fn fingerprint(&self) -> Fingerprint {
        let mut bytes = Vec::new();
        // The order counts: it decides which key seals.
        for key in &self.keys {
            bytes.extend_from_slice(&key.id.0);
            bytes.extend_from_slice(&key.times.seal_from.unwrap_or(0).to_be_bytes());
            bytes.extend_from_slice(&key.times.accept_until.unwrap_or(0).to_be_bytes());
        }
        bytes.extend_from_slice(&self.not_before.to_be_bytes());
        let hash = sha256(&[&bytes]);
        Fingerprint(std::array::from_fn(|i| hash[i]))
    }
}

/// The index of the sealing key: the last that may seal, or the first where none may yet.
pub(super) fn sealing_position<'a, I>(mut times: I, now: UnixSeconds) -> usize
where
    I: DoubleEndedIterator<Item = &'a KeyTimes> + ExactSizeIterator,
{
    times.rposition(|times| times.may_seal(now)).unwrap_or(0)
}

/// A fingerprint of a key ring: 8 bytes, shown as 16 hexadecimal digits. It is public ([SPEC.md § 3.6]).
///
/// [SPEC.md § 3.6]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#36-fingerprint
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fingerprint({self})")
    }
}
