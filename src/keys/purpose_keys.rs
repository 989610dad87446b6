//! The keys of a ring, derived for one purpose.

use std::cmp::Ordering;

use super::{
    key_text::KeyId,
    purpose::Purpose,
    ring::{Fingerprint, Ring, sealing_position},
    ring_key::{KeyTimes, RingEntry},
};
use crate::{
    base::time::UnixSeconds,
    crypto::{cipher::Cipher, sha256::Mac, suite::Suite},
};

/// All keys of a ring, in its order.
pub(crate) struct PurposeKeys {
    keys: Vec<PurposeKey>,
    not_before: UnixSeconds,
    fingerprint: Fingerprint,
}

impl PurposeKeys {
    pub(crate) fn derive(ring: &Ring, purpose: &Purpose) -> PurposeKeys {
        let keys = ring.keys.iter();
        PurposeKeys {
            keys: keys
                .map(|entry| PurposeKey::derive(entry, purpose))
                .collect(),
            not_before: ring.not_before,
            fingerprint: ring.fingerprint(),
        }
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&PurposeKey> {
        self.keys.iter().find(|key| key.id == id)
    }

    /// The key that seals at `now`.
    pub(crate) fn sealing(&self, now: UnixSeconds) -> &PurposeKey {
        &self.keys[self.sealing_position(now)]
    }

    /// Returns `true` if tokens under this key may open at `now`.
    pub(crate) fn accepts(&self, id: KeyId, now: UnixSeconds) -> bool {
        self.find(id).is_some_and(|key| !key.is_retired(now))
    }

    /// The keys that open at `now`.
    pub(crate) fn accepted(&self, now: UnixSeconds) -> impl Iterator<Item = &PurposeKey> {
        self.keys.iter().filter(move |key| !key.is_retired(now))
    }

    /// The place of a key relative to the one that seals at `now`.
    pub(crate) fn place_of(&self, id: KeyId, now: UnixSeconds) -> Option<Place> {
        let position = self.keys.iter().position(|key| key.id == id)?;
        Some(match position.cmp(&self.sealing_position(now)) {
            Ordering::Less => Place::Earlier,
            Ordering::Equal => Place::Sealing,
            Ordering::Greater => Place::Later,
        })
    }

    pub(crate) fn share_a_key(&self, other: &PurposeKeys) -> bool {
        self.keys.iter().any(|key| other.find(key.id).is_some())
    }

    /// Sessions issued before this moment are refused. 0 if the ring sets none.
    pub(crate) fn not_before(&self) -> UnixSeconds {
        self.not_before
    }

    /// The fingerprint of the ring.
    pub(crate) fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    fn sealing_position(&self, now: UnixSeconds) -> usize {
        sealing_position(self.keys.iter().map(|key| &key.times), now)
    }
}

/// The place of a token's key in the order of the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Before the sealing key, so the session is sealed again.
    Earlier,
    Sealing,
    /// After it, because the clock of another instance is ahead. The session is left as it is.
    Later,
}

/// One key, derived for one purpose.
pub(crate) struct PurposeKey {
    pub(crate) id: KeyId,
    pub(crate) suite: Suite,
    pub(crate) cipher: Cipher,
    pub(crate) csrf: Mac,
    times: KeyTimes,
}

impl PurposeKey {
    fn derive(entry: &RingEntry, purpose: &Purpose) -> PurposeKey {
        let derive = |what: &str| {
            let info = purpose.info(what, entry.suite);
            entry.prk.expand(&info)
        };
        PurposeKey {
            id: entry.id,
            suite: entry.suite,
            cipher: Cipher::new(entry.suite, derive),
            csrf: Mac::new(&derive("csrf")),
            times: entry.times,
        }
    }

    pub(crate) fn is_retired(&self, now: UnixSeconds) -> bool {
        self.times.is_retired(now)
    }
}
