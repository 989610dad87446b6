//! Applications that require a device.

use std::time::Duration;

use axum::http::StatusCode;
use hardtack::{Session, SessionCookie};
use hardtack::{
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason},
};
use hardtack_device::{DeviceBinding, DeviceBound};

use super::{
    browser::{Browser, Carry, fresh_signing_key, registration},
    site::{Keys, START, Site, time},
};

fn requiring(grace: u64) -> DeviceBound {
    DeviceBound::at("/.session").required_after(Duration::from_secs(grace))
}

#[test]
fn an_application_can_require_a_device() {
    let device = DeviceBound::at("/.session").required_after(Duration::from_secs(60));
    let site = Site::with(device, |cookie| cookie);
    let mut browser = Browser::new();
    assert_eq!(browser.post(&site, "/count"), "nobody 1 Unbound");
    browser.post(&site, "/sign-in");
    let offer = browser.offer.clone();
    site.wait(59);
    assert_eq!(browser.get(&site, "/"), "ada 1 Unbound");
    site.wait(1);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
    // A registration after the grace is refused.
    browser.offer = offer;
    let refused = browser.try_register(&site, Carry::All);
    assert_eq!(refused.status(), StatusCode::BAD_REQUEST);
    // Within it, a session is bound and lives on.
    browser.post(&site, "/sign-in");
    site.wait(59);
    browser.register(&site, Carry::CrossSite);
    site.wait(1);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

/// Asserts that the session of these fields is refused from the end of the grace on.
#[track_caller]
fn check(site: &Site, fields: &[String]) {
    for (second, expected) in [(59, DeviceBinding::Unbound), (60, DeviceBinding::Stale)] {
        let session = site.cookie.load(fields, time(START + second));
        assert_eq!(DeviceBinding::of(&session), expected);
        assert_eq!(session.is_new(), expected == DeviceBinding::Stale);
    }
}

/// The fields of a session that begins now.
fn begun(cookie: &SessionCookie, begin: impl FnOnce(&Session)) -> Vec<String> {
    let session = cookie.load(None::<&str>, time(START));
    begin(&session);
    cookie.save(&session).unwrap().into_iter().collect()
}

#[test]
fn a_session_is_refused_after_the_grace_wherever_it_comes_from() {
    let keys = Keys::new();
    let site = Site::under(keys.clone(), requiring(60), |cookie| cookie);
    // Nobody has signed in.
    check(
        &site,
        &begun(&site.cookie, |session| session.insert("cart", 1).unwrap()),
    );
    // Signed in without `renew`.
    check(
        &site,
        &begun(&site.cookie, |session| {
            session.insert("user", "ada").unwrap();
            session.ensure_id().unwrap();
        }),
    );
    // From before the settings.
    let before = SessionCookie::encrypted(keys.shared.clone())
        .build()
        .unwrap();
    check(
        &site,
        &begun(&before, |session| {
            session.renew().unwrap();
            session.insert("user", "ada").unwrap();
        }),
    );
    // Another id, and activity, are no proof.
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    site.wait(59);
    assert_eq!(browser.post(&site, "/new-id"), "ada 0 Unbound");
    assert_eq!(browser.post(&site, "/count"), "ada 1 Unbound");
    check(&site, &browser.jar.pairs());
}

#[test]
fn a_session_of_another_library_is_refused_after_the_grace() {
    struct Old;
    impl Reader for Old {
        fn read(&self, _: &str, _: &str) -> Result<OldSession, Reason> {
            let entries = [("user".to_owned(), "ada".into())];
            Ok(OldSession::new(entries.into_iter().collect()).created_at(time(START)))
        }
    }
    let range = time(START)..time(START) + Duration::from_secs(3_600);
    let site = Site::with(requiring(60), |cookie| {
        cookie.migrate_from(OldCookie::new("old", Old), range)
    });
    let load = |second| site.cookie.load(["old=x"], time(START + second));
    let session = load(59);
    assert_eq!(session.outcome(), Outcome::Migrated);
    let stored: Vec<_> = site.cookie.save(&session).unwrap().into_iter().collect();
    assert_eq!(
        DeviceBinding::of(&site.cookie.load(&stored, time(START + 60))),
        DeviceBinding::Stale
    );
    let session = load(60);
    assert_eq!(
        session.outcome(),
        Outcome::NotMigrated {
            reason: Reason::Stale
        }
    );
    assert!(session.is_new() && session.is_empty());
    // The visitor signs in, and the old cookie is dropped.
    session.renew().unwrap();
    session.insert("user", "ada").unwrap();
    let fields = site.cookie.save(&session).unwrap();
    assert!(
        fields
            .iter()
            .any(|field| field.starts_with("old=") && field.contains("Max-Age=0"))
    );
}

/// Whoever has the registration's proof and the cookie of that time registers a key of their own no later than that.
#[test]
fn nothing_is_registered_after_the_grace() {
    for (grace, last) in [(10, 9), (60, 59), (600, 119)] {
        let site = Site::with(requiring(grace), |cookie| cookie);
        let mut browser = Browser::new();
        browser.post(&site, "/sign-in");
        let challenge = browser.offer.clone().unwrap().challenge;
        browser.register(&site, Carry::CrossSite);
        let register = || {
            let claims = serde_json::json!({"jti": challenge});
            let proof = registration(&fresh_signing_key(), &claims);
            let fields = [("secure-session-response", &*proof)];
            let mut thief = Browser::new();
            let response = thief.send(&site, "POST", "/.session/register", Carry::All, &fields);
            response.status()
        };
        site.wait(last);
        assert_eq!(register(), StatusCode::OK);
        site.wait(1);
        assert_eq!(register(), StatusCode::BAD_REQUEST);
    }
}
