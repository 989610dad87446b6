//! Keys, key rings, and the sources of key rings.
//!
//! A [`KeyRing`] has one or more [`EncryptionKey`](crate::EncryptionKey)s or [`SigningKey`](crate::SigningKey)s. One
//! seals at a time, and the others only open, until they retire.
//!
//! - [`RingKey`] gives a key the times at which its role changes.
//! - [`RingSource`] reads rings from files, environment variables and functions.
//! - [`SharedKeyRing`] can be replaced while the program runs.
//! - [`WatchedKeyRing`] follows its sources.
//! - [`Problem`] is what health checks report of a ring or a clock.

mod problem;
mod shared;
mod source;

use crate::format::keys::{fingerprint, purpose, purpose_keys};
pub(crate) use crate::format::keys::{key, ring};

pub use fingerprint::Fingerprint;
pub use key::{KeyError, KeyId, KeyRole, RingEvent, redact};
pub(crate) use key::{looks_like_a_key, quoted_unless_key};
pub use problem::Problem;
pub(crate) use purpose::Purpose;
pub(crate) use purpose_keys::{PurposeKey, PurposeKeys};
pub(crate) use ring::KeyRing;
pub use ring::RingKey;
pub use shared::SharedKeyRing;
pub(crate) use shared::{PurposeSlot, Sessions, SlotKeys};
pub use source::{PollOutcome, RingSource, WatchedKeyRing};

pub use crate::crypto::suite::{Backend, Mode};
