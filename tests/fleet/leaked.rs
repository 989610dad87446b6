//! How often an active visitor is signed out after a leak: three instances get the new ring at different times.

use fastrand::Rng;
use hardtack::{KeyRing, SessionCookie, keys::SharedKeyRing};

use super::{
    plan::{A, B, Plan, Push},
    times::at,
};

/// The time at which the keys end, if they end at one time.
const END: u64 = 15 * 60;
const SEEDS: u64 = 10;

/// Sign-outs of a visitor who opens a page each second or two, and signs in again. `rollout`: seconds until the last
/// instance has the ring.
fn sign_outs(before: &KeyRing, after: &KeyRing, rollout: u64, seed: u64) -> u32 {
    let mut rng = Rng::with_seed(seed);
    let mut heard = [0, rng.u64(0..=rollout), rollout];
    rng.shuffle(&mut heard);
    let mut instances = heard.map(|heard| {
        let keys = SharedKeyRing::from(before.clone());
        let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
        (Some(60 + heard), keys, site)
    });
    let (mut cookie, mut sign_outs, mut now) = (None, 0, 0);
    // The push begins after a minute, and the visitor stays for half an hour.
    while now < 1800 {
        now += rng.u64(1..=2);
        let (hears, keys, site) = &mut instances[rng.usize(..heard.len())];
        if hears.take_if(|time| now >= *time).is_some() {
            keys.replace(after.clone()).unwrap();
        }
        let session = site.load(&cookie, at(now));
        if session.get::<u32>("user").unwrap().is_none() {
            sign_outs += u32::from(cookie.is_some());
            session.insert("user", 7).unwrap();
        } else if rng.bool() {
            session.insert("page", now).unwrap();
        }
        let fields = site.save(&session).unwrap();
        if let Some(field) = fields.into_iter().next() {
            cookie = Some(field.split(';').next().unwrap().to_owned());
        }
    }
    sign_outs
}

/// Sign-outs in runs with different seeds. They are printed.
fn in_runs(after: Push, rollout: u64) -> Vec<u32> {
    let plan = Plan::of([Push::at(0, [A]), after]);
    let [before, after] = [0, 1].map(|number| plan.ring(&plan.pushes[number]));
    let runs = (1..=SEEDS).map(|seed| sign_outs(&before, &after, rollout, seed));
    let runs = runs.collect();
    println!("{rollout} s: {runs:?}");
    runs
}

#[test]
fn where_all_keys_end_at_one_time_an_active_visitor_is_signed_out_once() {
    for rollout in [34, 600] {
        let ring = Push::at(0, [A.until(60 + END), B.from(60 + END)]);
        let runs = in_runs(ring, rollout);
        assert!(runs.iter().all(|times| *times == 1), "{runs:?}");
    }
}

#[test]
fn where_keys_are_dropped_at_once_an_active_visitor_is_signed_out_again_and_again() {
    for (rollout, least) in [(34, 2), (600, 20)] {
        let runs = in_runs(Push::at(0, [B]), rollout);
        assert!(runs.iter().all(|times| *times >= least), "{runs:?}");
    }
}
