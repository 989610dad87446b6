//! Sessions with a lifetime of their own.

use std::time::Duration;

use hardtack::{
    Session, SessionCookie, SessionError,
    carrier::{RefreshAfter, SessionCookieBuilder},
    session::{Outcome, Reason},
};

use super::{
    Work,
    common::{
        Answer, HOUR, READ, Visit, WRITTEN, at, builder, check, cookie, sealed, seconds, signed_in,
    },
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

fn look(session: &Session) -> Result<(), SessionError> {
    assert_eq!(session.get("user")?, Some(42));
    Ok(())
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
fn the_browser_keeps_a_remembered_session_until_its_deadline_and_no_longer() {
    let remember: Work = |session| {
        session
            .insert("user", 42)
            .and(session.remember_for(days(10)).map(drop))
    };
    let first = check_kept(&Visit::to(&month()), remember, NO_STORE, 10 * DAY);
    check_life(&month(), first.pair(), 10 * DAY - 1, Reason::Expired);
    // Each later write has the same deadline.
    for now in [1, 3 * DAY, 10 * DAY - 1] {
        let visit = Visit::to(&month()).with(first.pair()).at(now);
        let answer = check_kept(
            &visit,
            |session| session.insert("name", 1),
            NO_STORE,
            10 * DAY - now,
        );
        check_life(&month(), answer.pair(), 10 * DAY - 1, Reason::Expired);
        let session = month().load([answer.pair()], at(now));
        assert_eq!(session.expires_at(), Some(at(10 * DAY)));
    }
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

#[test]
fn a_remembered_session_has_no_idle_timeout_and_is_not_renewed_by_being_read() {
    let policies = [
        remembering(days(30)),
        remembering(days(30)).refresh_after(RefreshAfter::Always),
        remembering(days(30)).refresh_after(RefreshAfter::Interval(seconds(1))),
    ];
    for policy in policies {
        let cookie = policy.build().unwrap();
        for now in [0, 1, 1800, 13 * HOUR, 5 * DAY, 10 * DAY - 1] {
            check(&Visit::to(&cookie).with(&remembered()).at(now), look, READ);
        }
    }
}

#[test]
fn nothing_is_remembered_where_that_was_not_allowed() {
    let work: Work = |session| {
        let error = session.remember_for(days(1)).unwrap_err();
        assert!(matches!(error, SessionError::NotRemembering));
        assert!(error.to_string().contains("remember_up_to"), "{error}");
        assert!(!session.is_persistent());
        Ok(())
    };
    check(&Visit::to(&cookie()), work, READ);
    check(
        &Visit::to(&cookie()).with(&signed_in(&cookie())),
        work,
        READ,
    );
}

#[test]
fn a_forgotten_session_is_one_like_any_other() {
    let forget: Work = |session| {
        session.forget()?;
        assert!(!session.is_persistent());
        assert_eq!(session.created_at(), Some(at(0)));
        Ok(())
    };
    let answer = check(
        &Visit::to(&month()).with(&remembered()).at(100),
        forget,
        WRITTEN,
    );
    check_life(&month(), answer.pair(), 100 + 1799, Reason::Idle);
}
