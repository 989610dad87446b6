//! The id and the dates of a session.

use hardtack::{Session, SessionError, session::SessionId};

use super::common::{Visit, WRITTEN, at, check, cookie, sealed, signed_in};

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
