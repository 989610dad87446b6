use std::time::{Duration, SystemTime};

use hardtack::{
    KeyRing,
    keys::{KeyId, KeyInfo},
};

/// Questions of the commands about a ring.
pub(crate) trait KeyRingExt {
    /// Returns the key that seals.
    fn sealing(&self, at: SystemTime) -> KeyInfo;

    /// Returns the key that takes over from this one.
    fn next_after(&self, id: KeyId) -> Option<KeyInfo>;

    /// Returns the keys that begin to seal after `at`, with their times.
    fn planned_after(&self, at: SystemTime) -> impl Iterator<Item = (KeyId, SystemTime)>;

    /// Returns the last time at which a key that is planned to seal at `from` may have sealed, by a clock that shows
    /// `ahead` at `now`. `None`: it did not.
    fn planned_sealed(
        &self,
        from: Option<SystemTime>,
        now: SystemTime,
        ahead: SystemTime,
    ) -> Option<SystemTime> {
        if from.is_some_and(|from| from <= ahead) {
            return Some(now);
        }
        // The key that seals took over from another, perhaps from this one before its time was put off.
        self.sealing(now).seal_from.filter(|since| *since <= now)
    }

    fn overlaps(&self) -> impl Iterator<Item = Overlap>;

    /// Returns the overlap of a key with the next one. `None`: it has no end, or that one no beginning.
    fn overlap(&self, id: KeyId) -> Option<Overlap> {
        self.overlaps().find(|overlap| overlap.key == id)
    }
}

impl KeyRingExt for KeyRing {
    fn sealing(&self, at: SystemTime) -> KeyInfo {
        let id = self.sealing_key(at);
        let sealing = self.keys().into_iter().find(|key| key.id == id);
        sealing.expect("a key of the ring seals")
    }

    fn next_after(&self, id: KeyId) -> Option<KeyInfo> {
        let keys = self.keys().into_iter();
        keys.skip_while(|key| key.id != id).nth(1)
    }

    fn planned_after(&self, at: SystemTime) -> impl Iterator<Item = (KeyId, SystemTime)> {
        let keys = self.keys().into_iter();
        let planned = keys.filter_map(|key| Some((key.id, key.seal_from?)));
        planned.filter(move |(_, from)| *from > at)
    }

    fn overlaps(&self) -> impl Iterator<Item = Overlap> {
        let (keys, next) = (self.keys(), self.keys().into_iter().skip(1));
        let pairs = keys.into_iter().zip(next);
        pairs.filter_map(|(key, next)| Overlap::of(&key, &next))
    }
}

/// A key that retires, and the next one, which takes over from it.
pub(crate) struct Overlap {
    pub(crate) key: KeyId,
    pub(crate) accept_until: SystemTime,
    pub(crate) next: KeyId,
    pub(crate) seal_from: SystemTime,
}

impl Overlap {
    /// `None`: the key has no end, or the next one no beginning.
    pub(crate) fn of(key: &KeyInfo, next: &KeyInfo) -> Option<Overlap> {
        Some(Overlap {
            key: key.id,
            accept_until: key.accept_until?,
            next: next.id,
            seal_from: next.seal_from?,
        })
    }

    /// Returns the time for which both open, after the second has begun to seal.
    pub(crate) fn duration(&self) -> Duration {
        let duration = self.accept_until.duration_since(self.seal_from);
        duration.unwrap_or_default()
    }

    /// Returns the longest need of the first key at which its end cuts nothing short at `at`, or later: an end that has
    /// passed does no harm to a need that has passed too.
    pub(crate) fn serves(&self, at: SystemTime) -> Duration {
        let since = at.duration_since(self.seal_from).unwrap_or_default();
        self.duration().max(since)
    }
}
