//! A leaked key: pushes that end its forgeries, and pushes that do not.

use super::{
    attack::attack,
    plan::{A, B, C, DRIFT, HOUR, LEAD, PROPAGATION, Plan, Push, retirement},
    report::{Event, Kind, Report},
    simulation::{SKEW, Simulation},
};

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
