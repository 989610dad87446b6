//! The pushes to a fleet. Times are seconds after the tests begin, on a correct clock.
//!
//! The times of visits: mostly close to a change, or to the end of the client's session.

use std::{collections::BTreeSet, time::SystemTime};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use fastrand::Rng;
use hardtack::{EncryptionKey, KeyRing, keys::RingKey};

use super::{
    instances::{Fleet, IDLE, REMEMBERED_IDLE},
    times::at,
};

pub(crate) const HOUR: u64 = 3600;
/// The most seconds until an instance has heard of a push.
pub(crate) const PROPAGATION: u64 = 600;
/// The most seconds by which a clock is fast or slow.
pub(crate) const DRIFT: u64 = 30;
/// From a push to the `seal_from` in it.
pub(crate) const LEAD: u64 = PROPAGATION + 2 * DRIFT;

/// A key whose follower seals from this time on retires when no token opens under it any more: no token opens for longer
/// than this without being sealed again, and its last activity is at most the difference of two clocks ahead.
pub(crate) fn retirement(follower_seals: u64) -> u64 {
    follower_seals + REMEMBERED_IDLE.max(IDLE) + 2 * DRIFT
}

/// A line of a ring: a key, and when its role changes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    pub(crate) key: usize,
    pub(crate) seal_from: Option<u64>,
    pub(crate) accept_until: Option<u64>,
}

pub(crate) const A: Line = Line::of(0);
pub(crate) const B: Line = Line::of(1);
pub(crate) const C: Line = Line::of(2);
pub(crate) const D: Line = Line::of(3);
const KEYS: usize = 4;

impl Line {
    const fn of(key: usize) -> Line {
        Line {
            key,
            seal_from: None,
            accept_until: None,
        }
    }

    pub(crate) fn from(self, time: u64) -> Line {
        let seal_from = Some(time);
        Line { seal_from, ..self }
    }

    pub(crate) fn until(self, time: u64) -> Line {
        let accept_until = Some(time);
        Line {
            accept_until,
            ..self
        }
    }
}

/// A ring, and the sessions it is meant to end.
#[derive(Clone, Debug)]
pub(crate) struct Push {
    pub(crate) at: u64,
    pub(crate) ring: Vec<Line>,
    /// It ends the sessions that were issued before.
    pub(crate) not_before: u64,
    /// It ends the sessions under these keys.
    pub(crate) drops: Vec<usize>,
    /// It ends them at this time.
    pub(crate) drops_at: u64,
}

impl Push {
    pub(crate) fn at<const N: usize>(at: u64, ring: [Line; N]) -> Push {
        Push {
            at,
            ring: ring.to_vec(),
            not_before: 0,
            drops: Vec::new(),
            drops_at: 0,
        }
    }

    pub(crate) fn not_before(self, not_before: u64) -> Push {
        Push { not_before, ..self }
    }

    pub(crate) fn dropping<const N: usize>(self, keys: [Line; N]) -> Push {
        let drops = keys.map(|line| line.key).to_vec();
        Push { drops, ..self }
    }

    /// Ends the dropped keys at a time, and not at once.
    pub(crate) fn ending_at(self, drops_at: u64) -> Push {
        Push { drops_at, ..self }
    }
}

/// The time since which a key seals; without a `seal_from`, the number of its push.
pub(crate) type Turn = (u64, usize);

/// All pushes, in their order. The first is there from the beginning.
pub(crate) struct Plan {
    keys: Vec<(u32, String)>,
    pub(crate) pushes: Vec<Push>,
}

impl Plan {
    /// Makes new keys; the result of a run does not depend on them.
    pub(crate) fn of(pushes: impl IntoIterator<Item = Push>) -> Plan {
        let key = |_| {
            let key = EncryptionKey::generate().unwrap();
            let id = u32::from_str_radix(&key.id().to_string(), 16).unwrap();
            (id, key.expose_secret().to_string())
        };
        Plan {
            keys: (0..KEYS).map(key).collect(),
            pushes: pushes.into_iter().collect(),
        }
    }

    /// The time after the last visit.
    pub(crate) fn end(&self) -> u64 {
        self.pushes[self.pushes.len() - 1].at + 8 * HOUR
    }

    pub(crate) fn key(&self, number: usize) -> EncryptionKey {
        self.keys[number].1.parse().unwrap()
    }

    /// The number of the key that a token names: fmt || kid || … in base64url (SPEC.md § 4).
    pub(crate) fn key_of(&self, pair: &str) -> usize {
        let (_, token) = pair.split_once('=').unwrap();
        let head = BASE64_URL_SAFE_NO_PAD.decode(&token[..8]).unwrap();
        let id = u32::from_be_bytes(head[1..5].try_into().unwrap());
        self.keys.iter().position(|key| key.0 == id).unwrap()
    }

    pub(crate) fn ring(&self, push: &Push) -> KeyRing {
        let key = |line: &Line| {
            let mut key = RingKey::from(self.key(line.key));
            if let Some(time) = line.seal_from {
                key = key.seal_from(at(time));
            }
            if let Some(time) = line.accept_until {
                key = key.accept_until(at(time));
            }
            key
        };
        let ring = KeyRing::from_keys(push.ring.iter().map(key)).unwrap();
        ring.with_not_before(at(push.not_before))
    }

    /// The times of all changes, in order.
    pub(crate) fn times(&self) -> Vec<u64> {
        let mut times = BTreeSet::new();
        for push in &self.pushes {
            times.extend([0, PROPAGATION / 2, PROPAGATION].map(|later| push.at + later));
            times.extend(push.ring.iter().filter_map(|line| line.seal_from));
            times.extend(push.ring.iter().filter_map(|line| line.accept_until));
            times.insert(push.not_before);
        }
        times.range(1..self.end()).copied().collect()
    }

    /// Whether some clocks are past a `seal_from` and some are not.
    pub(crate) fn is_turning(&self, time: u64) -> bool {
        let lines = self.pushes.iter().flat_map(|push| &push.ring);
        let mut turns = lines.filter_map(|line| line.seal_from);
        turns.any(|turn| time.abs_diff(turn) <= DRIFT)
    }
}

/// The time and the instance of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Visit {
    pub(crate) time: u64,
    pub(crate) instance: usize,
}

pub(crate) struct Schedule {
    /// The times of all changes, in order.
    times: Vec<u64>,
    /// The last visit comes before this time.
    end: u64,
}

impl Schedule {
    pub(crate) fn of(plan: &Plan) -> Schedule {
        Schedule {
            times: plan.times(),
            end: plan.end(),
        }
    }

    pub(crate) fn first(&self, rng: &mut Rng, fleet: &Fleet<'_>) -> Visit {
        let change = self.times[rng.usize(..self.times.len())];
        let before = if rng.bool() { 2 * DRIFT } else { 3 * HOUR };
        let time = around(rng, change, before, 2 * DRIFT);
        Visit {
            time: time.max(HOUR),
            instance: fleet.any(rng),
        }
    }

    /// The next visit of a client that visited at `time` and whose session ends at `end`.
    pub(crate) fn next(
        &self,
        rng: &mut Rng,
        time: u64,
        end: Option<SystemTime>,
        fleet: &Fleet<'_>,
    ) -> Option<Visit> {
        let instance = fleet.any(rng);
        let next = match rng.u8(0..20) {
            0..7 => time + rng.u64(1..=60),
            7..12 => time + rng.u64(60..=1500),
            12..15 => {
                // As the clock of the instance has it.
                let end = end.map_or(0, |end| end.duration_since(at(0)).unwrap().as_secs());
                let end = end.saturating_add_signed(-fleet.instances[instance].ahead);
                around(rng, end, 2, 1)
            }
            15..18 => {
                let change = self.times.partition_point(|&change| change <= time);
                let change = self.times.get(change + rng.usize(..3)).copied();
                around(rng, change.unwrap_or(0), 2 * DRIFT, 2 * DRIFT)
            }
            _ => time + rng.u64(HOUR..=14 * HOUR),
        };
        let time = next.max(time + 1);
        (time < self.end).then_some(Visit { time, instance })
    }
}

fn around(rng: &mut Rng, time: u64, before: u64, after: u64) -> u64 {
    rng.u64(time.saturating_sub(before)..=time + after)
}
