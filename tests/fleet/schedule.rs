//! The times of visits: mostly close to a change, or to the end of the client's session.

use fastrand::Rng;

use super::{
    instances::Fleet,
    model::Written,
    plan::{DRIFT, HOUR, Plan},
};

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

    /// The next visit of a client that visited at `time` and has this session, if any.
    pub(crate) fn next(
        &self,
        rng: &mut Rng,
        time: u64,
        session: Option<Written>,
        fleet: &Fleet<'_>,
    ) -> Option<Visit> {
        let instance = fleet.any(rng);
        let next = match rng.u8(0..20) {
            0..7 => time + rng.u64(1..=60),
            7..12 => time + rng.u64(60..=1500),
            12..15 => {
                // As the clock of the instance has it.
                let end = session.map_or(0, |session| session.end());
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
