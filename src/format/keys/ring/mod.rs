//! Keys in use (SPEC.md § 3.4 to § 3.6).

mod member;
mod order;
mod text;

use std::{fmt, str::FromStr, sync::Arc, time::SystemTime};

pub(crate) use member::Member;
pub use member::RingKey;
pub(crate) use order::Ring;
pub(crate) use text::Listing;
pub use text::{ACCEPT_UNTIL, NOT_BEFORE, SEAL_FROM, has_commas};

use crate::format::{
    base::{EPOCH, system_time, unix_seconds, unix_seconds_from},
    crypto::{sha256::Prk, suite::Mode},
    keys::{
        fingerprint::Fingerprint,
        key::{EncryptionKey, KeyError, KeyId, SigningKey},
    },
};

/// Keys in use. One seals, and every key that is not retired opens. Either all keys encrypt, or all only sign.
/// Immutable and cheap to clone.
///
/// Of several keys, the one with the latest `seal_from` that has passed seals. If no `seal_from` has passed, the first
/// listed key without one seals, and if every key has one, the key with the earliest one. A session sealed under an
/// earlier key is normally sealed again with the next page that touches it, unless the page is an error, or other
/// visitors may get it.
///
/// Applications that share a ring and a cookie name, such as the default name, can accept each other's sessions. Give
/// each a different [`application`](crate::carrier::SessionCookieBuilder::application) label to keep them apart.
///
/// The text form has one key per line, or several keys separated by commas:
///
/// ```text
/// hardtack_key_v1_xaes_…  accept_until=2026-12-15T00:00:00Z
/// hardtack_key_v1_xaes_…  seal_from=2026-12-01T00:00:00Z
/// ```
///
/// # Examples
///
/// One deployment is enough for a planned rotation. If it ends before `seal_from`, every instance accepts the new key
/// before any instance seals with it:
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
///     RingKey::from(old).accept_until(today + 30 * day),
///     RingKey::from(new).seal_from(today + day),
/// ])?;
/// assert_eq!(ring.sealing_key(today), old_id);
/// assert_eq!(ring.sealing_key(today + day), new_id);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct KeyRing(pub(crate) Arc<Ring<Arc<Prk>>>);

impl KeyRing {
    /// Creates a ring of one or more keys. Without `seal_from`, the first key listed seals.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    /// use std::time::SystemTime;
    ///
    /// let (new, old) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let new_id = new.id();
    /// let ring = KeyRing::from_keys([new, old])?;
    /// assert_eq!(ring.sealing_key(SystemTime::now()), new_id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if:
    ///
    /// - `keys` is empty, or two keys have the same id;
    /// - encryption and signing keys are mixed;
    /// - the last key to begin to seal has an `accept_until`;
    /// - a key retires before the next one seals;
    /// - a `seal_from` or `accept_until` is before 2026.
    pub fn from_keys<I>(keys: I) -> Result<KeyRing, KeyError>
    where
        I: IntoIterator,
        I::Item: Into<RingKey>,
    {
        let keys = keys.into_iter().map(|key| key.into().0);
        Ok(KeyRing::of(Ring::new(keys.collect(), 0)?))
    }

    /// Rejects every session issued before `time`. Replaces an earlier `not_before` of the ring, even by an earlier
    /// time.
    ///
    /// Set this when you remove a leaked key. Fractions of a second are rounded up.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionCookie, keys::SharedKeyRing};
    /// use std::time::{Duration, SystemTime};
    ///
    /// let ring = KeyRing::from(EncryptionKey::generate()?);
    /// let keys = SharedKeyRing::from(ring.clone());
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
    pub fn with_not_before(self, time: SystemTime) -> KeyRing {
        let mut ring = Arc::unwrap_or_clone(self.0);
        // A time before the epoch rejects no session, because none was issued earlier.
        let time = unix_seconds_from(time);
        ring.not_before = if time < EPOCH { 0 } else { time };
        KeyRing::of(ring)
    }

    /// Returns the mode of the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{KeyRing, SigningKey, keys::Mode};
    ///
    /// let ring = KeyRing::from(SigningKey::generate()?);
    /// assert_eq!(ring.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.0.mode()
    }

    /// Returns the id of the key that seals at `now`.
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
    /// let ring = KeyRing::from_keys([RingKey::from(old), RingKey::from(new).seal_from(now + hour)])?;
    /// assert_ne!(ring.sealing_key(now), new_id);
    /// assert_eq!(ring.sealing_key(now + hour), new_id);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn sealing_key(&self, now: SystemTime) -> KeyId {
        self.0.sealing_id(unix_seconds(now))
    }

    /// Returns the time set by [`with_not_before`](Self::with_not_before) or by the ring's text, in whole seconds, or
    /// `None` if there is none or it is before 2026.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    /// use std::time::{Duration, UNIX_EPOCH};
    ///
    /// let time = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    /// let ring = KeyRing::from(EncryptionKey::generate()?);
    /// assert_eq!(ring.not_before(), None);
    /// assert_eq!(ring.with_not_before(time).not_before(), Some(time));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn not_before(&self) -> Option<SystemTime> {
        let time = self.0.not_before;
        (time != 0).then(|| system_time(time))
    }

    /// Returns a fingerprint of the keys, their times and order, and `not_before`. Compare it between instances, for
    /// example in a health check, to see whether they use the same ring. The fingerprint is public ([SPEC.md § 3.6]).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing};
    ///
    /// # let secret = EncryptionKey::generate()?.expose_secret();
    /// let here: KeyRing = secret.parse()?;
    /// let there: KeyRing = secret.parse()?;
    /// assert_eq!(here.fingerprint(), there.fingerprint());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [SPEC.md § 3.6]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#36-fingerprint
    #[must_use]
    pub fn fingerprint(&self) -> Fingerprint {
        self.0.fingerprint()
    }

    pub(crate) fn of_listed(listing: Listing) -> Result<KeyRing, KeyError> {
        Ok(KeyRing::of(Ring::new(listing.keys, listing.not_before)?))
    }

    fn of_one(key: RingKey) -> KeyRing {
        KeyRing::of(Ring {
            keys: vec![key.0],
            not_before: 0,
        })
    }

    fn of(ring: Ring<Arc<Prk>>) -> KeyRing {
        KeyRing(Arc::new(ring))
    }
}

macro_rules! from_one {
    ($($Key:ident),+) => {$(
        /// Makes a key without `seal_from` and `accept_until`.
        impl From<$Key> for RingKey {
            fn from(key: $Key) -> Self {
                RingKey::of(&key.0)
            }
        }

        /// A ring of one key.
        impl From<$Key> for KeyRing {
            fn from(key: $Key) -> Self {
                KeyRing::of_one(key.into())
            }
        }
    )+};
}
from_one!(EncryptionKey, SigningKey);

/// Parses the text form: one key per line, with comment lines and blank lines allowed, or keys separated by commas. A
/// `not_before=` takes the place of a key (SPEC.md § 3.5).
impl FromStr for KeyRing {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let mut listing = Listing::default();
        listing.add(text)?;
        KeyRing::of_listed(listing)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids = self.0.infos().map(|key| key.id);
        f.debug_tuple("KeyRing")
            .field(&ids.collect::<Vec<_>>())
            .finish()
    }
}
