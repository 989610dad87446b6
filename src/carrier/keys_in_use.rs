use std::{fmt, time::SystemTime};

use super::cookie::SessionCookie;
use crate::{
    base::time::unix_seconds,
    keys::{Fingerprint, KeyId},
};

/// The keys of a cookie, for health checks. None of the fields is secret.
///
/// Its `Display` is the text that `hardtack ring wait` reads, with a line for each field:
///
/// ```text
/// seals c7e01b94
/// accepts 5a1f00c3 c7e01b94
/// fingerprint 60e3d18f92b7ca45
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeysInUse {
    /// The id of the key that seals.
    pub seals: KeyId,
    /// The ids of the keys that open, including the sealing key, in the order in which they take over (SPEC.md § 3.4.2).
    pub accepts: Vec<KeyId>,
    /// The fingerprint of the ring: its keys with their times, in their order.
    pub fingerprint: Fingerprint,
}

impl<T> SessionCookie<T> {
    /// Returns the keys at `now`, for health checks that compare instances. Those of a
    /// [`SharedKeyRing`](crate::keys::SharedKeyRing) are its current ones.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, keys::SharedKeyRing};
    /// use std::{fmt, time::SystemTime};
    ///
    /// let (old, new) = (EncryptionKey::generate()?, EncryptionKey::generate()?);
    /// let new_id = new.id();
    /// let keys = SharedKeyRing::new(old);
    /// let cookie = SessionCookie::encrypted(keys.clone()).build()?;
    ///
    /// keys.replace(new)?;
    /// let in_use = cookie.keys_in_use(SystemTime::now());
    /// assert_eq!(in_use.seals, new_id);
    /// assert_eq!(in_use.accepts, [new_id]);
    /// assert_eq!(in_use.fingerprint, keys.current().fingerprint());
    /// let text = format!("seals {new_id}\naccepts {new_id}\nfingerprint {}\n", in_use.fingerprint);
    /// assert_eq!(in_use.to_string(), text);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keys_in_use(&self, now: SystemTime) -> KeysInUse {
        let now = unix_seconds(now);
        let keys = self.inner.sealer.slot.keys();
        KeysInUse {
            seals: keys.sealing(now).id,
            accepts: keys.accepted(now).map(|key| key.id).collect(),
            fingerprint: keys.fingerprint(),
        }
    }
}

impl fmt::Display for KeysInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "seals {}", self.seals)?;
        f.write_str("accepts")?;
        for id in &self.accepts {
            write!(f, " {id}")?;
        }
        writeln!(f, "\nfingerprint {}", self.fingerprint)
    }
}
