//! A plan, carried out by a fleet while clients visit it.

use std::{env, thread};

use crate::{
    clients,
    plan::{DRIFT, Plan},
    report::Report,
};

/// The setting `clock_skew`, in seconds: two clocks of a fleet differ by no more.
pub(crate) const SKEW: u64 = 2 * DRIFT;

/// What a run depends on.
pub(crate) struct Simulation {
    pub(crate) plan: Plan,
    pub(crate) seed: u64,
    pub(crate) instances: usize,
    pub(crate) clients: u64,
    /// The setting `clock_skew`, in seconds.
    pub(crate) skew: u64,
}

impl Simulation {
    pub(crate) fn of(plan: Plan) -> Simulation {
        let seed = seed();
        println!("FLEET_SEED={seed}");
        Simulation {
            plan,
            seed,
            instances: 1000,
            clients: 100_000,
            skew: SKEW,
        }
    }

    /// All visits of all clients. They know nothing of each other, so threads share them out; each has
    /// the same fleet.
    pub(crate) fn run(&self) -> Report {
        let threads = thread::available_parallelism()
            .map_or(1, usize::from)
            .min(4) as u64;
        thread::scope(|scope| {
            let share = |first| {
                let numbers = (first..self.clients).step_by(threads as usize);
                scope.spawn(move || clients::visit(self, numbers))
            };
            let shares: Vec<_> = (0..threads).map(share).collect();
            let reports = shares.into_iter().map(|share| share.join().unwrap());
            reports.fold(Report::default(), Report::with)
        })
    }
}

fn seed() -> u64 {
    env::var("FLEET_SEED").map_or(1, |seed| seed.parse().expect("FLEET_SEED is a number"))
}
