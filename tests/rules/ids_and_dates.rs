//! The id and the dates of a session.
//!
//! Clocks out of the range of the format.

use std::time::{SystemTime, UNIX_EPOCH};

use hardtack::{Session, SessionError, session::SessionId};

use super::common::{Visit, WRITTEN, at, check, cookie, sealed, seconds, signed_in};

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

fn time(seconds_since_1970: u64) -> SystemTime {
    UNIX_EPOCH + seconds(seconds_since_1970)
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
