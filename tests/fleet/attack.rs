//! An attacker who has a key of a fleet, and knows the clock and the ring of every instance.
//!
//! A leaked key: pushes that end its forgeries, and pushes that do not.

use fastrand::Rng;
use hardtack::SessionCookie;

use super::{
    instances::{Deed, Fleet, REMEMBER, policy},
    plan::{A, B, C, DRIFT, HOUR, LEAD, Line, PROPAGATION, Plan, Push, Visit, retirement},
    report::{Event, Fault, Kind, Report},
    simulation::{SKEW, Simulation},
    times::{at, seconds},
};

struct Attacker<'a> {
    fleet: Fleet<'a>,
    skew: u64,
    leaked: usize,
    /// A site under the leaked key.
    forger: SessionCookie,
    /// The number of the push that drops the key.
    drop: usize,
    /// From this time on no forgery may open.
    dealt_with: u64,
    /// The forgeries, and the cookies that came back for them.
    hoard: Vec<String>,
    rng: Rng,
    report: Report,
}

/// A count that no honest session reaches.
const FORGED: u32 = 1_000_000;

/// Forges under a key from `leak` on, and replays what comes back. The fleet has dealt with it when every
/// instance has heard of the last push.
pub(crate) fn attack(simulation: &Simulation, key: Line, leak: u64) -> Report {
    let plan = &simulation.plan;
    let fleet = Fleet::of(simulation);
    let drop = { plan.pushes.iter() }.position(|push| push.drops.contains(&key.key));
    let mut attacker = Attacker {
        skew: simulation.skew,
        leaked: key.key,
        forger: policy(plan.key(key.key)).build().unwrap(),
        drop: drop.unwrap(),
        dealt_with: fleet
            .last_heard()
            .max(plan.pushes[drop.unwrap()].drops_at + DRIFT),
        fleet,
        hoard: Vec::new(),
        rng: Rng::with_seed(!simulation.seed),
        report: Report::default(),
    };
    attacker.run(leak, plan.end());
    attacker.report
}

impl Attacker<'_> {
    fn run(&mut self, leak: u64, end: u64) {
        let urgent = self.fleet.plan.pushes[self.drop].at..self.dealt_with + HOUR / 12;
        let mut time = leak;
        // One fault says all that a test asks for.
        while time < end && self.report.faults.is_empty() {
            self.fleet.listen(time);
            self.forge(time);
            for _ in 0..3 {
                self.replay(time);
            }
            // At once, while the slow clocks catch up, and later.
            if [0, 30, 60, 120, HOUR].contains(&time.wrapping_sub(self.dealt_with)) {
                self.replay_all(time);
            }
            time += if urgent.contains(&time) { 1 } else { 60 };
        }
    }

    /// Presents a forgery from as far in the future as the instance allows, which is the one with the
    /// fastest clock of those that still accept the key.
    fn forge(&mut self, time: u64) {
        let instances = self.fleet.instances.iter().enumerate();
        let accepting = instances.filter(|(_, instance)| instance.ring < self.drop);
        let fastest = accepting.max_by_key(|(_, instance)| instance.ahead);
        let instance = fastest.map_or_else(|| self.fleet.any(&mut self.rng), |(place, _)| place);
        let now = self.fleet.instances[instance].clock(time);
        let remembered = self.rng.bool();
        let forged = self.forger.cookie_for(at(now + self.skew), |session| {
            if remembered {
                session.remember_for(seconds(REMEMBER))?;
            }
            session.insert("count", FORGED)
        });
        self.hoard.push(forged.unwrap());
        self.present(self.hoard.len() - 1, Visit { time, instance }, Deed::Read);
    }

    fn replay(&mut self, time: u64) {
        let all = self.hoard.len();
        let place = if self.rng.bool() {
            self.rng.usize(..all)
        } else {
            self.rng.usize(all.saturating_sub(16)..all)
        };
        let instance = self.fleet.any(&mut self.rng);
        let deed = [Deed::Read, Deed::Count, Deed::SignIn][self.rng.usize(..3)];
        self.present(place, Visit { time, instance }, deed);
    }

    fn replay_all(&mut self, time: u64) {
        let instances = self.fleet.instances.iter().enumerate();
        let slowest = instances.min_by_key(|(_, instance)| instance.ahead);
        let slowest = slowest.unwrap().0;
        for place in 0..self.hoard.len() {
            for instance in [slowest, self.fleet.any(&mut self.rng)] {
                self.present(place, Visit { time, instance }, Deed::Read);
            }
            if !self.report.faults.is_empty() {
                return;
            }
        }
    }

    fn present(&mut self, place: usize, visit: Visit, deed: Deed) {
        let cookie = &self.hoard[place];
        let instance = &self.fleet.instances[visit.instance];
        let answer = instance.answer(Some(cookie), deed, visit.time);
        self.report.count(Event::Visit);
        if answer.count.is_none_or(|count| count < FORGED) {
            return;
        }
        if visit.time >= self.dealt_with {
            self.report.faults.push(Fault {
                kind: Kind::Forged,
                client: 0,
                visit,
                ring: instance.ring,
                key: Some(self.fleet.plan.key_of(cookie)),
                refusal: answer.refusal,
            });
        }
        if let Some(cookie) = answer.cookie {
            if self.fleet.plan.key_of(&cookie) != self.leaked {
                self.report.count(Event::Laundered);
            }
            self.hoard.push(cookie);
        }
    }
}

const ROTATION: u64 = 6 * HOUR;
const LEAK: u64 = 9 * HOUR;
const DROP: u64 = 10 * HOUR;

/// Key A leaked after B had replaced it; `pushes` are the response.
fn leak(pushes: impl IntoIterator<Item = Push>) -> Simulation {
    let seals = ROTATION + LEAD;
    let rotated = Push::at(ROTATION, [A.until(retirement(seals)), B.from(seals)]);
    let plan = [Push::at(0, [A]), rotated].into_iter().chain(pushes);
    Simulation {
        instances: 500,
        clients: 500,
        ..Simulation::of(Plan::of(plan))
    }
}

/// Asserts that some forgeries came back under a good key before the leak was dealt with.
#[track_caller]
fn attacked(simulation: &Simulation) -> Report {
    let report = attack(simulation, A, LEAK);
    report.assert_counted(100, [Event::Laundered]);
    report
}

/// Later than the beginning of any session that an instance still accepting A can begin. It is pushed ahead of
/// time; until it has passed, no session lives at an instance that knows it.
const OVER: u64 = DROP + PROPAGATION + DRIFT + SKEW;

#[test]
fn dropping_a_leaked_key_together_with_a_time_ends_its_forgeries() {
    let simulation = leak([Push::at(DROP, [B]).dropping([A]).not_before(OVER)]);
    attacked(&simulation).assert_faultless();
    simulation.run().assert_faultless();
}

#[test]
fn dropping_a_leaked_key_with_all_that_sealed_beside_it_ends_its_forgeries() {
    let seals = ROTATION + LEAD;
    // All instances know C before any seals with it, and none that seals with it still accepts A.
    let announced = [
        A.until(retirement(seals)),
        B.from(seals),
        C.from(DROP + HOUR),
    ];
    let alone = Push::at(DROP, [C]).dropping([A, B]);
    let simulation = leak([Push::at(LEAK, announced), alone]);
    attacked(&simulation).assert_faultless();
    simulation.run().assert_faultless();
}

#[test]
fn forgeries_live_on_where_a_leaked_key_is_merely_removed() {
    let simulation = leak([Push::at(DROP, [B]).dropping([A])]);
    attacked(&simulation).assert_only(Kind::Forged);
    simulation.run().assert_faultless();
}

/// As `hardtack ring leaked --at` does.
fn handed_over(overlap: u64) -> Simulation {
    let (seals, end) = (ROTATION + LEAD, DROP + LEAD);
    let ended = [
        A.until(end + overlap),
        B.from(seals).until(end + overlap),
        C.from(end),
    ];
    let push = Push::at(DROP, ended).dropping([A, B]);
    leak([push.ending_at(end + overlap)])
}

#[test]
fn keys_that_end_as_a_new_one_begins_to_seal_end_their_forgeries() {
    let simulation = handed_over(0);
    attacked(&simulation).assert_faultless();
    simulation.run().assert_faultless();
}

#[test]
fn forgeries_live_on_where_the_keys_end_some_seconds_later() {
    attacked(&handed_over(5)).assert_only(Kind::Forged);
}

/// A forgery may begin as late as the fastest clock shows, plus the skew that this instance allows.
#[test]
fn forgeries_live_on_where_the_time_allows_for_the_skew_and_not_for_clocks() {
    let time = DROP + PROPAGATION + SKEW;
    let simulation = leak([Push::at(DROP, [B]).dropping([A]).not_before(time)]);
    attacked(&simulation).assert_only(Kind::Forged);
}

/// `renew` gives a session a new beginning and keeps its content, even if that is forged.
#[test]
fn forgeries_live_on_where_the_time_has_passed_when_it_is_pushed() {
    let dropped = Push::at(DROP, [B]).dropping([A]);
    let later = Push::at(DROP + HOUR / 2, [B])
        .dropping([A])
        .not_before(OVER);
    attacked(&leak([dropped, later])).assert_only(Kind::Forged);
}
