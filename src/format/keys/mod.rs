//! Keys and rings as text and as secrets, and the keys that are derived from them (SPEC.md § 3). `src/keys/` has what
//! follows, shares and watches rings.

pub(crate) mod fingerprint;
pub(crate) mod key;
pub(crate) mod purpose;
pub(crate) mod purpose_keys;
pub(crate) mod ring;

pub(crate) use key::KeyId;
pub(crate) use purpose_keys::{PurposeKey, PurposeKeys};
