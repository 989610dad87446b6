//! What a fleet finds by chance, shown with two instances.

use hardtack::{Reason, Session, SessionCookie};

use crate::{
    fleet::policy,
    model::REMEMBER,
    moments::{at, seconds},
    outcome::reason,
    plan::{A, B, DRIFT, HOUR, Plan, Push, retirement},
};

/// An instance, and what its clock shows.
type Place<'a> = (&'a SessionCookie, u64);

/// A site for each ring.
fn sites<const N: usize>(rings: [Push; N]) -> [SessionCookie; N] {
    let plan = Plan::of(rings);
    let site = |number: usize| policy(plan.ring(&plan.pushes[number])).build().unwrap();
    std::array::from_fn(site)
}

/// Visits an instance. Returns whether a cookie was set.
fn visit(cookie: &mut String, (site, now): Place<'_>, page: impl Fn(&Session)) -> bool {
    let session = site.load([&*cookie], at(now));
    page(&session);
    let set = site.save(&session).unwrap().into_iter().next();
    let is_set = set.is_some();
    if let Some(field) = set {
        *cookie = field.split(';').next().unwrap().to_owned();
    }
    is_set
}

fn begin(session: &Session) {
    session.insert("count", 1).unwrap();
}

fn read(session: &Session) {
    assert!(!session.is_new());
}

/// How many cookies a session gets that is begun at the second place and then read ten times, by turns.
fn cookies_for_ten_reads(places: [Place<'_>; 2]) -> usize {
    let mut cookie = String::new();
    visit(&mut cookie, places[1], begin);
    let turns = places.into_iter().cycle().take(10);
    turns
        .filter(|&place| visit(&mut cookie, place, read))
        .count()
}

#[test]
fn a_reader_gets_a_cookie_at_every_visit_where_instances_list_keys_in_another_order() {
    let [one, other] = sites([Push::at(0, [A, B]), Push::at(0, [B, A])]);
    assert_eq!(cookies_for_ten_reads([(&one, HOUR), (&other, HOUR)]), 10);
}

#[test]
fn a_reader_gets_one_cookie_where_a_time_says_when_a_key_seals() {
    let [site] = sites([Push::at(0, [A, B.from(HOUR)])]);
    let (slow, fast) = ((&site, HOUR - DRIFT), (&site, HOUR + DRIFT));
    assert_eq!(cookies_for_ten_reads([slow, fast]), 0);
    assert_eq!(cookies_for_ten_reads([fast, slow]), 1);
}

/// A session of a fast clock begins after the next key's `seal_from` and may be sealed under the earlier
/// key by a slow one.
#[test]
fn a_key_that_retires_with_no_regard_to_clocks_costs_the_last_seconds_of_a_session() {
    let seals = 6 * HOUR;
    for (until, lives) in [(seals + REMEMBER, false), (retirement(seals), true)] {
        let [site] = sites([Push::at(0, [A.until(until), B.from(seals)])]);
        let mut cookie = String::new();
        visit(&mut cookie, (&site, seals + DRIFT - 1), |session| {
            session.insert("count", 1).unwrap();
            session.remember_for(seconds(REMEMBER)).unwrap();
        });
        visit(&mut cookie, (&site, seals - DRIFT), |session| {
            session.insert("count", 2).unwrap();
        });
        let end = seals + DRIFT - 1 + REMEMBER;
        let session = site.load([cookie], at(end - 1));
        assert_eq!(session.expires_at(), lives.then_some(at(end)));
        if !lives {
            assert_eq!(reason(&session), Some(Reason::RetiredKey));
        }
    }
}
