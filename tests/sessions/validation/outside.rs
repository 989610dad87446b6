//! Headers, bare tokens, forms and sessions of other libraries.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hardtack::{
    Clock, SessionData, SessionError, SessionLayer,
    carrier::TokenChange,
    csrf::CsrfGuard,
    session::{Outcome, Reason, Validity},
};
use serde::{Deserialize, Serialize};

use super::{
    INTERVAL, IS_GONE, IS_OUT_OF_REACH, Row,
    common::{at, block_on, builder, header_builder, is_valid, sealed, seconds, token_builder},
    find, miss,
};

#[test]
fn a_session_in_a_header_is_asked_about() {
    let row = Row::default();
    let header = row.asked_by(header_builder("x-session")).build().unwrap();
    let session = header.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let TokenChange::Store(token) = header.save(&session).unwrap() else {
        panic!()
    };

    let session = header.load([&token], at(INTERVAL));
    assert!(is_valid(&session));
    find(&session).unwrap();
    let TokenChange::Store(next) = header.save(&session).unwrap() else {
        panic!()
    };
    let session = header.load([&next], at(2 * INTERVAL - 1));
    assert!(is_valid(&session));
    assert_eq!(row.asked(), 1);

    row.becomes(IS_GONE);
    // A copy of the older token is asked about, whatever was answered since.
    for (token, second) in [(token, INTERVAL), (next, 2 * INTERVAL)] {
        let session = header.load([&token], at(second));
        assert!(!is_valid(&session));
        miss(&session).unwrap();
    }
}

#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Login {
    user: u64,
}

impl SessionData for Login {
    const LABEL: &str = "login of a token";
    const SCHEMA: u32 = 1;
}

/// The type of a later release, which the earlier one did not write.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Later {}

impl SessionData for Later {
    const LABEL: &str = Login::LABEL;
    const SCHEMA: u32 = 2;
}

#[test]
fn every_handle_of_a_typed_session_has_what_the_last_answer_left() {
    let row = Row::default();
    let site = row.asked_by(builder().typed::<Login>()).build().unwrap();
    let pair = sealed(&site, at(0), |session| {
        session.replace(Login { user: 42 }).unwrap()
    });
    let second = Arc::new(AtomicU64::new(INTERVAL));
    let now = Arc::clone(&second);
    let session = site.load(
        [&pair],
        Clock::from_fn(move || at(now.load(Ordering::Relaxed))),
    );
    let handle = session.clone();
    let user = || handle.read(|login| login.user);
    assert_eq!(user(), 0);
    assert!(is_valid(&session));
    assert_eq!(user(), 42);
    let _ = site.save(&session).unwrap();
    row.becomes(IS_GONE);
    second.store(2 * INTERVAL, Ordering::Relaxed);
    assert!(!is_valid(&session));
    assert_eq!(user(), 0);
}

#[test]
fn a_bare_token_that_is_due_opens_without_a_session_to_nothing() {
    let tokens = token_builder("asking").typed::<Login>();
    let asking = tokens.revalidate_after(seconds(INTERVAL), |session| {
        let is_ada = session.value().is_some_and(|login| login.user == 42);
        async move { Ok::<_, String>(Validity::valid_if(is_ada)) }
    });
    let tokens = asking.build().unwrap();
    let sealed = |user| {
        let session = tokens.load(None::<&str>, at(0));
        session.replace(Login { user }).unwrap();
        match tokens.save(&session).unwrap() {
            TokenChange::Store(token) => token,
            other => panic!("{other:?}"),
        }
    };
    let opened = tokens.open(sealed(42), at(INTERVAL - 1));
    assert_eq!(opened.map(|login| login.user), Ok(42));
    let opened = tokens.open(sealed(42), at(INTERVAL));
    assert_eq!(opened.map(|login| login.user), Err(Reason::Unvalidated));
    // A payload that cannot be read is no reason to ask.
    let later = token_builder("asking").typed::<Later>();
    let later = later.revalidate_after(seconds(INTERVAL), |_| async {
        Ok::<_, String>(Validity::Valid)
    });
    let opened = later.build().unwrap().open(sealed(42), at(INTERVAL));
    assert_eq!(opened, Err(Reason::Payload));
    // As a session it is asked about, with its value.
    for (user, goes_on) in [(42, true), (41, false)] {
        let session = tokens.load(Some(sealed(user)), at(INTERVAL));
        assert_eq!(is_valid(&session), goes_on);
    }
}

#[test]
fn a_session_that_waits_has_forms_that_pass_and_gets_no_new_one() {
    let site = Row::default().site().build().unwrap();
    let mut form = String::new();
    let pair = sealed(&site, at(0), |session| form = session.csrf_token().unwrap());
    let session = site.load([&pair], at(INTERVAL));
    assert!(session.verify_csrf(&form).is_ok());
    assert!(matches!(
        session.csrf_token(),
        Err(SessionError::Unvalidated(None))
    ));
    assert!(is_valid(&session));
    assert!(session.verify_csrf(&form).is_ok());
    assert!(session.verify_csrf(&session.csrf_token().unwrap()).is_ok());
}

/// Guards run before the extractor that asks.
#[test]
fn a_form_of_a_session_that_waits_passes_the_guard() {
    use axum::{Router, body::Body, routing::post};
    use tower::ServiceExt;

    for (state, status, body) in [
        (0, 200, "42"),
        (IS_GONE, 200, "nobody"),
        (IS_OUT_OF_REACH, 503, "please try again later"),
    ] {
        let row = Row::default();
        let site = row.site().build().unwrap();
        let mut form = String::new();
        let pair = sealed(&site, at(0), |session| {
            session.insert("user", 42).unwrap();
            form = session.csrf_token().unwrap();
        });
        row.becomes(state);
        let page = async |session: hardtack::Session| match session.get::<u32>("user").unwrap() {
            Some(user) => user.to_string(),
            None => "nobody".to_owned(),
        };
        let app: Router = Router::new().route("/", post(page));
        let app = app
            .layer(CsrfGuard::new())
            .layer(SessionLayer::new(site).clock(at(INTERVAL)));
        let request = |token: &str| {
            let request = http::Request::post("/").header("cookie", &pair);
            let request = request.header("x-csrf-token", token);
            block_on(app.clone().oneshot(request.body(Body::empty()).unwrap())).unwrap()
        };
        assert_eq!(request("of another session").status(), 403);
        assert_eq!(row.asked(), 0);
        let response = request(&form);
        assert_eq!((response.status().as_u16(), row.asked()), (status, 1));
        let found = block_on(axum::body::to_bytes(response.into_body(), 100)).unwrap();
        assert_eq!(found, body);
    }
}

/// A library whose cookies hold a name.
#[cfg(feature = "migrate")]
pub(super) struct Plain;

#[cfg(feature = "migrate")]
impl hardtack::migrate::Reader for Plain {
    fn read(
        &self,
        _: &str,
        value: &str,
        _: &[Option<&str>],
    ) -> Result<hardtack::migrate::OldSession, Reason> {
        let entries = serde_json::json!({ "user": 42 });
        let entries = entries.as_object().filter(|_| value == "ada");
        let entries = entries.cloned().ok_or(Reason::Auth)?;
        Ok(hardtack::migrate::OldSession::new(entries))
    }
}

/// Their dates are not answers: some have none, and then count as issued now at every request.
#[cfg(feature = "migrate")]
#[test]
fn a_session_of_another_library_is_always_asked_about() {
    let row = Row::default();
    let old = hardtack::migrate::OldCookie::new("old", Plain);
    let range = at(0)..at(0) + Duration::from_secs(86_400);
    let site = row
        .site()
        .unvalidated_up_to(seconds(600))
        .migrate_from(old, range);
    let site = site.build().unwrap();
    let session = site.load(["old=ada"], at(1));
    miss(&session).unwrap();
    assert_eq!(
        session.outcome(),
        Outcome::NotMigrated {
            reason: Reason::Unvalidated
        }
    );
    assert!(is_valid(&session));
    find(&session).unwrap();
    assert_eq!(session.outcome(), Outcome::Migrated);
    assert_eq!(site.save(&session).unwrap().iter().count(), 2);
    assert_eq!(row.asked(), 1);

    row.becomes(IS_GONE);
    let session = site.load(["old=ada"], at(1));
    assert!(!is_valid(&session));
    assert_eq!(
        session.outcome(),
        Outcome::NotMigrated {
            reason: Reason::Revoked
        }
    );
    // There is no answer yet that could hold for longer.
    row.becomes(IS_OUT_OF_REACH);
    let session = site.load(["old=ada"], at(1));
    assert!(block_on(session.validate()).is_err());
    assert!(site.save(&session).unwrap().is_empty());
}
