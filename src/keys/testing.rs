//! Access to private items, for the vectors.

use super::{
    key::{EncryptionKey, Key, SigningKey, sealed::Key as _},
    key_text::{KeyId, RawKey},
    purpose::Purpose,
    ring::KeyRing,
    ring_text::RingTextError,
};

pub(crate) fn derive(text: &str, what: &str, purpose: &Purpose) -> [u8; 32] {
    let derive = |raw: &RawKey| {
        let info = purpose.info(what, raw.suite);
        *raw.prk().expand(&info)
    };
    match text.parse::<EncryptionKey>() {
        Ok(key) => derive(key.raw()),
        Err(_) => derive(text.parse::<SigningKey>().unwrap().raw()),
    }
}

pub(crate) fn order<K: Key>(ring: &KeyRing<K>) -> Vec<KeyId> {
    ring.ring().keys.iter().map(|key| key.id).collect()
}

pub(crate) fn not_before<K: Key>(ring: &KeyRing<K>) -> u64 {
    ring.ring().not_before
}

pub(crate) fn is_cut_short<K: Key>(ring: &KeyRing<K>, longest: u64) -> bool {
    ring.ring().check_overlap(longest).is_err()
}

pub(crate) fn word_for(error: &RingTextError) -> &'static str {
    error.word()
}
