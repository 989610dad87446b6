//! Three planned rotations, a rollback, and a key that leaked.

use hardtack::session::Reason;

use super::{
    attack::attack,
    plan::{A, B, C, D, DRIFT, HOUR, LEAD, PROPAGATION, Plan, Push, retirement},
    report::Event,
    simulation::{SKEW, Simulation},
};

const LEAK: u64 = 63 * HOUR;

fn eventful() -> Plan {
    let [first, second, third, back, drop] = [6, 32, 58, 61, 66].map(|hours| hours * HOUR);
    let [b, c, d, c_again] = [first, second, third, back].map(|push| push + LEAD);
    Plan::of([
        Push::at(0, [A]),
        Push::at(first, [A.until(retirement(b)), B.from(b)]),
        // A has retired and is still listed.
        Push::at(
            second,
            [
                A.until(retirement(b)),
                B.from(b).until(retirement(c)),
                C.from(c),
            ],
        ),
        Push::at(third, [C.from(c).until(retirement(d)), D.from(d)]),
        // C seals again.
        Push::at(
            back,
            [D.from(d).until(retirement(c_again)), C.from(c_again)],
        ),
        Push::at(drop, [C.from(c_again)])
            .dropping([D])
            .not_before(drop + PROPAGATION + DRIFT + SKEW),
    ])
}

#[test]
fn a_session_lives_as_long_as_it_should_whatever_becomes_of_the_keys() {
    let simulation = Simulation::of(eventful());
    let report = simulation.run();
    report.assert_faultless();
    let assert_counted = |of_100_000, events: &[Event]| {
        let least = simulation.share_of(of_100_000);
        report.assert_counted(least, events.iter().copied());
    };
    assert_counted(600_000, &[Event::Visit]);
    for push in 1..=5 {
        assert_counted(5_000, &[Event::Heard(push), Event::Unheard(push)]);
    }
    let events = [Event::Turn, Event::Opened, Event::Begun, Event::SignedIn];
    assert_counted(10_000, &events);
    assert_counted(10_000, &[Event::Refreshed, Event::Resealed]);
    let reasons = [
        Reason::Idle,
        Reason::Expired,
        Reason::Revoked,
        Reason::RetiredKey,
        Reason::UnknownKey,
    ];
    assert_counted(1_000, &reasons.map(Event::Refused));
}

#[test]
fn no_forgery_opens_once_a_leaked_key_is_dealt_with() {
    let report = attack(&Simulation::of(eventful()), D, LEAK);
    report.assert_faultless();
    report.assert_counted(1_000, [Event::Laundered]);
}
