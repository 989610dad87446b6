//! Sessions with a lifetime of their own.

use std::time::Duration;

use hardtack::{
    SessionCookie,
    carrier::SessionCookieBuilder,
    session::{Outcome, Reason},
};

use super::{
    Work,
    common::{Answer, Visit, at, builder, check, sealed, seconds},
};

pub(super) const DAY: u64 = 86_400;

pub(super) fn days(count: u64) -> Duration {
    seconds(count * DAY)
}

fn remembering(up_to: Duration) -> SessionCookieBuilder {
    builder().remember_up_to(up_to)
}

pub(super) fn month() -> SessionCookie {
    remembering(days(30)).build().unwrap()
}

/// A visitor with an entry and an id, remembered for ten days after the tests begin.
pub(super) fn remembered() -> String {
    sealed(&month(), at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
        session.remember_for(days(10)).unwrap();
    })
}

/// Asserts that the cookie is written with this `Max-Age`.
#[track_caller]
pub(super) fn check_kept(visit: &Visit, work: Work, caching: &str, max_age: u64) -> Answer {
    let set_cookie = format!(
        "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age}"
    );
    check(visit, work, &[caching, &set_cookie, "vary: Cookie"])
}

pub(super) const NO_STORE: &str = "cache-control: no-store";

#[track_caller]
pub(super) fn check_life(cookie: &SessionCookie, pair: &str, last: u64, then: Reason) {
    assert!(!cookie.load([pair], at(last)).is_new(), "at {last}");
    let Outcome::Rejected { reason, .. } = cookie.load([pair], at(last + 1)).outcome() else {
        panic!("it opens");
    };
    assert_eq!(reason, then);
}

#[test]
fn remembering_has_the_limit_of_the_cookie_and_of_browsers() {
    let long: Work = |session| session.remember_for(days(450)).map(drop);
    let answer = check_kept(&Visit::to(&month()), long, NO_STORE, 30 * DAY);
    check_life(&month(), answer.pair(), 30 * DAY - 1, Reason::Expired);
    // Browsers keep no cookie longer than 400 days; the session itself lives on.
    let years = remembering(days(1000)).build().unwrap();
    let answer = check_kept(&Visit::to(&years), long, NO_STORE, 400 * DAY);
    check_life(&years, answer.pair(), 450 * DAY - 1, Reason::Expired);
    let visit = Visit::to(&years).with(answer.pair()).at(100 * DAY);
    check_kept(&visit, |session| session.save(), NO_STORE, 350 * DAY);
}
