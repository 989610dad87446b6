//! Ended sessions and their cookies.
//!
//! Discarded changes.

use std::time::Duration;

use hardtack::{Session, carrier::RefreshAfter};

use super::{
    Login, Work,
    common::{
        ENDED, Jar, READ, REFRESHED, Visit, WRITTEN, at, builder, builder_of, check, cookie,
        sealed, set_cookies, signed_in,
    },
};

/// The ways to end a session with the one entry `user`.
const ENDINGS: [Work; 8] = [
    |session| session.invalidate().map(drop),
    |session| session.clear(),
    |session| session.remove("user").map(drop),
    |session| session.take::<u32>("user").map(drop),
    |session| session.insert("name", 1).and(session.clear()),
    |session| session.clear().and(session.save()),
    |session| {
        session
            .clear()
            .and(session.insert("name", 1))
            .and(session.remove("name"))
            .map(drop)
    },
    |session| session.clear().and(session.invalidate()).map(drop),
];

#[test]
fn an_ended_session_is_expired_in_the_browser() {
    let cookie = cookie();
    for work in ENDINGS {
        let mut jar = Jar::default();
        let answer = check(
            &Visit::to(&cookie),
            |session| session.insert("user", 42),
            WRITTEN,
        );
        jar.receive(set_cookies(&answer.headers));
        let answer = check(&Visit::to(&cookie).with(&jar.field()), work, ENDED);
        jar.receive(set_cookies(&answer.headers));
        assert!(jar.is_empty());
    }
}

#[test]
fn an_ending_is_sent_with_any_status_and_to_any_destination() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for work in ENDINGS {
        for status in [200, 303, 401, 404, 500, 503] {
            check(
                &Visit::to(&cookie).with(&pair).answered(status),
                work,
                ENDED,
            );
        }
        check(
            &Visit::to(&cookie).with(&pair).loading("image"),
            work,
            ENDED,
        );
        // Also if a refresh is due.
        check(&Visit::to(&cookie).with(&pair).at(1000), work, ENDED);
    }
}

#[test]
fn without_a_cookie_there_is_nothing_to_expire() {
    let cookie = cookie();
    for cookies in [
        "",
        "theme=dark",
        "session=1; __Host-sessionx=2; x__Host-session=3",
    ] {
        for work in ENDINGS {
            check(&Visit::to(&cookie).with(cookies), work, READ);
        }
    }
}

#[test]
fn a_cookie_that_does_not_open_is_expired_by_invalidate_and_clear() {
    let cookie = cookie();
    let expired = signed_in(&cookie);
    for cookies in ["__Host-session=junk", "__Host-session=", &expired] {
        let visit = Visit::to(&cookie).with(cookies).at(100_000);
        check(&visit, |session| session.invalidate().map(drop), ENDED);
        check(&visit, |session| session.clear(), ENDED);
    }
}

#[test]
fn reading_never_deletes() {
    let cookie = cookie();
    let expired = signed_in(&cookie);
    for cookies in ["__Host-session=junk", "__Host-session=", &expired] {
        let visit = Visit::to(&cookie).with(cookies).at(100_000);
        let works: [Work; 5] = [
            |session| session.get::<u32>("user").map(drop),
            |session| session.remove("user").map(drop),
            // Removing what this request inserted is no ending.
            |session| {
                session
                    .insert("user", 1)
                    .and(session.remove("user"))
                    .map(drop)
            },
            |session| session.discard(),
            |session| session.save(),
        ];
        for work in works {
            check(&visit, work, READ);
        }
    }
}

#[test]
fn a_typed_session_ends_with_its_default() {
    let works: [Work<Login>; 4] = [
        |session| session.replace(Login::default()),
        |session| session.update(|login| login.visits = 0),
        |session| session.clear(),
        |session| session.invalidate().map(drop),
    ];
    let cookie = builder_of().build().unwrap();
    let pair = sealed(&cookie, at(0), |session: &Session<Login>| {
        session.update(|login| login.visits = 7).unwrap();
    });
    for work in works {
        check(&Visit::to(&cookie).with(&pair), work, ENDED);
        check(&Visit::to(&cookie).with(&pair).answered(500), work, ENDED);
    }
}

#[test]
fn an_invalidated_session_is_new_and_can_be_used() {
    let cookie = cookie();
    let pair = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let ended_id = cookie.load([&pair], at(0)).id();
    let work = move |session: &Session| {
        assert_eq!(session.invalidate()?, ended_id);
        assert!(session.is_new() && session.is_empty());
        assert_eq!(session.id(), None);
        assert_eq!(session.created_at(), None);
        assert_eq!(session.last_active_at(), None);
        assert_eq!(session.expires_at(), None);
        assert_eq!(session.invalidate()?, None);
        session.insert("name", "Eve")
    };
    let answer = check(&Visit::to(&cookie).with(&pair).at(100), work, WRITTEN);
    let session = cookie.load([answer.pair()], at(100));
    assert_eq!(session.keys(), ["name"]);
    assert_eq!(session.id(), None);
    assert_eq!(session.created_at(), Some(at(100)));
}

#[test]
fn what_is_put_into_an_invalidated_session_is_lost_with_a_server_error() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&signed_in(&cookie)).answered(500);
    let work = |session: &Session| session.invalidate().and(session.insert("name", "Eve"));
    check(&visit, work, ENDED);
    let work = |session: &Session| {
        session.invalidate()?;
        session.insert("name", "Eve")?;
        session.save()
    };
    check(&visit, work, WRITTEN);
}

#[test]
fn the_id_that_ends_is_the_one_that_the_browser_has() {
    let cookie = cookie();
    let pair = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let arrived = cookie.load([&pair], at(0)).id();
    let works: [Work; 5] = [
        |_| Ok(()),
        |session| session.insert("name", "Ada"),
        |session| session.clear(),
        |session| session.renew_id(),
        |session| session.renew(),
    ];
    for work in works {
        let session = cookie.load([&pair], at(1));
        work(&session).unwrap();
        assert_eq!(session.invalidate().unwrap(), arrived);
        // The session has ended already.
        assert_eq!(session.invalidate().unwrap(), None);
    }
}

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
