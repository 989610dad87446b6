//! Sessions with a lifetime of their own.

use std::time::Duration;

use hardtack::{
    KeyRing, Outcome, Reason, RefreshAfter, Session, SessionCookie, SessionCookieBuilder,
    SessionError,
};

use crate::common::{
    Answer, ENDED, HOUR, READ, REFRESHED, Visit, WRITTEN, at, builder, check, cookie, key, sealed,
    seconds, signed_in,
};

pub(super) type Work = fn(&Session) -> Result<(), SessionError>;

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

/// The cookie is written, to be kept for so many seconds.
#[track_caller]
pub(super) fn check_kept(visit: &Visit, work: Work, caching: &str, max_age: u64) -> Answer {
    let set_cookie = format!(
        "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age={max_age}"
    );
    check(visit, work, &[caching, &set_cookie, "vary: Cookie"])
}

pub(super) const NO_STORE: &str = "cache-control: no-store";
const PRIVATE: &str = "cache-control: private";

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
            .and(session.remember_for(days(10)))
    };
    let first = check_kept(&Visit::to(&month()), remember, NO_STORE, 10 * DAY);
    check_life(&month(), first.pair(), 10 * DAY - 1, Reason::Expired);
    // Each later write says the same deadline.
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
fn a_later_call_moves_the_deadline() {
    for (span, left) in [(1, 1), (20, 20), (25, 25), (26, 25), (400, 25)] {
        let visit = Visit::to(&month()).with(&remembered()).at(5 * DAY);
        let answer = visit.run(move |session| session.remember_for(days(span)));
        let field = answer.headers["set-cookie"].to_str().unwrap();
        // At most 30 days after it was issued.
        assert!(
            field.ends_with(&format!("; Max-Age={}", left * DAY)),
            "{span}"
        );
    }
}

#[test]
fn remembering_has_the_limit_of_the_cookie_and_of_browsers() {
    let long: Work = |session| session.remember_for(days(450));
    let answer = check_kept(&Visit::to(&month()), long, NO_STORE, 30 * DAY);
    check_life(&month(), answer.pair(), 30 * DAY - 1, Reason::Expired);
    // Browsers keep no cookie longer than 400 days; the session itself lives on.
    let years = remembering(days(1000)).build().unwrap();
    let answer = check_kept(&Visit::to(&years), long, NO_STORE, 400 * DAY);
    check_life(&years, answer.pair(), 450 * DAY - 1, Reason::Expired);
    let visit = Visit::to(&years).with(answer.pair()).at(100 * DAY);
    check_kept(&visit, |session| session.save(), NO_STORE, 350 * DAY);
    // A span that no clock reaches.
    check_kept(
        &Visit::to(&years),
        |session| session.remember_for(Duration::MAX),
        NO_STORE,
        400 * DAY,
    );
}

#[test]
fn a_shorter_limit_acts_at_once_on_what_is_out() {
    let week = remembering(days(7)).build().unwrap();
    check_life(&week, &remembered(), 7 * DAY - 1, Reason::Expired);
    let visit = Visit::to(&week).with(&remembered()).at(DAY);
    check_kept(
        &visit,
        |session| session.insert("name", 1),
        NO_STORE,
        6 * DAY,
    );
}

#[test]
fn a_remembered_session_has_no_idle_timeout_and_is_not_renewed_by_being_read() {
    let policies = [
        remembering(days(30)),
        remembering(days(30)).refresh_after(RefreshAfter::Always),
        remembering(days(30)).refresh_after(RefreshAfter::Span(seconds(1))),
    ];
    for policy in policies {
        let cookie = policy.build().unwrap();
        for now in [0, 1, 1800, 13 * HOUR, 5 * DAY, 10 * DAY - 1] {
            check(&Visit::to(&cookie).with(&remembered()).at(now), look, READ);
        }
    }
}

#[test]
fn a_remembered_session_is_sealed_again_with_the_same_deadline() {
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionCookie::encrypted(ring)
        .remember_up_to(days(30))
        .build()
        .unwrap();
    let visit = Visit::to(&rotated).with(&remembered()).at(4 * DAY);
    check_kept(&visit, look, PRIVATE, 6 * DAY);
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
    // The absolute timeout has passed long ago, so that is its end.
    check(
        &Visit::to(&month()).with(&remembered()).at(DAY),
        forget,
        ENDED,
    );
    // There is nothing to forget in these.
    check(
        &Visit::to(&month()).with(&signed_in(&month())),
        |session| session.forget(),
        READ,
    );
    check(&Visit::to(&month()), |session| session.forget(), READ);
    let both: Work = |session| session.remember_for(days(1)).and(session.forget());
    check(&Visit::to(&month()), both, READ);
}

#[test]
fn a_session_without_content_is_written_while_it_is_remembered() {
    let remember: Work = |session| session.remember_for(days(2));
    let answer = check_kept(&Visit::to(&month()), remember, NO_STORE, 2 * DAY);
    let visit = Visit::to(&month()).with(answer.pair()).at(5);
    let empty: Work = |session| {
        assert!(session.is_empty() && session.is_persistent() && session.id().is_none());
        Ok(())
    };
    check(&visit, empty, READ);
    check(&visit, |session| session.forget(), ENDED);
    // What made it non-empty may go; it is remembered all the same.
    let full = sealed(&month(), at(0), |session| {
        remember(session).and(session.insert("user", 42)).unwrap()
    });
    let visit = Visit::to(&month()).with(&full).at(5);
    check_kept(
        &visit,
        |session| session.remove("user").map(drop),
        NO_STORE,
        2 * DAY - 5,
    );
}

#[test]
fn clear_and_invalidate_end_a_remembered_session() {
    let visit = Visit::to(&month()).with(&remembered()).at(DAY);
    check(&visit, |session| session.clear(), ENDED);
    check(&visit, |session| session.invalidate().map(drop), ENDED);
    // A cleared session keeps its deadline, an invalidated one does not.
    let cleared: Work = |session| session.clear().and(session.insert("name", 1));
    check_kept(&visit, cleared, NO_STORE, 9 * DAY);
    let invalidated: Work = |session| session.invalidate().and(session.insert("name", 1));
    let answer = check(&visit, invalidated, WRITTEN);
    assert!(!month().load([answer.pair()], at(DAY)).is_persistent());
}

#[test]
fn a_sign_in_keeps_the_earlier_deadline() {
    let visit = Visit::to(&month()).with(&remembered()).at(3 * DAY);
    let renewals: [Work; 2] = [|session| session.renew(), |session| session.renew_id()];
    for renew in renewals {
        let answer = check_kept(&visit, renew, NO_STORE, 7 * DAY);
        check_life(&month(), answer.pair(), 10 * DAY - 1, Reason::Expired);
    }
}

#[test]
fn a_remembered_session_is_plain_where_nothing_is_remembered_any_more() {
    check_life(&cookie(), &remembered(), 1799, Reason::Idle);
    let without_idle = builder().idle_timeout(None).build().unwrap();
    check_life(&without_idle, &remembered(), 12 * HOUR - 1, Reason::Expired);
    // Renewed and written like any other, as long as the browser is open.
    let visit = Visit::to(&cookie()).with(&remembered());
    check(&visit.clone().at(449), look, READ);
    let answer = check(&visit.clone().at(450), look, REFRESHED);
    assert_eq!(
        cookie().load([answer.pair()], at(450)).expires_at(),
        Some(at(2250))
    );
    let answer = check(&visit.at(100), |session| session.insert("name", 1), WRITTEN);
    // What it was is not lost.
    let session = month().load([answer.pair()], at(9 * DAY));
    assert!(session.is_persistent());
    assert_eq!(session.expires_at(), Some(at(10 * DAY)));
}

#[test]
fn a_session_without_content_can_be_remembered_after_an_ending() {
    let work: Work = |session| session.invalidate().and(session.remember_for(days(2)));
    check_kept(&Visit::to(&month()), work, NO_STORE, 2 * DAY);
    let visit = Visit::to(&month()).with(&remembered()).at(DAY);
    check_kept(&visit, work, NO_STORE, 2 * DAY);
}
