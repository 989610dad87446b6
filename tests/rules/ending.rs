//! Ended sessions and their cookies.
//!
//! Discarded changes.

use hardtack::Session;

use super::{
    Work,
    common::{ENDED, Jar, READ, Visit, WRITTEN, at, check, cookie, sealed, set_cookies, signed_in},
};

/// The ways to end a session. `tests/vectors/writes.json` has more.
const ENDINGS: [Work; 2] = [
    |session| session.invalidate().map(drop),
    |session| session.clear(),
];

/// The ways to empty a session with the one entry `user`, which are changes.
const EMPTIED: [Work; 3] = [
    |session| session.remove("user").map(drop),
    |session| session.take::<u32>("user").map(drop),
    |session| {
        session.take_all_flashes()?;
        session.remove("user").map(drop)
    },
];

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
        let answer = check(&Visit::to(&cookie).with(&pair).at(1000), work, ENDED);
        let mut jar = Jar::of(&pair);
        jar.receive(set_cookies(&answer.headers));
        assert!(jar.is_empty());
    }
}

#[test]
fn a_session_that_was_emptied_ends_unless_its_request_has_failed() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let visit = |status| Visit::to(&cookie).with(&pair).answered(status);
    for work in EMPTIED {
        for status in [200, 303, 401, 404, 409] {
            check(&visit(status), work, ENDED);
        }
        for status in [500, 503] {
            check(&visit(status), work, READ);
        }
    }
    // The last message, on a page that nobody sees.
    let message = sealed(&cookie, at(0), |session| {
        session.flash("", "Saved.").unwrap()
    });
    let take: Work = |session| session.take_flashes("").map(drop);
    check(&Visit::to(&cookie).with(&message).answered(503), take, READ);
    check(&Visit::to(&cookie).with(&message), take, ENDED);
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
fn what_is_discarded_is_not_written_and_reads_as_it_was_changed() {
    let works: [Work; 3] = [
        |session| session.discard(),
        |session| {
            session.insert("name", "Ada")?;
            session.discard()?;
            assert_eq!(session.get("name")?, Some("Ada".to_owned()));
            Ok(())
        },
        |session| session.clear().and(session.discard()),
    ];
    let cookie = cookie();
    for work in works {
        let visit = Visit::to(&cookie).with(&signed_in(&cookie));
        // When a refresh is due too.
        for seconds in [1, 1000] {
            check(&visit.clone().at(seconds), work, READ);
        }
    }
    check(&Visit::to(&cookie), works[1], READ);
}
