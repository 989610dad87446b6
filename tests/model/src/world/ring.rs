//! A key ring as SPEC.md § 3.4 orders it.
//!
//! The keys of a case, of both modes, and the shared ring of a site.

use std::{array, sync::LazyLock};

use hardtack::{
    EncryptionKey, KeyRing, SigningKey,
    keys::{KeyError, KeyId, KeyRole, RingEvent, RingKey, SharedKeyRing},
};
use sha2::{Digest, Sha256};

use super::time;
use crate::case::Planned;

/// Keys by their place in the list of those that the case has.
#[derive(Clone, Debug)]
pub struct Ring {
    listed: Vec<Member>,
    ordered: Vec<Member>,
    pub not_before: u64,
}

/// Times are Unix seconds.
#[derive(Clone, Copy, Debug)]
struct Member {
    key: usize,
    seal_from: Option<u64>,
    accept_until: Option<u64>,
}

impl Ring {
    /// Begins with one key that always seals.
    pub fn new() -> Ring {
        let first = Planned {
            key: 0,
            seal_from: 0,
            accept_until: 0,
        };
        Ring::of(&[first], 0, 0)
    }

    /// Lists each key once.
    pub fn of(planned: &[Planned], now: u64, not_before: u64) -> Ring {
        let mut listed: Vec<Member> = Vec::new();
        for planned in planned {
            let key = usize::from(planned.key) % MOST_KEYS;
            let later = |tens: u8| (tens != 0).then(|| now + u64::from(tens) * 10);
            if listed.iter().all(|member| member.key != key) {
                listed.push(Member {
                    key,
                    seal_from: later(planned.seal_from),
                    accept_until: later(planned.accept_until),
                });
            }
        }
        // Of equal ones the first listed counts as the latest.
        let mut ordered = listed.clone();
        ordered.reverse();
        ordered.sort_by_key(|member| member.seal_from);
        Ring {
            listed,
            ordered,
            not_before,
        }
    }

    /// Moves the end of each key to where it may be.
    pub fn mend(&mut self) {
        let next = self.ordered.iter().skip(1).map(|next| next.seal_from);
        let next: Vec<_> = next.collect();
        for (member, next) in self.ordered.iter_mut().zip(next) {
            let first = next.map_or(0, |from| from + 1);
            member.accept_until = member.accept_until.map(|until| until.max(first));
        }
        if let Some(last) = self.ordered.last_mut() {
            last.accept_until = None;
        }
        for member in &mut self.listed {
            let ordered = self
                .ordered
                .iter()
                .find(|ordered| ordered.key == member.key);
            member.accept_until = ordered.and_then(|ordered| ordered.accept_until);
        }
    }

    /// Returns whether it is a ring (SPEC.md § 3.4.7).
    pub fn is_allowed(&self) -> bool {
        let Some(last) = self.ordered.last() else {
            return false;
        };
        let overlaps = |pair: &[Member]| match (pair[0].accept_until, pair[1].seal_from) {
            (Some(until), Some(from)) => until > from,
            _ => true,
        };
        last.accept_until.is_none() && self.ordered.windows(2).all(overlaps)
    }

    /// Returns the place of the key that seals.
    pub fn sealing_place(&self, now: u64) -> usize {
        let has_begun = |member: &Member| member.seal_from.is_none_or(|from| from <= now);
        self.ordered.iter().rposition(has_begun).unwrap_or(0)
    }

    pub fn sealing(&self, now: u64) -> usize {
        self.ordered[self.sealing_place(now)].key
    }

    pub fn place_of(&self, key: usize) -> Option<usize> {
        self.ordered.iter().position(|member| member.key == key)
    }

    pub fn is_retired(&self, key: usize, now: u64) -> bool {
        let mut members = self.ordered.iter().filter(|member| member.key == key);
        members.any(|member| member.accept_until.is_some_and(|until| now >= until))
    }

    /// Returns whether what the key has sealed opens.
    pub fn accepts(&self, key: usize, now: u64) -> bool {
        self.place_of(key).is_some() && !self.is_retired(key, now)
    }

    pub fn accepted(&self, now: u64) -> Vec<usize> {
        let keys = self.ordered.iter().map(|member| member.key);
        keys.filter(|key| self.accepts(*key, now)).collect()
    }

    /// Returns whether a key has sealed at `at` before the beginning of the next one.
    pub fn has_sealed_in_time(&self, key: usize, at: u64) -> bool {
        let place = self.place_of(key);
        let next = place.and_then(|place| self.ordered.get(place + 1)?.seal_from);
        next.is_some_and(|from| at < from)
    }

    /// Returns whether a key has opened for `seconds` since the next one began to seal.
    pub fn is_needed_no_more(&self, key: usize, seconds: u64, now: u64) -> bool {
        let place = self.place_of(key);
        let next = place.and_then(|place| self.ordered.get(place + 1)?.seal_from);
        next.is_some_and(|from| now >= from + seconds)
    }

    /// Returns the next change of a role, of which a beginning comes before an end. `id` gives the id of a key.
    pub fn next(&self, now: u64, id: impl Fn(usize) -> KeyId) -> Option<RingEvent> {
        let next = self.ordered.get(self.sealing_place(now) + 1);
        let from = next.and_then(|next| next.seal_from);
        let ends = self.ordered.iter().filter_map(|member| {
            let until = member.accept_until.filter(|until| *until > now)?;
            Some((until, member.key))
        });
        match (from, ends.min_by_key(|(until, _)| *until)) {
            (Some(from), end) if end.is_none_or(|(until, _)| from <= until) => Some(RingEvent {
                at: time(from),
                key: id(self.sealing(from)),
                role: KeyRole::Sealing,
            }),
            (_, end) => end.map(|(until, key)| RingEvent {
                at: time(until),
                key: id(key),
                role: KeyRole::Retired,
            }),
        }
    }

    /// Returns the fingerprint (SPEC.md § 3.6). `id` gives the id of a key.
    pub fn fingerprint(&self, id: impl Fn(usize) -> KeyId) -> String {
        let mut hash = Sha256::new();
        for member in &self.ordered {
            let id = u32::from_str_radix(&id(member.key).to_string(), 16).expect("it is a number");
            hash.update(id.to_be_bytes());
            for time in [member.seal_from, member.accept_until] {
                hash.update(time.unwrap_or(0).to_be_bytes());
            }
        }
        hash.update(self.not_before.to_be_bytes());
        let first = hash.finalize()[..8].try_into().expect("there are 32");
        format!("{:016x}", u64::from_be_bytes(first))
    }

    /// Returns the times at which the role of a key changes.
    pub fn edges(&self) -> impl Iterator<Item = u64> {
        let times = |member: &Member| [member.seal_from, member.accept_until];
        self.ordered.iter().flat_map(times).flatten()
    }

    /// Returns the ring of the library. `key` gives the key of a place.
    pub fn build<K: Into<RingKey>>(&self, key: impl Fn(usize) -> K) -> Result<KeyRing, KeyError> {
        let keys = self.listed.iter().map(|member| {
            let mut listed: RingKey = key(member.key).into();
            if let Some(from) = member.seal_from {
                listed = listed.seal_from(time(from));
            }
            match member.accept_until {
                Some(until) => listed.accept_until(time(until)),
                None => listed,
            }
        });
        Ok(KeyRing::from_keys(keys)?.with_not_before(time(self.not_before)))
    }
}

#[derive(Clone)]
pub struct Keys {
    pub shared: SharedKeyRing,
    pub are_signing: bool,
}

impl Keys {
    pub fn new(ring: &Ring, is_signed: bool) -> Keys {
        Keys {
            shared: built(ring, is_signed).expect("it has one key").into(),
            are_signing: is_signed,
        }
    }

    pub fn replace(&self, ring: &Ring) -> Result<(), KeyError> {
        self.shared.replace(built(ring, self.are_signing)?)
    }
}

fn built(ring: &Ring, is_signed: bool) -> Result<KeyRing, KeyError> {
    if is_signed {
        ring.build(signing_key)
    } else {
        ring.build(encryption_key)
    }
}

pub fn id_of(key: usize, is_signed: bool) -> KeyId {
    if is_signed {
        SIGNING_KEYS[key].1
    } else {
        ENCRYPTION_KEYS[key].1
    }
}

fn encryption_key(key: usize) -> EncryptionKey {
    ENCRYPTION_KEYS[key].0.parse().expect("it is a key")
}

fn signing_key(key: usize) -> SigningKey {
    SIGNING_KEYS[key].0.parse().expect("it is a key")
}

/// Texts and ids.
type Texts = [(String, KeyId); MOST_KEYS];

/// Half of them are of the other suite.
static ENCRYPTION_KEYS: LazyLock<Texts> = LazyLock::new(|| {
    array::from_fn(|which| {
        let key = match which % 2 {
            0 => EncryptionKey::generate(),
            _ => EncryptionKey::generate_xchacha20(),
        };
        let key = key.expect("there are random bytes");
        (key.expose_secret().to_string(), key.id())
    })
});

static SIGNING_KEYS: LazyLock<Texts> = LazyLock::new(|| {
    array::from_fn(|_| {
        let key = SigningKey::generate().expect("there are random bytes");
        (key.expose_secret().to_string(), key.id())
    })
});

pub const MOST_KEYS: usize = 4;
