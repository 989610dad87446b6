//! A plan, carried out by a fleet while clients visit it.
//!
//! Fleets with a mistake in their rotation: the simulation finds that mistake and nothing else.

use std::{env, thread};

use hardtack::session::Reason;

use super::{
    clients,
    plan::{A, B, DRIFT, HOUR, LEAD, PROPAGATION, Plan, Push, retirement},
    report::{Event, Fault, Kind, Report},
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

const PUSH: u64 = 6 * HOUR;

fn simulation<const N: usize>(pushes: [Push; N]) -> Simulation {
    let plan = [Push::at(0, [A])].into_iter().chain(pushes);
    Simulation {
        instances: 200,
        clients: 500,
        ..Simulation::of(Plan::of(plan))
    }
}

#[test]
fn a_key_that_seals_before_all_instances_know_it_costs_sessions() {
    let report = simulation([Push::at(PUSH, [B, A])]).run();
    report.assert_only(Kind::Lost);
    let unknown = report.of(Event::Refused(Reason::UnknownKey));
    assert_eq!(report.faults.len() as u64, unknown);
    for fault in report.faults {
        // Under B, where only A was known.
        assert_eq!((fault.key, fault.ring), (Some(B.key), 0));
        assert_eq!(fault.refusal, Some(Reason::UnknownKey));
        assert!((PUSH..PUSH + PROPAGATION).contains(&fault.visit.time));
    }
}

/// Without `seal_from` the order of the list says which key came first, and instances with two lists
/// disagree.
#[test]
fn two_orders_of_keys_send_cookies_back_and_forth() {
    let promotion = PUSH + HOUR;
    let report = simulation([Push::at(PUSH, [A, B]), Push::at(promotion, [B, A])]).run();
    report.assert_only(Kind::PingPong);
    for fault in report.faults {
        assert_eq!((fault.key, fault.ring), (Some(B.key), 1));
        assert!((promotion..promotion + PROPAGATION).contains(&fault.visit.time));
    }
}

#[test]
fn a_sealing_key_that_is_removed_costs_its_sessions_and_no_others() {
    let seals = PUSH + LEAD;
    let rotated = Push::at(PUSH, [A.until(retirement(seals)), B.from(seals)]);
    let removed = Push::at(PUSH + 3 * HOUR, [A]);

    let report = simulation([rotated.clone(), removed.clone()]).run();
    report.assert_only(Kind::Lost);
    for fault in report.faults {
        assert_eq!((fault.key, fault.ring), (Some(B.key), 2));
        assert_eq!(fault.refusal, Some(Reason::UnknownKey));
    }
    // If they are meant to be lost, there is no other fault.
    let report = simulation([rotated, removed.dropping([B])]).run();
    report.assert_faultless();
}

#[test]
fn clocks_that_differ_by_more_than_the_skew_refuse_sessions_for_as_long_as_they_do() {
    let seals = PUSH + LEAD;
    let rotated = Push::at(PUSH, [A.until(retirement(seals)), B.from(seals)]);
    let simulation = Simulation {
        skew: DRIFT,
        ..simulation([rotated])
    };
    let report = simulation.run();
    report.assert_faultless();
    report.assert_counted(15, [Event::Refused(Reason::NotYetValid)]);
}

#[test]
fn a_seed_gives_the_same_run_again() {
    let run = || {
        let faults = simulation([Push::at(PUSH, [B, A])]).run().faults;
        let found = |fault: &Fault| (fault.kind, fault.client, fault.visit);
        faults.iter().map(found).collect::<Vec<_>>()
    };
    assert_eq!(run(), run());
}
