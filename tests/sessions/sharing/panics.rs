//! A panic in the application's clock, hooks or types leaves the session whole.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use hardtack::{
    Clock, Session, SessionCookie, SessionData, SessionError, SessionLayer,
    session::{Outcome, Reason},
};
use http::{Request, Response, header::COOKIE};
use serde::{Deserialize, Serialize};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    common::{at, block_on, builder, cookie, key, sealed, signed_in},
    panic_of,
};

/// A clock that panics the first `times` times.
fn broken(times: u32) -> Clock {
    let asked = AtomicU32::new(0);
    Clock::from_fn(move || {
        assert!(asked.fetch_add(1, Ordering::Relaxed) >= times, "no clock");
        at(1)
    })
}

/// A cookie whose hook panics at the first session.
fn told_once() -> SessionCookie {
    let told = Arc::new(AtomicU32::new(0));
    builder()
        .on_outcome(move |_| assert!(told.fetch_add(1, Ordering::Relaxed) > 0, "no metrics"))
        .build()
        .unwrap()
}

fn user(session: &Session) -> Option<u32> {
    session.get("user").unwrap()
}

#[test]
fn a_panic_of_the_clock_leaves_the_session_for_the_next_touch() {
    let site = cookie();
    let session = site.load([signed_in(&site)], broken(1));
    assert_eq!(panic_of(|| session.is_new()), "no clock");
    session.insert("visits", 1).unwrap();
    assert_eq!(user(&session), Some(42));
    let fields = site.save(&session).unwrap();
    let session = site.load(&fields, at(2));
    assert_eq!((user(&session), session.len()), (Some(42), 2));
}

#[test]
fn a_clock_that_always_panics_lets_nothing_be_written() {
    let site = cookie();
    let session = site.load([signed_in(&site)], broken(u32::MAX));
    for _ in 0..2 {
        assert_eq!(panic_of(|| session.insert("visits", 1)), "no clock");
    }
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_panic_of_the_clock_in_is_alive_changes_nothing() {
    let site = cookie();
    let asked = AtomicU32::new(0);
    let clock = Clock::from_fn(move || {
        assert!(asked.fetch_add(1, Ordering::Relaxed) != 1, "no clock");
        at(1)
    });
    let session = site.load([signed_in(&site)], clock);
    assert_eq!(user(&session), Some(42));
    assert_eq!(panic_of(|| session.is_alive()), "no clock");
    assert!(session.is_alive());
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_panic_of_on_outcome_comes_after_the_session_was_read() {
    let site = told_once();
    let session = site.load([signed_in(&cookie())], at(1));
    assert_eq!(panic_of(|| session.get::<u32>("user")), "no metrics");
    // Now it is a session like any other, and it is not reported again.
    let key_id = key(0).id();
    assert_eq!(session.outcome(), Outcome::Opened { key_id });
    assert_eq!(user(&session), Some(42));
    assert!(session.is_alive());
    site.raise_not_before(at(1));
    assert!(!session.is_alive());
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_panic_of_on_outcome_leaves_a_refused_session_refused() {
    let site = told_once();
    let session = site.load(["__Host-session=junk"], at(1));
    assert_eq!(panic_of(|| session.is_new()), "no metrics");
    let reason = Reason::TooShort;
    let refused = Outcome::Rejected {
        reason,
        key_id: None,
    };
    assert_eq!(session.outcome(), refused);
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_change_whose_touch_panicked_is_not_made() {
    let site = told_once();
    let session = site.load([signed_in(&cookie())], at(1));
    assert_eq!(panic_of(|| session.insert("visits", 1)), "no metrics");
    assert_eq!(session.len(), 1);
    assert!(site.save(&session).unwrap().is_empty());
}

#[test]
fn a_panic_of_on_outcome_reaches_the_server_through_the_layer() {
    let layer = SessionLayer::new(told_once()).clock(at(1));
    let service = layer.layer(service_fn(|request: Request<()>| async move {
        let session: Session = Session::from_extensions(request.extensions())
            .await
            .unwrap();
        session.insert("visits", 1).unwrap();
        Ok::<_, std::convert::Infallible>(Response::new(()))
    }));
    let mut request = Request::new(());
    let pair = signed_in(&cookie()).parse().unwrap();
    request.headers_mut().insert(COOKIE, pair);
    let panic = panic_of(move || block_on(service.oneshot(request)));
    assert_eq!(panic, "no metrics");
}

/// The second version of a type. Converting the first panics.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Second {
    user: u32,
}

impl SessionData for Second {
    const LABEL: &'static str = "";
    const SCHEMA: u32 = 2;

    fn convert(_: u32, _: &[u8]) -> Option<Second> {
        panic!("no conversion");
    }
}

#[test]
fn a_session_whose_conversion_panics_is_never_overwritten() {
    let mut id = None;
    let dictionary = || builder().name("__Host-second");
    let pair = sealed(&dictionary().build().unwrap(), at(0), |session| {
        session.insert("user", 42).unwrap();
        id = Some(session.ensure_id().unwrap());
    });
    let site = dictionary().typed::<Second>().build().unwrap();
    let session = site.load([&pair], at(1));
    assert_eq!(
        panic_of(|| session.read(|value| value.user)),
        "no conversion"
    );

    let unreadable = |change: Result<(), SessionError>| {
        assert!(
            matches!(change, Err(SessionError::Unreadable(_))),
            "{change:?}"
        );
    };
    unreadable(session.update(|value| value.user = 7));
    unreadable(session.replace(Second { user: 7 }));
    unreadable(session.flash("", "Saved"));
    unreadable(session.ensure_id().map(drop));
    let refused = Outcome::Rejected {
        reason: Reason::Payload,
        key_id: Some(key(0).id()),
    };
    assert_eq!(session.outcome(), refused);
    assert!(site.save(&session).unwrap().is_empty());

    // It can be ended, which returns its id for a deny list.
    let session = site.load([&pair], at(1));
    assert_eq!(panic_of(|| session.is_new()), "no conversion");
    assert_eq!(session.invalidate().unwrap(), id);
}
