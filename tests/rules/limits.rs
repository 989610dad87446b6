//! Sessions that are to end earlier than others.

use hardtack::Reason;

use crate::{
    common::{
        ENDED, HOUR, READ, Visit, WRITTEN, at, builder, check, cookie, sealed, seconds, signed_in,
    },
    remember::{DAY, NO_STORE, Work, check_kept, check_life, days, month, remembered},
};

#[test]
fn a_limit_ends_a_session_earlier_and_never_later() {
    let limited = |span| {
        sealed(&cookie(), at(0), |session| {
            session.insert("user", 42).unwrap();
            session.limit_to(seconds(span)).unwrap();
            assert!(!session.is_persistent());
        })
    };
    check_life(&cookie(), &limited(300), 299, Reason::Expired);
    check_life(&cookie(), &limited(DAY), 1799, Reason::Idle);
    let without_idle = builder().idle_timeout(None).build().unwrap();
    check_life(&without_idle, &limited(DAY), 12 * HOUR - 1, Reason::Expired);
    check_life(&without_idle, &limited(300), 299, Reason::Expired);
}

#[test]
fn a_limit_counts_from_now_and_the_earliest_end_counts() {
    let visit = Visit::to(&cookie()).with(&signed_in(&cookie())).at(100);
    let answer = check(&visit, |session| session.limit_to(seconds(500)), WRITTEN);
    check_life(&cookie(), answer.pair(), 599, Reason::Expired);
    let visit = Visit::to(&cookie()).with(answer.pair()).at(120);
    let earlier = check(&visit, |session| session.limit_to(seconds(50)), WRITTEN);
    check_life(&cookie(), earlier.pair(), 169, Reason::Expired);
    // The same end again is no change, and a later one is none.
    check(&visit, |session| session.limit_to(seconds(480)), READ);
    check(&visit, |session| session.limit_to(seconds(481)), READ);
    // Nothing is written for a limit alone.
    check(
        &Visit::to(&cookie()),
        |session| session.limit_to(seconds(9)),
        READ,
    );
}

#[test]
fn a_limit_is_not_lifted_by_forgetting_nor_by_remembering_anew() {
    let visit = Visit::to(&month()).with(&remembered()).at(DAY);
    let limit: Work = |session| session.limit_to(seconds(500));
    let limited = check_kept(&visit, limit, NO_STORE, 500);
    let visit = Visit::to(&month()).with(limited.pair()).at(DAY + 10);
    let remember: Work = |session| session.remember_for(days(10));
    check_kept(&visit, remember, NO_STORE, 490);
    let clear: Work = |session| session.clear().and(session.insert("name", 1));
    check_kept(&visit, clear, NO_STORE, 490);
    // Without being remembered it would be past its absolute timeout, limit or not.
    check(&visit, |session| session.forget(), ENDED);

    let both: Work = |session| {
        session.insert("user", 42)?;
        session.remember_for(days(10))?;
        session.limit_to(seconds(500))
    };
    let begun = check_kept(&Visit::to(&month()), both, NO_STORE, 500);
    let visit = Visit::to(&month()).with(begun.pair()).at(10);
    let forgotten = check(&visit, |session| session.forget(), WRITTEN);
    check_life(&month(), forgotten.pair(), 499, Reason::Expired);
}

#[test]
fn a_limit_ends_with_the_sign_in_after_the_request_that_set_it() {
    let limits: [Work; 2] = [
        |session| session.limit_to(seconds(50)).and(session.renew()),
        |session| session.renew().and(session.limit_to(seconds(50))),
    ];
    for limit in limits {
        let visit = Visit::to(&cookie()).with(&signed_in(&cookie())).at(100);
        let limited = check(&visit, limit, WRITTEN);
        check_life(&cookie(), limited.pair(), 149, Reason::Expired);
        let visit = Visit::to(&cookie()).with(limited.pair()).at(120);
        let renewed = check(&visit, |session| session.renew(), WRITTEN);
        check_life(&cookie(), renewed.pair(), 120 + 1799, Reason::Idle);
        // That of the earlier sign-in does not hold for the new one, whose own one does.
        let again: Work = |session| session.limit_to(seconds(500)).and(session.renew());
        let again = check(&visit, again, WRITTEN);
        check_life(&cookie(), again.pair(), 619, Reason::Expired);
        let invalidated: Work = |session| {
            session.limit_to(seconds(5))?;
            session.invalidate()?;
            session.renew()
        };
        let invalidated = check(&visit, invalidated, WRITTEN);
        check_life(&cookie(), invalidated.pair(), 120 + 1799, Reason::Idle);
    }
}

#[test]
fn a_limit_shortens_a_remembered_session_that_stays_remembered() {
    let visit = Visit::to(&month()).with(&remembered()).at(DAY);
    let answer = check_kept(
        &visit,
        |session| session.limit_to(days(2)),
        NO_STORE,
        2 * DAY,
    );
    check_life(&month(), answer.pair(), 3 * DAY - 1, Reason::Expired);
}

#[test]
fn of_a_limit_and_a_remembered_span_the_earlier_one_counts() {
    let visit = Visit::to(&month());
    let limited: Work = |session| {
        session.insert("user", 42)?;
        session.limit_to(days(2))?;
        session.remember_for(days(10))
    };
    check_kept(&visit, limited, NO_STORE, 2 * DAY);
    let remembered_first: Work = |session| {
        session.insert("user", 42)?;
        session.remember_for(days(2))?;
        session.limit_to(days(10))
    };
    check_kept(&visit, remembered_first, NO_STORE, 2 * DAY);
}

#[test]
fn a_session_without_any_time_left_is_ended_at_once() {
    let works: [Work; 2] = [
        |session| session.insert("user", 42).and(session.limit_to(seconds(0))),
        |session| {
            session
                .insert("user", 42)
                .and(session.remember_for(seconds(0)))
        },
    ];
    for work in works {
        let visit = Visit::to(&month());
        check(&visit, work, READ);
        check(&visit.with(&remembered()).at(DAY), work, ENDED);
    }
}
