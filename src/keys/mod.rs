//! Keys, key rings, and the sources they are read from.
//!
//! A [`KeyRing`] is one or more [`EncryptionKey`]s or [`SigningKey`]s: one seals, the others only open. [`RingKey`]
//! gives a key the times at which its role changes, [`RingSource`] reads rings from files, variables and functions,
//! [`SharedKeyRing`] is replaced while the program runs, and [`WatchedKeyRing`] follows its sources.

mod key;
mod key_error;
mod key_info;
mod key_ring;
mod purpose;
mod purpose_keys;
mod raw_key;
mod ring;
mod ring_error;
mod ring_key;
mod ring_text;
mod shared_ring;
mod source;
#[cfg(feature = "watch")]
mod watch;

pub use crate::crypto::{
    random::RandomError,
    suite::{Backend, Mode, Suite},
};
pub use key::{EncryptionKey, Key, SigningKey};
pub use key_error::KeyError;
pub use key_info::{KeyId, KeyInfo, RingEvent};
pub use key_ring::KeyRing;
pub use ring::Fingerprint;
pub use ring_error::{Overlap, RingError};
pub use ring_key::RingKey;
pub use shared_ring::{IntoKeys, SharedKeyRing};
pub use source::{RingSource, RingSourceError};
#[cfg(feature = "watch")]
pub use watch::{PollOutcome, WatchedKeyRing};

pub(crate) use purpose::Purpose;
pub(crate) use purpose_keys::{PurposeKey, PurposeKeys};
#[cfg(test)]
pub(crate) use raw_key::RawKey;
pub(crate) use raw_key::looks_like_a_key;
#[cfg(test)]
pub(crate) use ring_text::Listing;
pub(crate) use shared_ring::PurposeSlot;
