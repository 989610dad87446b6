//! Keys, key rings, and the sources they are read from.
//!
//! A [`KeyRing`] is one or more [`EncryptionKey`]s or [`SigningKey`]s: one seals, the others only open. [`RingKey`]
//! gives a key the times at which its role changes, [`RingSource`] reads rings from files, variables and functions,
//! [`SharedKeyRing`] is replaced while the program runs, and [`WatchedKeyRing`] follows its sources.

mod error_text;
#[cfg(feature = "watch")]
mod events;
mod key;
mod key_info;
mod key_text;
mod no_key;
mod purpose;
mod purpose_keys;
mod ring;
mod ring_error;
mod ring_key;
mod ring_text;
mod shared_ring;
mod source;
mod source_error;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(feature = "watch")]
mod watch;

pub use crate::crypto::{
    random::RandomError,
    suite::{Backend, Mode, Suite},
};
pub use key::{EncryptionKey, Key, SigningKey};
pub use key_info::KeyInfo;
pub use key_text::{KeyError, KeyId};
pub use ring::{Fingerprint, KeyRing};
pub use ring_error::{Overlap, RingError};
pub use ring_key::RingKey;
pub use ring_text::RingTextError;
pub use shared_ring::{IntoKeys, SharedKeyRing};
pub use source::RingSource;
pub use source_error::RingSourceError;
#[cfg(feature = "watch")]
pub use watch::{PollOutcome, WatchGuard, WatchedKeyRing};

pub(crate) use key_text::looks_like_a_key;
pub(crate) use purpose::{LabelError, Purpose};
pub(crate) use purpose_keys::{Place, PurposeKey, PurposeKeys};
#[cfg(test)]
pub(crate) use ring_text::PartialRing;
pub(crate) use shared_ring::PurposeSlot;
