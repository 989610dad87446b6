//! Promises of docs/guides.md and docs/large-sessions.md that no other test shows.

#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "common/mod.rs"]
mod common;

use axum::{Router, body::Body, http::Request, routing::post};
use common::{at, block_on, cookie, key, seconds};
use hardtack::{SameSite, SessionCookie, SessionLayer, csrf::CsrfGuard};
use tower::ServiceExt;

#[test]
fn a_webhook_merged_beside_guarded_pages_needs_no_token_and_has_no_session() {
    let pages = Router::new()
        .route("/transfer", post(async || "done"))
        .layer(CsrfGuard::new())
        .layer(SessionLayer::new(cookie()).clock(at(0)));
    let hooks = Router::new().route("/hooks/payment", post(async || "done"));
    let app = pages.merge(hooks);
    for (path, status) in [("/hooks/payment", 200), ("/transfer", 403)] {
        let request = Request::post(path).body(Body::empty()).unwrap();
        let response = block_on(app.clone().oneshot(request)).unwrap();
        assert_eq!(response.status(), status, "{path}");
        for field in ["set-cookie", "vary"] {
            assert!(!response.headers().contains_key(field), "{path} {field}");
        }
    }
}

#[test]
fn a_pending_sign_in_has_a_cookie_that_other_sites_send_and_ends_after_ten_minutes() {
    let waiting = SessionCookie::encrypted(key(0))
        .name("__Host-sign-in")
        .same_site(SameSite::None)
        .idle_timeout(None)
        .absolute_timeout(seconds(600));
    let waiting = waiting.build().unwrap();
    let begin = |session: &hardtack::Session| session.insert("state", "s");
    let field = waiting.cookie_for(at(0), begin).unwrap();
    for (now, state) in [(599, Some(String::from("s"))), (600, None)] {
        let session = waiting.load([&field], at(now));
        assert_eq!(session.get("state").unwrap(), state, "after {now} seconds");
    }

    let session = waiting.load(None::<&str>, at(0));
    begin(&session).unwrap();
    let sent = waiting.save(&session).unwrap();
    let is_sent_by_other_sites = |field: &String| field.ends_with("; SameSite=None");
    assert!(sent.iter().any(is_sent_by_other_sites), "{sent:?}");
}

#[test]
fn a_size_report_prints_what_its_document_shows() {
    let session = cookie().load(None::<&str>, at(0));
    session.insert("cart", vec![4711; 100]).unwrap();
    session.insert("theme", "dark").unwrap();
    let report = session.size_report();
    assert!(report.fits(1_000));
    let block = format!("```text\n{report}```\n");
    assert!(LARGE_SESSIONS.contains(&block), "{block}");
}

const LARGE_SESSIONS: &str = include_str!("../docs/large-sessions.md");
