//! Order of the keys in a ring (SPEC.md § 3.4), and what follows from it at a time: which key seals, and which open.

use std::{
    cmp::Ordering,
    time::{Duration, SystemTime},
};

use super::member::Member;
use crate::format::{
    base::{EPOCH, UnixSeconds, show_time, unix_seconds},
    crypto::suite::Mode,
    keys::{
        fingerprint::Fingerprint,
        key::{KeyError, KeyId, KeyInfo, KeyRole, NEW_KEY, RingEvent},
    },
};

/// Keys with their times, each with its material.
#[derive(Clone)]
pub(crate) struct Ring<K> {
    /// At least one key, in the order in which they take over sealing (SPEC.md § 3.4.2).
    pub(crate) keys: Vec<Member<K>>,
    /// Sessions issued before this time are rejected. 0 if the ring sets none.
    pub(crate) not_before: UnixSeconds,
}

impl<K> Ring<K> {
    pub(crate) fn new(
        mut keys: Vec<Member<K>>,
        not_before: UnixSeconds,
    ) -> Result<Ring<K>, KeyError> {
        check_each(&keys)?;
        // The last key that may seal does. Among equal times, the first listed key must win, so the list is reversed
        // before a stable sort.
        keys.reverse();
        keys.sort_by_key(|key| key.info.seal_from.map_or(0, unix_seconds));
        let ring = Ring { keys, not_before };
        ring.check_ends()?;
        Ok(ring)
    }

    /// Refuses an empty ring, a ring whose last key retires, and one in which a key retires before the next one begins
    /// to seal.
    fn check_ends(&self) -> Result<(), KeyError> {
        let empty = || KeyError::new(format!("key ring has no key; {NEW_KEY}"));
        let last = self.keys.last().ok_or_else(empty)?;
        if last.info.accept_until.is_some() {
            let id = last.info.id;
            return Err(KeyError::new(format!(
                "key {id} is the last one to seal, so it cannot have `accept_until`; restore the end of the ring, \
                 remove the time, or add a key that seals later"
            )));
        }
        let mut overlaps = self.overlaps();
        match overlaps.find(|[(_, until), (_, from)]| until < from) {
            None => Ok(()),
            Some([(key, until), (next, from)]) => Err(KeyError::new(format!(
                "key {key} retires at {}, but key {next} seals only from {} on; set a later `accept_until`",
                show_time(until),
                show_time(from)
            ))),
        }
    }

    /// Returns the key that seals at `now`.
    pub(crate) fn sealing(&self, now: UnixSeconds) -> &Member<K> {
        &self.keys[self.sealing_place(now)]
    }

    pub(crate) fn sealing_id(&self, now: UnixSeconds) -> KeyId {
        self.sealing(now).info.id
    }

    /// Returns the index of the last key that may seal. If no key may seal yet, the first seals before its time,
    /// because without a sealing key no session could be saved.
    fn sealing_place(&self, now: UnixSeconds) -> usize {
        let last = self.keys.iter().rposition(|key| key.may_seal(now));
        last.unwrap_or(0)
    }

    /// Returns the mode, which all keys of a ring have.
    pub(crate) fn mode(&self) -> Mode {
        self.keys[0].info.suite.mode()
    }

    /// Refuses keys that cannot seal sessions of this mode.
    pub(crate) fn check_mode(&self, sessions: Mode) -> Result<(), KeyError> {
        match self.mode() {
            mode if mode == sessions => Ok(()),
            Mode::Encrypted => Err(KeyError::new(KEYS_ENCRYPT)),
            Mode::UnencryptedButSigned => Err(KeyError::new(KEYS_SIGN)),
        }
    }

    pub(crate) fn find(&self, id: KeyId) -> Option<&Member<K>> {
        // Public ids, so how long this takes tells nothing. A ring is short, and a request cannot make it longer.
        self.keys.iter().find(|key| key.info.id == id)
    }

    /// Returns the keys that open at `now`.
    pub(crate) fn accepted(&self, now: UnixSeconds) -> impl Iterator<Item = &Member<K>> {
        self.keys.iter().filter(move |key| !key.is_retired(now))
    }

    /// Lists the keys that open at `now`, each with its end and the time from which it will seal, if any.
    pub(crate) fn show_accepted(&self, now: UnixSeconds) -> String {
        let show = |key: &Member<K>| {
            let (from, until) = (key.info.seal_from, key.info.accept_until);
            let from = from
                .filter(|from| now < unix_seconds(*from))
                .map(|time| format!(" seals from {}", show_time(time)));
            let until = until.map(|time| format!(" until {}", show_time(time)));
            let parts = [Some(key.info.id.to_string()), from, until];
            parts.into_iter().flatten().collect::<String>()
        };
        self.accepted(now).map(show).collect::<Vec<_>>().join(", ")
    }

    /// Returns the first change of a role after `now`.
    pub(crate) fn next_event(&self, now: UnixSeconds) -> Option<RingEvent> {
        let next = self.keys.get(self.sealing_place(now) + 1);
        // Of several keys with this `seal_from` only the last one seals, which may not be `next`.
        let begins = next.and_then(|next| next.info.seal_from);
        let begins = begins.map(|at| RingEvent {
            at,
            key: self.sealing_id(unix_seconds(at)),
            role: KeyRole::Sealing,
        });
        let ends = self.accepted(now).filter_map(|key| {
            Some(RingEvent {
                at: key.info.accept_until?,
                key: key.info.id,
                role: KeyRole::Retired,
            })
        });
        begins.into_iter().chain(ends).min_by_key(|event| event.at)
    }

    /// Returns the role of a key at `now`, or `None` if the ring lacks it.
    ///
    /// A session under an `Accepted` key is to be sealed again. A session under a `Planned` key normally comes from an
    /// instance whose clock is ahead. It stays as it is, because sealing it again would use the key that is about to be
    /// replaced.
    pub(crate) fn role(&self, id: KeyId, now: UnixSeconds) -> Option<KeyRole> {
        let place = self.keys.iter().position(|key| key.info.id == id)?;
        Some(match place.cmp(&self.sealing_place(now)) {
            Ordering::Equal => KeyRole::Sealing,
            // No key retires before its `seal_from`, so a planned one is never retired.
            Ordering::Greater => KeyRole::Planned,
            Ordering::Less if self.keys[place].is_retired(now) => KeyRole::Retired,
            Ordering::Less => KeyRole::Accepted,
        })
    }

    /// Returns the seconds since the `seal_from` of a later key, if a token under this key was sealed at `sealed_at`
    /// although that key had begun to seal, even by a clock that is behind by `skew`.
    pub(crate) fn sealed_late_by(
        &self,
        id: KeyId,
        sealed_at: UnixSeconds,
        skew: u64,
    ) -> Option<u64> {
        let sealing = self.sealing_place(sealed_at.saturating_sub(skew));
        // A session under the key that seals, as most are, is found at once.
        if self.keys[sealing].info.id == id {
            return None;
        }
        // Without a time, nobody knows when the key began to seal.
        let began = unix_seconds(self.keys[sealing].info.seal_from?);
        let mut earlier = self.keys[..sealing].iter();
        let is_earlier = earlier.any(|key| key.info.id == id);
        is_earlier.then(|| sealed_at.saturating_sub(began))
    }

    /// Returns `true` if both rings have the same keys, times, order and `not_before`.
    pub(crate) fn has_same_keys(&self, other: &Ring<K>) -> bool {
        self.not_before == other.not_before && self.infos().eq(other.infos())
    }

    pub(crate) fn infos(&self) -> impl Iterator<Item = KeyInfo> {
        self.keys.iter().map(|key| key.info)
    }

    /// Returns the keys that `next` lacks or has retired although sessions under them may be alive. The sealing key
    /// also counts if `next` retires it too early: a token that it seals now opens for less than `overlap` seconds
    /// (SPEC.md § 3.4.8).
    pub(crate) fn dropped_by(&self, next: &Ring<K>, overlap: u64, now: UnixSeconds) -> Vec<KeyId> {
        // Later keys have not begun to seal.
        let used = self.keys[..=self.sealing_place(now)].iter();
        let sealing = self.sealing_id(now);
        let last_end = now.saturating_add(overlap.saturating_sub(1));
        let is_dropped = |key: &&Member<K>| match next.find(key.info.id) {
            None => true,
            Some(kept) if key.info.id == sealing => kept.is_retired(last_end),
            // The ring does not know when an earlier key stopped sealing, so a later end may be late enough. A warning
            // that is often wrong would not be read when it is right.
            Some(kept) => kept.is_retired(now),
        };
        let dropped = used.filter(|key| !key.is_retired(now)).filter(is_dropped);
        dropped.map(|key| key.info.id).collect()
    }

    /// Returns the key that seals at `now` although `earlier` lacks it and its `seal_from` has passed. Returns `None` if
    /// this ring lacks a key of the earlier one, as after a leak.
    pub(crate) fn sealing_too_soon(&self, earlier: &Ring<K>, now: UnixSeconds) -> Option<KeyInfo> {
        let key = self.sealing(now).info;
        let has_passed = key.seal_from.is_some_and(|from| unix_seconds(from) <= now);
        let is_new = earlier.find(key.id).is_none();
        let is_kept = |key: &Member<K>| self.find(key.info.id).is_some();
        (has_passed && is_new && earlier.accepted(now).all(is_kept)).then_some(key)
    }

    /// Pairs each retiring key and its `accept_until` with the next key and its `seal_from`, if that has one. Tokens
    /// sealed under the first key need it until they end (SPEC.md § 3.4.8).
    fn overlaps(&self) -> impl Iterator<Item = [(KeyId, SystemTime); 2]> {
        self.keys.windows(2).filter_map(|pair| {
            let (key, next) = (pair[0].info, pair[1].info);
            Some([(key.id, key.accept_until?), (next.id, next.seal_from?)])
        })
    }

    /// Returns the keys that retire less than `overlap` seconds after the `seal_from` of the next one, each with its
    /// end and the earliest end that signs nobody out (SPEC.md § 3.4.8).
    pub(crate) fn early_ends(
        &self,
        overlap: u64,
    ) -> impl Iterator<Item = (KeyId, [SystemTime; 2])> {
        let needed = Duration::from_secs(overlap);
        let overlaps = self.overlaps();
        overlaps.filter_map(move |[(key, until), (_, from)]| {
            let needed = from.checked_add(needed)?;
            (until < needed).then_some((key, [until, needed]))
        })
    }

    pub(crate) fn fingerprint(&self) -> Fingerprint {
        // Of ids alone, because health checks and metrics show it to more people than may see a key.
        let mut bytes = Vec::new();
        // The order counts, because it decides which key seals.
        for key in self.infos() {
            bytes.extend_from_slice(&key.id.0);
            bytes.extend_from_slice(&key.seal_from.map_or(0, unix_seconds).to_be_bytes());
            bytes.extend_from_slice(&key.accept_until.map_or(0, unix_seconds).to_be_bytes());
        }
        bytes.extend_from_slice(&self.not_before.to_be_bytes());
        Fingerprint::of(&[&bytes])
    }
}

/// Refuses a key that does not fit the others in the ring, and a time before the format begins.
fn check_each<K>(keys: &[Member<K>]) -> Result<(), KeyError> {
    for (i, key) in keys.iter().enumerate() {
        let (first, id) = (keys[0].info, key.info.id);
        if key.info.suite.mode() != first.suite.mode() {
            return Err(KeyError::new(format!(
                "one of the keys {} and {id} encrypts, and the other signs without encrypting; give each kind a separate \
                 key ring",
                first.id
            )));
        }
        let mut times = key.info.seal_from.iter().chain(&key.info.accept_until);
        if times.any(|&time| unix_seconds(time) < EPOCH) {
            return Err(KeyError::new(format!(
                "key {id} has a `seal_from` or `accept_until` before 2026-01-01T00:00:00Z; remove it"
            )));
        }
        // Two different keys share an id by chance with probability 2^-32.
        if keys[..i].iter().any(|other| other.info.id == id) {
            return Err(KeyError::new(format!(
                "key {id} is listed twice in the key ring; leave one out; if the two differ, they share an id by chance, so \
                 generate another key"
            )));
        }
    }
    Ok(())
}

const KEYS_ENCRYPT: &str = "keys are of suite `xaes` or `xcha`, which encrypt, expected `sign`; give such keys, or choose \
    `encrypted`";
const KEYS_SIGN: &str = "keys are of suite `sign`, which does not encrypt, expected `xaes` or `xcha`; give such keys, or \
    choose `unencrypted_but_signed`, whose sessions visitors can read";

#[cfg(test)]
mod tests {
    use crate::{EncryptionKey, KeyRing, base::time, keys::RingKey};

    #[test]
    fn a_ring_that_ends_at_its_first_comma_is_to_be_restored() {
        let key = EncryptionKey::generate().unwrap();
        let id = key.id();
        let ring =
            KeyRing::from_keys([RingKey::from(key).accept_until(time::system_time(1_800_000_000))]);
        assert_eq!(
            ring.err().unwrap().to_string(),
            format!(
                "key {id} is the last one to seal, so it cannot have `accept_until`; restore the end of the ring, \
                 remove the time, or add a key that seals later"
            )
        );
    }

    #[test]
    fn a_key_that_retires_before_the_next_seals_is_refused_with_both_times() {
        let at = |seconds: u64| time::system_time(1_800_000_000 + seconds);
        let (old, new) = (
            EncryptionKey::generate().unwrap(),
            EncryptionKey::generate().unwrap(),
        );
        let (old_id, new_id) = (old.id(), new.id());
        let ring = KeyRing::from_keys([
            RingKey::from(old).accept_until(at(0)),
            RingKey::from(new).seal_from(at(3_600)),
        ]);
        assert_eq!(
            ring.err().unwrap().to_string(),
            format!(
                "key {old_id} retires at 2027-01-15T08:00:00Z, but key {new_id} seals only from 2027-01-15T09:00:00Z on; \
                 set a later `accept_until`"
            )
        );
    }
}
