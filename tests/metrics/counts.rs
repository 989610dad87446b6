//! The count of each event.

use std::future::ready;

use axum::{Router, body::Body, routing};
use hardtack::{
    KeyRing, Session, SessionCookie, SessionError, SessionLayer, Size, csrf::CsrfGuard,
};
use http::Request;
use tower::ServiceExt;

use super::table;
use crate::common::{
    at, block_on, builder, cookie, counted::counted_by, key, sealed, seconds, signed_in,
};

/// Asserts that `work` counts this, each with the labels that the table lists. `purpose` stands for that of a cookie.
#[track_caller]
fn check(expected: &[(&str, u64)], work: impl FnOnce()) {
    let counts = counted_by(work);
    let table = table();
    for metric in counts.keys() {
        let (name, labels) = metric.trim_end_matches('}').split_once('{').unwrap();
        let labels = labels.split(',').filter(|label| !label.is_empty());
        let labels = labels.map(|label| label.split_once('=').unwrap().0.to_owned());
        assert_eq!(table.get(name), Some(&labels.collect()), "{metric}");
    }
    let name = |metric: &str| metric.replace("purpose", "purpose=\"__Host-session\"");
    let expected = expected
        .iter()
        .map(|(metric, count)| (name(metric), *count));
    let found = counts.into_iter();
    let found = found.filter(|(metric, _)| !metric.starts_with("hardtack_token_bytes"));
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

/// Reads the session of a pair at a second, does something, and saves it.
fn visit(cookie: &SessionCookie, pair: &str, second: u64, work: fn(&Session)) {
    let session = cookie.load([pair], at(second));
    work(&session);
    let _ = cookie.save(&session).unwrap();
}

fn look(session: &Session) {
    session.get::<u32>("user").unwrap();
}

const OPENED: &str = r#"hardtack_sessions_read_total{purpose,outcome="Opened",reason=""}"#;
const ABSENT: &str = r#"hardtack_sessions_read_total{purpose,outcome="Absent",reason=""}"#;

fn rotated() -> SessionCookie {
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    SessionCookie::encrypted(ring).build().unwrap()
}

#[test]
fn a_session_is_counted_by_its_outcome_once() {
    let pair = signed_in(&cookie());
    check(&[(OPENED, 1)], || {
        let session = cookie().load([&pair], at(1));
        look(&session);
        look(&session);
    });
    check(&[(ABSENT, 1)], || visit(&cookie(), "", 1, look));
    let rejected = r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="Idle"}"#;
    check(&[(rejected, 1)], || visit(&cookie(), &pair, 1800, look));
    check(&[], || visit(&cookie(), &pair, 1, |_| {}));
}

#[test]
fn a_session_that_is_written_is_counted_by_its_change() {
    let pair = signed_in(&cookie());
    let written = |change| format!("hardtack_sessions_written_total{{purpose,change={change:?}}}");
    check(&[(ABSENT, 1), (&written("Began"), 1)], || {
        drop(signed_in(&cookie()));
    });
    check(&[(OPENED, 1), (&written("Changed"), 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            session.insert("user", 43).unwrap()
        });
    });
    check(&[(OPENED, 1), (&written("Refreshed"), 1)], || {
        visit(&cookie(), &pair, 1799, look);
    });
    check(&[(OPENED, 1), (&written("Ended"), 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            _ = session.invalidate().unwrap()
        });
    });
    let (ended, began) = (written("Ended"), written("Began"));
    check(&[(OPENED, 1), (&began, 1), (&ended, 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            session.invalidate().unwrap();
            session.flash("", "You are signed out.").unwrap();
        });
    });
    check(&[(OPENED, 1), (&began, 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            session.sign_in().unwrap();
            session.insert("user", 43).unwrap();
        });
    });
    let accepted = OPENED.replace("Opened", "OpenedUnderAcceptedKey");
    check(&[(&accepted, 1), (&written("Resealed"), 1)], || {
        visit(&rotated(), &pair, 1, look);
    });
}

#[test]
fn a_refresh_without_room_is_counted() {
    let large = builder().size(Size::Browser).build().unwrap();
    let pair = sealed(&large, at(0), |session| {
        let room = session.remaining_bytes() - 10;
        session.insert("note", "x".repeat(room)).unwrap();
    });
    let omitted = "hardtack_refreshes_omitted_total{purpose}";
    check(&[(omitted, 1), (OPENED, 1)], || {
        visit(&cookie(), &pair, 1799, look)
    });
}

#[test]
fn the_bytes_of_a_token_are_counted() {
    let mut pair = String::new();
    let counts = counted_by(|| pair = signed_in(&cookie()));
    let name = r#"hardtack_token_bytes{purpose="__Host-session"}"#;
    let (_, token) = pair.split_once('=').unwrap();
    assert_eq!(counts[name], token.len() as u64);
}

/// Sends a request with these fields to an application whose only path is `POST /`.
fn post(app: Router, fields: &[(&str, &str)]) {
    let request = fields
        .iter()
        .fold(Request::post("/"), |request, (name, value)| {
            request.header(*name, *value)
        });
    drop(block_on(app.oneshot(request.body(Body::empty()).unwrap())));
}

#[test]
fn a_question_that_fails_is_counted() {
    let asking = builder().revalidate_after(seconds(60), |_| ready(Err("no database")));
    let cookie = asking.build().unwrap();
    let pair = signed_in(&cookie);
    let failed = r#"hardtack_failures_total{failure="Validation"}"#;
    let rejected =
        r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="Unvalidated"}"#;
    check(&[(failed, 1), (rejected, 1)], || {
        let session = cookie.load([&pair], at(60));
        assert!(block_on(session.validate()).is_err());
        assert!(block_on(session.validate()).is_err());
        look(&session);
        let _ = cookie.save(&session).unwrap();
    });
}

#[test]
fn a_failure_is_counted_by_its_kind() {
    async fn too_large(session: Session) -> Result<(), SessionError> {
        session.insert("note", "x".repeat(5_000))
    }
    async fn insert(session: Session) -> Result<(), SessionError> {
        session.insert("user", 42)
    }
    let layer = |second| SessionLayer::new(cookie()).clock(second);
    let failed = |kind| format!("hardtack_failures_total{{failure={kind:?}}}");
    check(&[(&failed("Session"), 1), (ABSENT, 1)], || {
        let app = Router::new().route("/", routing::post(too_large));
        post(app.layer(layer(at(0))), &[]);
    });
    check(&[(&failed("Save"), 1), (ABSENT, 1)], || {
        let app = Router::new().route("/", routing::post(insert));
        post(app.layer(layer(std::time::UNIX_EPOCH)), &[]);
    });
    check(&[(&failed("Setup"), 1)], || {
        post(Router::new().route("/", routing::post(insert)), &[]);
    });
}

#[test]
fn a_request_that_the_guard_refuses_is_counted_without_its_origin() {
    let app = || {
        let app = Router::new().route("/", routing::post(|| async move {}));
        let app = app.layer(CsrfGuard::new());
        app.layer(SessionLayer::new(cookie()).clock(at(0)))
    };
    let refused = |kind| format!("hardtack_csrf_refusals_total{{refusal={kind:?}}}");
    check(&[(&refused("CrossSite"), 1)], || {
        post(app(), &[("origin", "https://evil.example")]);
    });
    check(&[(&refused("NoToken"), 1)], || post(app(), &[]));
    check(&[(&refused("WrongToken"), 1), (ABSENT, 1)], || {
        post(app(), &[("x-csrf-token", "forged")]);
    });
}

#[cfg(feature = "watch")]
#[test]
fn a_ring_that_is_replaced_or_refused_is_counted_and_so_is_each_key_that_it_drops() {
    use std::sync::{Arc, Mutex};

    use hardtack::keys::{RingSource, WatchedKeyRing};

    let text = |index| key(index).expose_secret().to_string();
    let vault = Arc::new(Mutex::new(text(0)));
    let asked = Arc::clone(&vault);
    let source = RingSource::from_fn("the vault", move || Ok(asked.lock().unwrap().clone()));
    let mut watched = WatchedKeyRing::from_sources([source]).unwrap();
    let mut put = |text: String| {
        *vault.lock().unwrap() = text;
        drop([
            watched.poll(at(0)),
            watched.poll(at(0)),
            watched.poll(at(0)),
        ]);
    };
    let (dropped, replaced) = (
        "hardtack_keys_dropped_total{}",
        r#"hardtack_rings_total{outcome="Replaced"}"#,
    );
    check(&[(replaced, 1)], || {
        put(format!("{}\n{}", text(1), text(0)))
    });
    check(&[(dropped, 2), (replaced, 1)], || put(text(2)));
    let returned = "hardtack_keys_returned_total{}";
    check(&[(dropped, 1), (returned, 1), (replaced, 1)], || {
        put(text(1))
    });
    let refused = r#"hardtack_rings_total{outcome="Refused"}"#;
    check(&[(refused, 1)], || put("no key".to_owned()));
}
