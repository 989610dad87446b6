//! A ring that is replaced again and again while it is in use.

use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU32, Ordering::SeqCst},
    thread,
};

use hardtack::{SessionCookie, keys::SharedKeyRing, session::Outcome};

use super::{
    plan::{A, B, C, D, Plan, Push},
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
