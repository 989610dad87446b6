//! A ring that is replaced again and again while it is in use.
//!
//! Three planned rotations, a rollback, and a key that leaked.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    thread,
};

use hardtack::{
    SessionCookie,
    keys::SharedKeyRing,
    session::{Outcome, Reason},
};

use super::{
    attack::attack,
    plan::{A, B, C, D, DRIFT, HOUR, LEAD, PROPAGATION, Plan, Push, retirement},
    report::Event,
    simulation::{SKEW, Simulation},
    times::at,
};

const REPLACEMENTS: u32 = 2_000;
/// Replacements after which both threads must have made progress.
const ROUND: u32 = 20;

/// Rings with their keys in different orders. Each accepts what the others seal.
fn rings() -> Plan {
    Plan::of([
        Push::at(0, [A, B, C]),
        Push::at(0, [B, C, D, A]),
        Push::at(0, [C, A, B]),
    ])
}

/// Counts in a session, which must open each time, until all replacements are made. Returns the keys
/// that sealed, and how often the ring was replaced between a load and its save.
fn count(
    site: &SessionCookie,
    plan: &Plan,
    counted: &AtomicU32,
    replaced: &AtomicU32,
) -> (BTreeSet<usize>, u32) {
    let (mut sealed, mut overtaken) = (BTreeSet::new(), 0);
    let mut cookie = None;
    loop {
        let before = replaced.load(SeqCst);
        if before == REPLACEMENTS {
            break;
        }
        let session = site.load(&cookie, at(0));
        let count = counted.load(SeqCst);
        assert_eq!(session.get("count").unwrap(), (count > 0).then_some(count));
        assert!(!matches!(session.outcome(), Outcome::Rejected { .. }));
        session.insert("count", count + 1).unwrap();
        let fields = site.save(&session).unwrap();
        let field = fields.into_iter().next().unwrap();
        let pair = field.split(';').next().unwrap().to_owned();
        sealed.insert(plan.key_of(&pair));
        cookie = Some(pair);
        counted.store(count + 1, SeqCst);
        overtaken += u32::from(replaced.load(SeqCst) > before);
    }
    let last = site.load(&cookie, at(0));
    assert_eq!(last.get("count").unwrap(), Some(counted.load(SeqCst)));
    (sealed, overtaken)
}

#[test]
fn a_ring_is_replaced_two_thousand_times_while_two_threads_use_it() {
    let plan = rings();
    let rings: Vec<_> = plan.pushes.iter().map(|push| plan.ring(push)).collect();
    let keys = SharedKeyRing::from(rings[0].clone());
    let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let replaced = AtomicU32::new(0);
    let counted = [AtomicU32::new(0), AtomicU32::new(0)];

    let results = thread::scope(|scope| {
        let (site, plan, replaced) = (&site, &plan, &replaced);
        let start = |counted| scope.spawn(move || count(site, plan, counted, replaced));
        let threads = counted.each_ref().map(start);
        for _ in 0..REPLACEMENTS / ROUND {
            let before = counted.each_ref().map(|counted| counted.load(SeqCst));
            for _ in 0..ROUND {
                let next = replaced.load(SeqCst) as usize + 1;
                keys.replace(rings[next % rings.len()].clone()).unwrap();
                replaced.fetch_add(1, SeqCst);
            }
            let got_on = |thread: usize| counted[thread].load(SeqCst) > before[thread];
            let all_run = || threads.iter().all(|thread| !thread.is_finished());
            while all_run() && !(got_on(0) && got_on(1)) {
                thread::yield_now();
            }
        }
        threads.map(|thread| thread.join().unwrap())
    });

    assert_eq!(replaced.into_inner(), REPLACEMENTS);
    for (counted, (sealed, overtaken)) in counted.into_iter().zip(results) {
        assert!(counted.into_inner() >= REPLACEMENTS / ROUND - 1);
        assert!(overtaken >= 10, "{overtaken}");
        assert_eq!(sealed, BTreeSet::from([A.key, B.key, C.key]));
    }
}

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
