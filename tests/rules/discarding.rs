//! Discarded changes.

use std::time::Duration;

use hardtack::{Session, carrier::RefreshAfter};

use super::{
    Work,
    common::{ENDED, READ, REFRESHED, Visit, WRITTEN, at, builder, check, cookie, signed_in},
};

#[track_caller]
fn check_with_cookie(work: Work, expected: &[&str]) {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for seconds in [1, 1000] {
        check(&Visit::to(&cookie).with(&pair).at(seconds), work, expected);
    }
}

#[test]
fn what_is_discarded_is_not_written() {
    let works: [Work; 7] = [
        |session| session.discard(),
        |session| session.insert("name", "Ada").and(session.discard()),
        |session| session.discard().and(session.insert("name", "Ada")),
        |session| session.renew().and(session.discard()),
        |session| session.clear().and(session.discard()),
        |session| session.remove("user").and(session.discard()),
        |session| session.discard().and(session.remove("user")).map(drop),
    ];
    for work in works {
        check_with_cookie(work, READ);
    }
    check(&Visit::to(&cookie()), works[1], READ);
}

#[test]
fn a_discarded_session_reads_as_it_was_changed() {
    let work = |session: &Session| {
        session.insert("name", "Ada")?;
        session.discard()?;
        assert_eq!(session.get("name")?, Some("Ada".to_owned()));
        Ok(())
    };
    check_with_cookie(work, READ);
}

#[test]
fn the_last_call_of_discard_and_save_counts() {
    check_with_cookie(|session| session.discard().and(session.save()), WRITTEN);
    check_with_cookie(|session| session.save().and(session.discard()), READ);
    let work: Work = |session| {
        session.save()?;
        session.discard()?;
        session.save()
    };
    check_with_cookie(work, WRITTEN);
    let cookie = cookie();
    let work = |session: &Session| {
        session.discard()?;
        session.insert("name", "Ada")?;
        session.save()
    };
    let answer = check(&Visit::to(&cookie), work, WRITTEN);
    assert_eq!(cookie.load([answer.pair()], at(0)).keys(), ["name"]);
}

#[test]
fn invalidating_beats_discarding_and_saving() {
    let works: [Work; 6] = [
        |session| session.invalidate().and(session.discard()),
        |session| session.discard().and(session.invalidate()).map(drop),
        |session| session.invalidate().and(session.save()),
        |session| session.save().and(session.invalidate()).map(drop),
        // Changes before and after it are discarded like any other.
        |session| {
            session
                .invalidate()
                .and(session.insert("name", 1))
                .and(session.discard())
        },
        |session| {
            session
                .discard()
                .and(session.invalidate())
                .and(session.insert("name", 1))
        },
    ];
    for work in works {
        check_with_cookie(work, ENDED);
    }
}

/// As a page does that a script asks for every few seconds.
#[test]
fn a_request_that_is_discarded_is_no_activity() {
    for refresh in [
        RefreshAfter::Always,
        RefreshAfter::EveryRequest,
        RefreshAfter::Interval(Duration::ZERO),
    ] {
        let cookie = builder().refresh_after(refresh).build().unwrap();
        let visit = Visit::to(&cookie).with(&signed_in(&cookie)).at(1000);
        check(
            &visit,
            |session| session.get::<u32>("user").map(drop),
            REFRESHED,
        );
        let work: Work = |session| {
            assert_eq!(session.get("user")?, Some(42));
            session.discard()
        };
        check(&visit, work, READ);
    }
}
