use std::time::{Duration, SystemTime};

use hardtack::{
    KeyRing,
    keys::{KeyId, KeyRole, RingEvent},
    packages::KeyInfo,
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
    /// `ahead` at `now`. Returns `None` unless the ring shows that it may have.
    fn planned_sealed(
        &self,
        from: Option<SystemTime>,
        now: SystemTime,
        ahead: SystemTime,
    ) -> Option<SystemTime> {
        if from.is_some_and(|from| from <= ahead) {
            return Some(now);
        }
        // The key that seals took over from another key, perhaps from this one before its time was postponed.
        self.sealing(now).seal_from.filter(|since| *since <= now)
    }

    /// Returns the first change of a role after `at`.
    fn next_event(&self, at: SystemTime) -> Option<RingEvent>;

    /// Returns the end of the keys that seal until then, as the next key takes over: a leak is planned. Only
    /// [`Leaked`](super::leaked::Leaked) makes such a ring, and its times alone show it.
    fn planned_leak(&self, now: SystemTime) -> Option<Overlap>;

    fn overlaps(&self) -> impl Iterator<Item = Overlap>;

    /// Returns the overlap of a key with the next one, or `None` if the key has no end, or the next one no beginning.
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

    fn next_event(&self, at: SystemTime) -> Option<RingEvent> {
        let sealing = self.sealing_key(at);
        let planned = self.planned_after(at).filter(|(id, _)| *id != sealing);
        let begins = planned.map(|(_, at)| RingEvent {
            at,
            key: self.sealing_key(at),
            role: KeyRole::Sealing,
        });
        let keys = self.keys().into_iter();
        let ends = keys.filter_map(|key| {
            Some(RingEvent {
                at: key.accept_until?,
                key: key.id,
                role: KeyRole::Retired,
            })
        });
        let ends = ends.filter(|end| end.at > at);
        begins.chain(ends).min_by_key(|event| event.at)
    }

    fn planned_leak(&self, now: SystemTime) -> Option<Overlap> {
        let (keys, sealing) = (self.keys(), self.sealing_key(now));
        let first = keys.iter().position(|key| key.id == sealing)?;
        (first + 1..keys.len()).find_map(|next| {
            let last = Overlap::of(&keys[next - 1], &keys[next])?;
            let ends = |key: &KeyInfo| key.accept_until.is_some_and(|end| end <= last.seal_from);
            keys[first..next].iter().all(ends).then_some(last)
        })
    }

    fn overlaps(&self) -> impl Iterator<Item = Overlap> {
        let (keys, next) = (self.keys(), self.keys().into_iter().skip(1));
        let pairs = keys.into_iter().zip(next);
        pairs.filter_map(|(key, next)| Overlap::of(&key, &next))
    }
}

/// Key that retires, and the next key, which takes over from it.
pub(crate) struct Overlap {
    pub(crate) key: KeyId,
    pub(crate) accept_until: SystemTime,
    pub(crate) next: KeyId,
    pub(crate) seal_from: SystemTime,
}

impl Overlap {
    /// Returns the overlap, or `None` if the key has no end, or the next one no beginning.
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

    /// Returns the longest overlap for which the first key's end is late enough at `at` and later. An early end does no
    /// harm to tokens that have ended by `at` anyway.
    pub(crate) fn serves(&self, at: SystemTime) -> Duration {
        let since = at.duration_since(self.seal_from).unwrap_or_default();
        self.duration().max(since)
    }
}
