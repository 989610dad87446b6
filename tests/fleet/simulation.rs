//! A plan, carried out by a fleet while clients visit it.

use std::{env, thread};

use super::{
    clients,
    plan::{DRIFT, Plan},
    report::Report,
};

/// The setting `clock_skew`, in seconds: the largest difference between two clocks of a fleet.
pub(crate) const SKEW: u64 = 2 * DRIFT;

/// The parameters of a run.
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
        let seed = number("FLEET_SEED").unwrap_or(1);
        let clients = number("FLEET_CLIENTS").unwrap_or(2_500);
        println!("FLEET_SEED={seed} FLEET_CLIENTS={clients}");
        Simulation {
            plan,
            seed,
            instances: 1000,
            clients,
            skew: SKEW,
        }
    }

    /// Scales a count for 100,000 clients to the clients of this run.
    pub(crate) fn share_of(&self, of_100_000: u64) -> u64 {
        of_100_000 * self.clients / 100_000
    }

    /// Makes all visits of all clients. Clients are independent, so each thread takes some, with the same fleet. Its
    /// keys are derived for each thread, which pays for many clients only.
    pub(crate) fn run(&self) -> Report {
        let cores = thread::available_parallelism().map_or(1, usize::from) as u64;
        let threads = (self.clients / 10_000).clamp(1, cores.min(4));
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

fn number(variable: &str) -> Option<u64> {
    let text = env::var(variable).ok()?;
    Some(text.parse().expect("these variables are numbers"))
}
