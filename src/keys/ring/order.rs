//! Order of the keys in a ring (SPEC.md § 3.4).

use std::{
    cmp::Ordering,
    time::{Duration, SystemTime},
};

use super::{
    error::{Overlap, RingProblem},
    member::Member,
};
use crate::{
    base::{
        show_in_hex,
        time::{EPOCH, UnixSeconds, unix_seconds},
    },
    crypto::{sha256::sha256, suite::Mode},
    keys::key::{KeyId, KeyInfo, KeyRole, RingEvent},
};

/// Keys in the order of SPEC.md § 3.4.2, each as `K`: as one to derive others from, or as those derived for one purpose.
#[derive(Clone)]
pub(crate) struct Ring<K> {
    pub(crate) keys: Vec<Member<K>>,
    /// Sessions issued before this time are refused. 0 if the ring sets none.
    pub(crate) not_before: UnixSeconds,
}

/// Times for which a key has to open tokens (SPEC.md § 3.4.8), in seconds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct KeyNeed {
    /// The longest time for which a token opens that is not sealed again.
    pub(crate) token_lifetime: u64,
    /// The most by which the last activity of a token is ahead of the clock of its writer.
    pub(crate) skew: u64,
}

impl KeyNeed {
    pub(crate) fn or_longer(self, other: KeyNeed) -> KeyNeed {
        match self.overlap() < other.overlap() {
            true => other,
            false => self,
        }
    }

    /// Returns the time for which a key has to open after the next one begins to seal.
    pub(crate) fn overlap(self) -> u64 {
        self.token_lifetime.saturating_add(self.skew)
    }
}

impl<K> Ring<K> {
    pub(crate) fn new(
        mut keys: Vec<Member<K>>,
        not_before: UnixSeconds,
    ) -> Result<Ring<K>, RingProblem> {
        for key in &keys {
            let first = &keys[0];
            if key.info.suite.mode() != first.info.suite.mode() {
                return Err(RingProblem::Mixed(first.info.id, key.info.id));
            }
            let mut times = key.info.seal_from.iter().chain(&key.info.accept_until);
            if times.any(|&time| unix_seconds(time) < EPOCH) {
                return Err(RingProblem::BeforeEpoch(key.info.id));
            }
        }
        let mut ids: Vec<_> = keys.iter().map(|key| key.info.id).collect();
        ids.sort_unstable();
        if let Some(twice) = ids.windows(2).find(|two| two[0] == two[1]) {
            return Err(RingProblem::Duplicate(twice[0]));
        }
        // On a tie the first listed key seals, so it has to come last.
        keys.reverse();
        keys.sort_by_key(|key| key.info.seal_from.map_or(0, unix_seconds));
        let ring = Ring { keys, not_before };
        let last = ring.keys.last().ok_or(RingProblem::Empty)?;
        if last.info.accept_until.is_some() {
            return Err(RingProblem::LastRetires(last.info.id));
        }
        if let Some(gap) = ring.overlaps().find(|it| it.accept_until <= it.seal_from) {
            return Err(RingProblem::RetiresTooEarly(gap));
        }
        Ok(ring)
    }

    /// Returns the key that seals at `now`.
    pub(crate) fn sealing(&self, now: UnixSeconds) -> &Member<K> {
        &self.keys[self.sealing_place(now)]
    }

    /// Returns the id of that key.
    pub(crate) fn sealing_id(&self, now: UnixSeconds) -> KeyId {
        self.sealing(now).info.id
    }

    /// Returns the last key that may seal, or the first where none may yet.
    fn sealing_place(&self, now: UnixSeconds) -> usize {
        let last = self.keys.iter().rposition(|key| key.may_seal(now));
        last.unwrap_or(0)
    }

    /// Returns the mode of the keys, of which there is at least one. All of a ring have the same.
    pub(crate) fn mode(&self) -> Mode {
        self.keys[0].info.suite.mode()
    }

    /// Refuses keys of another mode than their sessions have.
    pub(crate) fn check_mode(&self, sessions: Mode) -> Result<(), RingProblem> {
        match self.mode() == sessions {
            true => Ok(()),
            false => Err(RingProblem::OtherMode { sessions }),
        }
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&Member<K>> {
        self.keys.iter().find(|key| key.info.id == id)
    }

    /// Returns `true` if the key with this id opens at `now`.
    pub(crate) fn accepts(&self, id: KeyId, now: UnixSeconds) -> bool {
        self.find(id).is_some_and(|key| !key.is_retired(now))
    }

    /// Returns the keys that open at `now`.
    pub(crate) fn accepted(&self, now: UnixSeconds) -> impl Iterator<Item = &Member<K>> {
        self.keys.iter().filter(move |key| !key.is_retired(now))
    }

    /// Returns the first change of a role after `now`.
    pub(crate) fn next_event(&self, now: UnixSeconds) -> Option<RingEvent> {
        let next = self.keys.get(self.sealing_place(now) + 1);
        let begins = next.and_then(|next| next.info.seal_from);
        // Of several keys with the same time only one seals.
        let begins = begins.map(|at| RingEvent::Seals {
            at,
            key: self.sealing_id(unix_seconds(at)),
        });
        let retires = self.keys.iter().filter_map(|key| {
            let (at, key) = (key.info.accept_until?, key.info.id);
            (unix_seconds(at) > now).then_some(RingEvent::Retires { at, key })
        });
        begins.into_iter().chain(retires).min_by_key(RingEvent::at)
    }

    /// Returns the role of a key at `now`. `None`: the ring lacks it. A session under an `Accepted` key is sealed again.
    /// Under a `Planned` one, because the clock of another instance is ahead, it is left as it is.
    pub(crate) fn role(&self, id: KeyId, now: UnixSeconds) -> Option<KeyRole> {
        let place = self.keys.iter().position(|key| key.info.id == id)?;
        Some(match place.cmp(&self.sealing_place(now)) {
            Ordering::Equal => KeyRole::Sealing,
            // A key begins to seal before it retires.
            Ordering::Greater => KeyRole::Planned,
            Ordering::Less if self.keys[place].is_retired(now) => KeyRole::Retired,
            Ordering::Less => KeyRole::Accepted,
        })
    }

    /// Returns `true` if both have the same keys with the same times, in the same order.
    pub(crate) fn is_like(&self, other: &Ring<K>) -> bool {
        self.not_before == other.not_before && self.infos().eq(other.infos())
    }

    pub(crate) fn infos(&self) -> impl Iterator<Item = KeyInfo> {
        self.keys.iter().map(|key| key.info)
    }

    /// Returns the keys under which sessions may be alive at `now`, and which `next` lacks or has retired; of the key that
    /// seals also if `next` retires it before its last token ends. A token opens for at most `lifetime` seconds.
    #[cfg(feature = "watch")]
    pub(crate) fn dropped_by(&self, next: &Ring<K>, lifetime: u64, now: UnixSeconds) -> Vec<KeyId> {
        let place = self.sealing_place(now);
        // The keys behind it have sealed nothing yet.
        let used = self.keys[..=place].iter().enumerate();
        let living = used.filter(|(_, key)| !key.is_retired(now));
        let dropped = living.filter(|(i, key)| {
            // A session may have begun this second. When an earlier key stopped sealing is not known.
            let rest = if *i == place {
                lifetime.saturating_sub(1)
            } else {
                0
            };
            let last = now.saturating_add(rest);
            next.find(key.info.id)
                .is_none_or(|key| key.is_retired(last))
        });
        dropped.map(|(_, key)| key.info.id).collect()
    }

    fn overlaps(&self) -> impl Iterator<Item = Overlap> {
        self.keys.windows(2).filter_map(|pair| {
            let (key, next) = (pair[0].info, pair[1].info);
            Some(Overlap {
                key: key.id,
                accept_until: key.accept_until?,
                next: next.id,
                seal_from: next.seal_from?,
            })
        })
    }

    /// Returns the keys that end while tokens with this `need` may open under them, each with the first time at which none
    /// does (SPEC.md § 3.4.8).
    pub(crate) fn early_ends(&self, need: KeyNeed) -> impl Iterator<Item = (Overlap, SystemTime)> {
        let needed = Duration::from_secs(need.overlap());
        let ends = self.overlaps().filter_map(move |overlap| {
            let until = overlap.seal_from.checked_add(needed)?;
            Some((overlap, until))
        });
        ends.filter(|(overlap, needed)| overlap.accept_until < *needed)
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        let mut bytes = Vec::new();
        // The order counts: it decides which key seals.
        for key in self.infos() {
            bytes.extend_from_slice(&key.id.0);
            bytes.extend_from_slice(&key.seal_from.map_or(0, unix_seconds).to_be_bytes());
            bytes.extend_from_slice(&key.accept_until.map_or(0, unix_seconds).to_be_bytes());
        }
        bytes.extend_from_slice(&self.not_before.to_be_bytes());
        let hash = sha256(&[&bytes]);
        Fingerprint(std::array::from_fn(|i| hash[i]))
    }
}

/// A fingerprint of a key ring: 8 bytes, shown as 16 hexadecimal digits. It is public ([SPEC.md § 3.6]).
///
/// [SPEC.md § 3.6]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#36-fingerprint
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 8]);

show_in_hex!(Fingerprint as u64);
