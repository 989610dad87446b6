//! The id and the dates of a session.
//!
//! Clocks out of the range of the format.

use std::time::{SystemTime, UNIX_EPOCH};

use hardtack::{Session, SessionError, session::SessionId};

use super::{
    Work,
    common::{READ, UNTOUCHED, Visit, WRITTEN, at, check, cookie, sealed, seconds, signed_in},
};

/// A session with an id, begun when the tests begin.
fn with_id(cookie: &hardtack::SessionCookie) -> (String, SessionId) {
    let pair = sealed(cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let id = cookie.load([&pair], at(0)).id().unwrap();
    (pair, id)
}

#[test]
fn looking_for_an_id_makes_none_and_asking_for_one_does() {
    let cookie = cookie();
    let work = |session: &Session| {
        assert_eq!(session.id(), None);
        session.insert("user", 42)?;
        assert_eq!(session.id(), None);
        let id = session.ensure_id()?;
        assert_eq!(session.id(), Some(id));
        assert_eq!(session.ensure_id()?, id);
        Ok(())
    };
    check(&Visit::to(&cookie), work, WRITTEN);
}

#[test]
fn after_the_head_a_form_gets_a_token_only_where_there_is_an_id() {
    let cookie = cookie();
    for pair in [String::new(), signed_in(&cookie)] {
        let session = cookie.load([pair], at(1));
        assert!(cookie.save(&session).unwrap().is_empty());
        // A new id would be in no cookie, so the form would never pass.
        let late = session.csrf_token();
        assert!(matches!(late, Err(SessionError::AfterHead)), "{late:?}");
        assert_eq!(session.id(), None);
    }
    let (pair, id) = with_id(&cookie);
    let session = cookie.load([pair], at(1));
    assert!(cookie.save(&session).unwrap().is_empty());
    let token = session.csrf_token().unwrap();
    assert!(session.verify_csrf(&token));
    assert_eq!(session.id(), Some(id));
}

#[test]
fn renewing_gives_a_new_id_and_new_dates_and_keeps_the_data() {
    let cookie = cookie();
    let (pair, id) = with_id(&cookie);
    let work = move |session: &Session| {
        session.renew()?;
        assert!(!session.is_new());
        assert!(session.id().is_some_and(|new| new != id));
        assert_eq!(session.created_at(), Some(at(1000)));
        assert_eq!(session.last_active_at(), Some(at(1000)));
        assert_eq!(session.expires_at(), Some(at(2800)));
        Ok(())
    };
    let answer = check(&Visit::to(&cookie).with(&pair).at(1000), work, WRITTEN);
    let session = cookie.load([answer.pair()], at(1001));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert!(session.id().is_some_and(|new| new != id));
    assert_eq!(session.created_at(), Some(at(1000)));
    assert_eq!(session.last_active_at(), Some(at(1000)));
    let last = cookie.load([answer.pair()], at(1000 + 1799));
    assert!(!last.is_new());
}

#[test]
fn renewing_the_id_keeps_the_data_and_the_beginning() {
    let cookie = cookie();
    let (pair, id) = with_id(&cookie);
    let answer = check(
        &Visit::to(&cookie).with(&pair).at(100),
        |session| session.renew_id(),
        WRITTEN,
    );
    let session = cookie.load([answer.pair()], at(200));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert!(session.id().is_some_and(|new| new != id));
    assert_eq!(session.created_at(), Some(at(0)));
    assert_eq!(session.last_active_at(), Some(at(100)));
}

#[test]
fn a_new_session_has_no_dates_before_it_was_sent() {
    let cookie = cookie();
    let work = |session: &Session| {
        session.insert("user", 42)?;
        assert!(session.is_new());
        assert_eq!(session.created_at(), None);
        assert_eq!(session.last_active_at(), None);
        assert_eq!(session.expires_at(), None);
        Ok(())
    };
    let answer = check(&Visit::to(&cookie).at(5), work, WRITTEN);
    let session = cookie.load([answer.pair()], at(7));
    assert_eq!(session.created_at(), Some(at(5)));
    assert_eq!(session.last_active_at(), Some(at(5)));
}

/// Seconds since 1970 that a token cannot carry: before 2026 and after 2162.
const EPOCH: u64 = 1_767_225_600;
const OUT_OF_RANGE: [u64; 5] = [0, 1, EPOCH - 1, EPOCH + (1 << 32), 1 << 40];

fn time(seconds_since_1970: u64) -> SystemTime {
    UNIX_EPOCH + seconds(seconds_since_1970)
}

#[test]
fn a_clock_out_of_range_fails_the_response_that_has_to_be_written() {
    let works: [Work; 3] = [
        |session| session.insert("user", 42),
        |session| session.renew(),
        |session| session.insert("user", 42).and(session.save()),
    ];
    for now in OUT_OF_RANGE {
        for work in works {
            let answer = Visit::to(&cookie()).at_time(time(now)).run(work);
            assert_eq!(answer.status, 500, "{now}");
            assert!(!answer.headers.contains_key("set-cookie"), "{now}");
        }
    }
}

#[test]
fn a_clock_out_of_range_fails_nothing_else() {
    let cookie = cookie();
    for now in OUT_OF_RANGE {
        for cookies in ["", "__Host-session=junk", &signed_in(&cookie)] {
            let visit = Visit::to(&cookie).with(cookies).at_time(time(now));
            let answer = check(&visit, |_| Ok(()), UNTOUCHED);
            assert_eq!(answer.status, 200);
            let answer = check(&visit, |session| session.get::<u32>("user").map(drop), READ);
            assert_eq!(answer.status, 200);
            let work = |session: &Session| session.insert("user", 42).and(session.discard());
            assert_eq!(check(&visit, work, READ).status, 200);
            let endings: [Work; 3] = [
                |session| session.invalidate().map(drop),
                |session| session.clear(),
                |session| session.save(),
            ];
            for work in endings {
                assert_eq!(visit.run(work).status, 200);
            }
        }
    }
}

#[test]
fn a_response_that_could_not_be_saved_is_kept_from_caches_as_if_it_had_been() {
    let visit = Visit::to(&cookie()).at_time(time(0));
    for visit in [
        visit.clone(),
        visit.saying("cache-control", "public, max-age=60"),
    ] {
        let answer = visit.run(|session| session.insert("user", 42));
        assert_eq!(answer.status, 500);
        assert_eq!(answer.lines(), ["cache-control: no-store", "vary: Cookie"]);
    }
}

#[test]
fn a_failed_save_says_what_is_wrong() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, time(0));
    session.insert("user", 42).unwrap();
    let error = cookie.save(&session).unwrap_err().to_string();
    assert!(error.contains("clock") && error.contains("2026"), "{error}");
}
