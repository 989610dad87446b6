//! Sealing: bytes in, text out. Knows nothing of sessions or cookies.

mod base64url;
mod context;
pub(crate) mod csrf;
mod key;
mod key_info;
mod key_ring;
mod purpose;
pub(crate) mod random;
mod ring_key;
mod ring_text;
mod shared_ring;
mod suite;
#[cfg(test)]
pub(crate) mod testing;
mod token;

pub use context::{Context, ContextError};
pub use key::{EncryptionKey, Key, KeyError, KeyId, SigningKey};
pub use key_info::KeyInfo;
pub use key_ring::{Fingerprint, KeyRing, RingError};
pub use random::RandomError;
pub use ring_key::RingKey;
pub use ring_text::RingTextError;
pub use shared_ring::{IntoKeys, SharedKeyRing};
pub use suite::{Mode, Suite};

pub(crate) use context::{Binding, Reserved};
pub(crate) use purpose::{Place, Purpose, PurposeKeys};
pub(crate) use ring_text::RingText;
pub(crate) use shared_ring::PurposeSlot;
#[cfg(test)]
pub(crate) use suite::Aead;
#[cfg(feature = "watch")]
pub(crate) use suite::hash;
pub(crate) use token::{Draft, LONGEST_TOKEN, Opened, Refused, open, peek, token_len};
