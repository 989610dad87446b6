//! Public facts about a key.

use std::{fmt, time::SystemTime};

use super::error::KeyError;
use crate::format::{
    base::{read_from_hex, show_in_hex, time::show_time},
    crypto::suite::Suite,
};

/// Public id of a key: 4 bytes derived from its secret and suite, shown in hexadecimal.
///
/// Every sealed token contains the id of its key, so that a key ring finds the key without trying others
/// ([SPEC.md § 3.1]).
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing};
/// use std::time::SystemTime;
///
/// let key = EncryptionKey::generate()?;
/// let id = key.id();
/// assert_eq!(KeyRing::from(key).sealing_key(SystemTime::now()), id);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 3.1]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#31-secret-and-derivation
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub(crate) [u8; 4]);

impl KeyId {
    /// Returns the 4 bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::EncryptionKey;
    ///
    /// let id = EncryptionKey::generate()?.id();
    /// assert_eq!(format!("{:08x}", u32::from_be_bytes(*id.as_bytes())), id.to_string());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 4] {
        &self.0
    }
}

show_in_hex!(KeyId as u32);
read_from_hex!(KeyId as u32, KeyError, || KeyError::new(NO_ID));

/// Public facts about a key in a [`KeyRing`](crate::KeyRing).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct KeyInfo {
    /// Id of the key.
    pub id: KeyId,
    /// Suite that the key seals with.
    pub suite: Suite,
    /// Time from which the key may seal, or `None` for any time.
    pub seal_from: Option<SystemTime>,
    /// Time from which the key opens nothing, or `None` if it never retires.
    pub accept_until: Option<SystemTime>,
}

/// Role of a key in a [`KeyRing`](crate::KeyRing) at a given time. `Display` shows one word: `seals`, `accepted`,
/// `planned` or `retired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum KeyRole {
    /// The key seals and opens.
    Sealing,
    /// The key only opens. Another key has taken over from it, or is listed before it.
    Accepted,
    /// The key only opens, because its `seal_from` is in the future.
    Planned,
    /// The key opens nothing.
    Retired,
}

impl fmt::Display for KeyRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            KeyRole::Sealing => "seals",
            KeyRole::Accepted => "accepted",
            KeyRole::Planned => "planned",
            KeyRole::Retired => "retired",
        })
    }
}

/// Change of a key's role in a ring. `Display` shows it as in [`KeysInUse`](crate::carrier::KeysInUse):
/// `2027-03-01T06:17:00Z c7e01b94 seals`, or `… retires`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RingEvent {
    /// `seal_from` or `accept_until` of the key.
    pub at: SystemTime,
    /// Id of the key.
    pub key: KeyId,
    /// Role that the key has from this time on: it seals, or is retired.
    pub role: KeyRole,
}

impl fmt::Display for RingEvent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ", show_time(self.at), self.key)?;
        match self.role {
            KeyRole::Retired => f.write_str("retires"),
            role => role.fmt(f),
        }
    }
}

/// Begins the text of a key (SPEC.md § 3.3).
pub(super) const KEY_PREFIX: &str = "hardtack_key_v1_";
/// Begins the text of a key in every version of the format.
pub(super) const ANY_KEY_PREFIX: &str = "hardtack_key_";
const NO_ID: &str = "key id is not 8 hexadecimal digits";
