//! Applications that require a device.
//!
//! The question whether a bound session is still valid.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use axum::http::StatusCode;
use hardtack::{
    Session, SessionCookie,
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason, Validity},
};
use hardtack_device::{BindToDevice, DeviceBinding, DeviceBound};

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
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
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

/// Its proof has another name.
#[test]
fn a_bound_session_is_not_taken_over_by_another_cookie() {
    let site = Site::new();
    let pairs = Browser::bound(&site).jar.pairs();
    let next = |keys: &Keys| {
        SessionCookie::encrypted(keys.shared.clone())
            .name("__Host-next")
            .migrate_from(site.cookie.clone(), time(START)..time(START + 3_600))
    };
    let (keys, others) = (Keys::new(), Keys::new());
    let with_devices = next(&keys).device_bound(DeviceBound::at("/.session"));
    for cookie in [next(&others), with_devices] {
        let session = cookie.build().unwrap().load(&pairs, time(START + 1));
        let reason = Reason::Stale;
        assert_eq!(session.outcome(), Outcome::NotMigrated { reason });
        assert!(session.is_empty());
    }
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

#[test]
fn a_session_is_asked_about_on_its_device_and_nowhere_else() {
    let (asked, is_allowed) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicBool::new(true)),
    );
    let (list, row) = (Arc::clone(&asked), Arc::clone(&is_allowed));
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.revalidate_after(Duration::from_secs(60), move |session| {
            list.lock().unwrap().push(session.info().device.is_some());
            let is_allowed = row.load(Ordering::Relaxed);
            async move { Ok::<_, String>(Validity::valid_if(is_allowed)) }
        })
    });
    let asked = || std::mem::take(&mut *asked.lock().unwrap());
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let mut unbound = browser.clone();
    // Neither a registration nor a refresh asks, and neither counts as an answer.
    site.wait(1);
    browser.register(&site, Carry::All);
    site.wait(58);
    browser.refresh(&site, Carry::All);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    assert!(asked().is_empty());
    site.wait(1);
    assert_eq!(browser.thief_of_session().get(&site, "/"), "nobody 0 Stale");
    // What the device proved is known before the application answers.
    let waiting = site.cookie.load(browser.jar.pairs(), site.clock());
    assert_eq!(DeviceBinding::of(&waiting), DeviceBinding::Bound);
    assert!(waiting.is_new() && asked().is_empty());
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    assert_eq!(asked(), [true]);
    assert_eq!(unbound.get(&site, "/"), "ada 0 Unbound");
    assert_eq!(asked(), [false]);

    is_allowed.store(false, Ordering::Relaxed);
    site.wait(59);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    site.wait(1);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
}

/// A page that changes its session every ten seconds, on a device that is refreshed.
#[test]
fn a_bound_session_that_every_request_changes_ends_after_the_duration() {
    let is_allowed = Arc::new(AtomicBool::new(true));
    let row = Arc::clone(&is_allowed);
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.revalidate_after(Duration::from_secs(60), move |_| {
            let is_allowed = row.load(Ordering::Relaxed);
            async move { Ok::<_, String>(Validity::valid_if(is_allowed)) }
        })
    });
    let mut browser = Browser::bound(&site);
    let mut count = |second: u64| {
        site.wait(10);
        if second.is_multiple_of(100) {
            browser.refresh(&site, Carry::All);
        }
        browser.post(&site, "/count").starts_with("ada")
    };
    assert!((10..=300).step_by(10).all(&mut count));
    is_allowed.store(false, Ordering::Relaxed);
    let lasted = (310..=600).step_by(10).take_while(|second| count(*second));
    assert_eq!(lasted.count(), 5);
}
