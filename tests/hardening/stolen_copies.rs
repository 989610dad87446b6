//! A stolen copy of a visitor's cookie: means that end it, and means that do not.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError,
    session::{Outcome, Reason, SessionId},
};

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}

type Work = fn(&Session) -> Result<(), SessionError>;

/// The ids of signed-out sessions.
#[derive(Clone, Default)]
struct DenyList(Arc<Mutex<Vec<SessionId>>>);

impl DenyList {
    fn add(&self, id: SessionId) {
        self.0.lock().unwrap().push(id);
    }

    fn has(&self, id: SessionId) -> bool {
        self.0.lock().unwrap().contains(&id)
    }
}

fn site() -> (SessionCookie, DenyList) {
    let denied = DenyList::default();
    let list = denied.clone();
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .revoked_if(move |session| session.info().id.is_some_and(|id| list.has(id)))
        .build()
        .unwrap();
    (cookie, denied)
}

fn signed_in(cookie: &SessionCookie) -> String {
    let sign_in = |session: &Session| {
        session.renew()?;
        session.insert("user", 7)?;
        session.insert("epoch", 1)
    };
    cookie.cookie_for(at(0), sign_in).unwrap()
}

/// The cookie of a browser that sent `field`, after a handler did `work`.
fn after(
    cookie: &SessionCookie,
    field: &str,
    work: impl Fn(&Session) -> Result<(), SessionError>,
) -> String {
    let session = cookie.load([field], at(10));
    work(&session).unwrap();
    let fields = cookie.save(&session).unwrap();
    let set = fields.iter().next().unwrap();
    set.split(';').next().unwrap().to_owned()
}

fn sign_out(cookie: &SessionCookie, denied: &DenyList, field: &str) {
    let ended = cookie.load([field], at(20)).invalidate().unwrap();
    denied.add(ended.unwrap());
}

fn is_signed_in(cookie: &SessionCookie, field: &str) -> bool {
    cookie.load([field], at(30)).contains_key("user")
}

fn is_revoked(cookie: &SessionCookie, field: &str) -> bool {
    let session = cookie.load([field], at(30));
    let reason = Reason::Revoked;
    matches!(session.outcome(), Outcome::Rejected { reason: found, .. } if found == reason)
}

#[test]
fn a_deny_list_of_ids_reaches_a_copy_that_was_left_alone() {
    let (cookie, denied) = site();
    let owner = signed_in(&cookie);
    let copy = after(&cookie, &owner, |session| session.insert("theme", "dark"));
    sign_out(&cookie, &denied, &owner);
    assert!(!is_signed_in(&cookie, &owner) && !is_signed_in(&cookie, &copy));
}

#[test]
fn a_copy_that_calls_what_changes_the_id_escapes_a_deny_list_of_ids() {
    let changes: [Work; 3] = [
        |session| session.renew_id(),
        |session| session.renew(),
        |session| {
            session.clear()?;
            session.insert("user", 7)
        },
    ];
    for change in changes {
        let (cookie, denied) = site();
        let owner = signed_in(&cookie);
        let copy = after(&cookie, &owner, change);
        sign_out(&cookie, &denied, &owner);
        assert!(!is_signed_in(&cookie, &owner));
        assert!(is_signed_in(&cookie, &copy));
    }
}

#[test]
fn an_epoch_of_the_user_reaches_a_copy_with_another_id() {
    let epoch = Arc::new(AtomicU32::new(1));
    let of_database = epoch.clone();
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .revoked_if(move |session| {
            let user = session.get::<u32>("user").unwrap();
            let of_session = session.get::<u32>("epoch").unwrap();
            user.is_some() && of_session != Some(of_database.load(Ordering::Relaxed))
        })
        .build()
        .unwrap();
    let owner = signed_in(&cookie);
    let changes: [Work; 2] = [Session::renew_id, Session::renew];
    let copies = changes.map(|change| after(&cookie, &owner, change));
    for field in copies.iter().chain([&owner]) {
        assert!(is_signed_in(&cookie, field));
    }
    epoch.store(2, Ordering::Relaxed);
    for field in copies.iter().chain([&owner]) {
        assert!(is_revoked(&cookie, field));
    }
}

#[test]
fn a_not_before_time_reaches_a_copy_with_another_id() {
    let (cookie, _) = site();
    let copy = after(&cookie, &signed_in(&cookie), Session::renew_id);
    assert!(is_signed_in(&cookie, &copy));
    cookie.raise_not_before(at(5));
    assert!(is_revoked(&cookie, &copy));
}

/// A time after the call reaches it: `renew` moves the date of a session to that of the call.
#[test]
fn a_copy_that_was_renewed_escapes_a_not_before_time_from_before_the_call() {
    let (cookie, _) = site();
    let owner = signed_in(&cookie);
    let copy = after(&cookie, &owner, Session::renew);
    cookie.raise_not_before(at(5));
    assert!(is_revoked(&cookie, &owner) && is_signed_in(&cookie, &copy));
    cookie.raise_not_before(at(25));
    assert!(is_revoked(&cookie, &copy));
}

#[test]
fn one_token_is_the_value_of_several_cookies() {
    let (cookie, _) = site();
    let pair = signed_in(&cookie);
    let (name, token) = pair.split_once('=').unwrap();
    let (first, second) = token.split_at(token.len() / 2);
    for field in [
        pair.clone(),
        format!("{name}=\"{token}\""),
        format!("{name}= \t{token} "),
        format!("{name}=2.{first}; {name}.1={second}"),
    ] {
        assert!(is_signed_in(&cookie, &field), "{field}");
    }
}
