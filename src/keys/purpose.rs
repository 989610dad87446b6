//! What a ring's keys become for one purpose.

use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
};

use super::{
    key_text::{KeyId, derivation_info},
    ring::{Fingerprint, Ring, sealing_position},
    ring_key::{KeyTimes, RingEntry},
};
use crate::{
    base::{syntax::is_token_char, time::UnixSeconds},
    crypto::{
        mac::Mac,
        suite::{Cipher, HEAD_LEN, Mode},
    },
};

/// What a key is derived for. A token opens under the purpose it was sealed for and no other
/// (SPEC.md § 3.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purpose(String);

impl Purpose {
    /// For a cookie. Its name cannot contain `:`, so this never meets another kind of purpose.
    pub(crate) fn cookie(name: &str) -> Purpose {
        Purpose(name.to_owned())
    }

    /// For a session in a request header, whose name counts in lower case. `None`: that is no name of a
    /// header.
    pub(crate) fn header(name: &str) -> Option<Purpose> {
        let is_name =
            (1..=LONGEST_HEADER_NAME).contains(&name.len()) && name.chars().all(is_token_char);
        is_name.then(|| Purpose(format!("header:{}", name.to_ascii_lowercase())))
    }

    /// For a bare token of the caller's name. `None`: the name is empty, or longer than any derivation takes.
    pub(crate) fn token(name: &str) -> Option<Purpose> {
        let purpose = format!("token:{name}");
        let is_good = !name.is_empty() && purpose.len() <= usize::from(u16::MAX);
        is_good.then_some(Purpose(purpose))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// The keys of a ring, derived for one purpose, in the order of the ring.
pub(crate) struct PurposeKeys {
    keys: Vec<PurposeKey>,
    by_id: HashMap<KeyId, usize, BuildHasherDefault<KeyIdHasher>>,
    not_before: UnixSeconds,
    fingerprint: Fingerprint,
}

impl PurposeKeys {
    pub(crate) fn derive(ring: &Ring, purpose: &Purpose) -> PurposeKeys {
        let keys: Vec<_> = ring
            .keys
            .iter()
            .map(|entry| PurposeKey::derive(entry, purpose))
            .collect();
        PurposeKeys {
            by_id: (0..).zip(&keys).map(|(i, key)| (key.id(), i)).collect(),
            keys,
            not_before: ring.not_before,
            fingerprint: ring.fingerprint(),
        }
    }

    /// Finds a key in a time that does not depend on how many there are.
    pub(crate) fn find(&self, id: KeyId) -> Option<&PurposeKey> {
        self.by_id.get(&id).map(|&i| &self.keys[i])
    }

    /// The key that seals at `now`.
    pub(crate) fn sealing(&self, now: UnixSeconds) -> &PurposeKey {
        &self.keys[self.sealing_position(now)]
    }

    /// Returns `true` if tokens under this key can open at `now`.
    pub(crate) fn accepts(&self, id: KeyId, now: UnixSeconds) -> bool {
        self.find(id).is_some_and(|key| !key.is_retired(now))
    }

    /// The keys that open at `now`.
    pub(crate) fn accepted(&self, now: UnixSeconds) -> impl Iterator<Item = &PurposeKey> {
        self.keys.iter().filter(move |key| !key.is_retired(now))
    }

    /// Where a key stands beside the one that seals at `now`.
    pub(crate) fn place_of(&self, id: KeyId, now: UnixSeconds) -> Option<Place> {
        let place = self.by_id.get(&id)?.cmp(&self.sealing_position(now));
        Some(match place {
            std::cmp::Ordering::Less => Place::Earlier,
            std::cmp::Ordering::Equal => Place::Sealing,
            std::cmp::Ordering::Greater => Place::Later,
        })
    }

    pub(crate) fn share_a_key(&self, other: &PurposeKeys) -> bool {
        self.by_id.keys().any(|id| other.by_id.contains_key(id))
    }

    /// Sessions issued before this are refused; 0 where there is no such moment.
    pub(crate) fn not_before(&self) -> UnixSeconds {
        self.not_before
    }

    /// That of the ring.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn sealing_position(&self, now: UnixSeconds) -> usize {
        sealing_position(self.keys.iter().map(|key| &key.times), now)
    }
}

/// Where the key of a token stands in the order of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before the sealing key: the session is to be sealed again.
    Earlier,
    Sealing,
    /// After it: another instance's clock is ahead. The session is left as it is.
    Later,
}

/// One key, derived for one purpose.
pub(crate) struct PurposeKey {
    /// `format || key id`, the head of every token under this key.
    pub(crate) head: [u8; HEAD_LEN],
    pub(crate) cipher: Cipher,
    pub(crate) csrf: Mac,
    pub(crate) mode: Mode,
    times: KeyTimes,
}

impl PurposeKey {
    fn derive(entry: &RingEntry, purpose: &Purpose) -> PurposeKey {
        let info = |what| derivation_info(what, entry.suite, purpose.as_str());
        let [a, b, c, d] = entry.id.0;
        PurposeKey {
            head: [entry.suite.format(), a, b, c, d],
            cipher: Cipher::new(entry.suite, &entry.prk.expand(&info("key")), || {
                entry.prk.expand(&info("nonce"))
            }),
            csrf: Mac::new(&entry.prk.expand(&info("csrf"))),
            mode: entry.suite.mode(),
            times: entry.times,
        }
    }

    pub(crate) fn id(&self) -> KeyId {
        let [_, id @ ..] = self.head;
        KeyId(id)
    }

    pub(crate) fn is_retired(&self, now: UnixSeconds) -> bool {
        self.times.is_retired(now)
    }
}

/// A key id is the output of HKDF under a key of ours, so it needs no protection against chosen
/// collisions, only to be spread over the bits that the table looks at.
#[derive(Default)]
struct KeyIdHasher(u64);

impl Hasher for KeyIdHasher {
    fn write(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 << 8) | u64::from(byte);
        }
    }

    fn finish(&self) -> u64 {
        self.0.wrapping_mul(0x9E37_79B9_7F4A_7C15)
    }
}

const LONGEST_HEADER_NAME: usize = 128;
