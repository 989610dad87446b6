//! The moments of visits: mostly close to a change, or to the end of the client's session.

use fastrand::Rng;

use super::{
    instances::Fleet,
    model::Written,
    plan::{DRIFT, HOUR, Plan},
};

/// The moment and the instance of a visit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Visit {
    pub(crate) moment: u64,
    pub(crate) instance: usize,
}

pub(crate) struct Schedule {
    /// The moments of all changes, in order.
    moments: Vec<u64>,
    /// The last visit comes before this moment.
    end: u64,
}

impl Schedule {
    pub(crate) fn of(plan: &Plan) -> Schedule {
        Schedule {
            moments: plan.moments(),
            end: plan.end(),
        }
    }

    pub(crate) fn first(&self, rng: &mut Rng, fleet: &Fleet<'_>) -> Visit {
        let change = self.moments[rng.usize(..self.moments.len())];
        let before = if rng.bool() { 2 * DRIFT } else { 3 * HOUR };
        let moment = around(rng, change, before, 2 * DRIFT);
        Visit {
            moment: moment.max(HOUR),
            instance: fleet.any(rng),
        }
    }

    /// The next visit of a client that visited at `moment` and has this session, if any.
    pub(crate) fn next(
        &self,
        rng: &mut Rng,
        moment: u64,
        session: Option<Written>,
        fleet: &Fleet<'_>,
    ) -> Option<Visit> {
        let instance = fleet.any(rng);
        let next = match rng.u8(0..20) {
            0..7 => moment + rng.u64(1..=60),
            7..12 => moment + rng.u64(60..=1500),
            12..15 => {
                // As the clock of the instance has it.
                let end = session.map_or(0, |session| session.end());
                let end = end.saturating_add_signed(-fleet.instances[instance].ahead);
                around(rng, end, 2, 1)
            }
            15..18 => {
                let change = self.moments.partition_point(|&change| change <= moment);
                let change = self.moments.get(change + rng.usize(..3)).copied();
                around(rng, change.unwrap_or(0), 2 * DRIFT, 2 * DRIFT)
            }
            _ => moment + rng.u64(HOUR..=14 * HOUR),
        };
        let moment = next.max(moment + 1);
        (moment < self.end).then_some(Visit { moment, instance })
    }
}

fn around(rng: &mut Rng, moment: u64, before: u64, after: u64) -> u64 {
    rng.u64(moment.saturating_sub(before)..=moment + after)
}
