//! How a session becomes bound, and what it keeps.

use axum::http::{HeaderMap, StatusCode, header::SET_COOKIE};
use hardtack::{
    RefreshAfter, SessionCookie,
    session::{Outcome, Reason},
};
use hardtack_device::DeviceBound;

use super::{
    browser::{Browser, Carry},
    handlers::REMEMBERED,
    site::{ABSOLUTE, Keys, START, Site, time},
};

#[test]
fn a_session_is_bound_by_its_registration() {
    let site = Site::new();
    let mut browser = Browser::new();
    assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
    assert!(browser.offer.is_none());
    assert_eq!(browser.post(&site, "/count"), "nobody 1 Unbound");
    assert!(browser.offer.is_none(), "only a renewed session is bound");
    assert_eq!(browser.post(&site, "/sign-in"), "ada 1 Unbound");
    let copied = browser.clone();
    browser.register(&site, Carry::All);
    let response = browser.fetch(&site, "GET", "/");
    assert_eq!(response.body(), "ada 1 Bound");
    assert!(!response.headers().contains_key(SET_COOKIE));
    assert_eq!(browser.post(&site, "/count"), "ada 2 Bound");
    // A copy made from now on opens nothing by itself; one from before the registration does.
    let mut late = browser.thief_of_session();
    assert_eq!(late.get(&site, "/"), "nobody 0 Stale");
    assert_eq!(copied.clone().get(&site, "/"), "ada 1 Unbound");
}

#[test]
fn a_session_that_did_not_come_along_is_bound_by_its_next_request() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::CrossSite);
    let response = browser.fetch(&site, "GET", "/");
    assert_eq!(response.body(), "ada 0 Bound");
    assert_eq!(response.headers().get_all(SET_COOKIE).iter().count(), 1);
    let response = browser.fetch(&site, "GET", "/");
    assert!(!response.headers().contains_key(SET_COOKIE));
    browser.lose_bound_cookie();
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
}

#[test]
fn a_browser_without_the_protocol_stays_unbound_and_signed_in() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    site.wait(900);
    assert_eq!(browser.post(&site, "/count"), "ada 1 Unbound");
}

#[test]
fn a_response_that_was_on_its_way_does_not_undo_the_binding() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    // Sent before the registration, answered after it.
    let mut late = browser.clone();
    late.post(&site, "/count");
    browser.register(&site, Carry::All);
    browser.get(&site, "/");
    browser.jar.set(
        "__Host-session",
        late.jar.cookies()["__Host-session"].clone(),
    );
    assert_eq!(browser.get(&site, "/"), "ada 1 Bound");
    browser.lose_bound_cookie();
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
}

#[test]
fn a_failed_sign_in_changes_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let before = browser.jar.cookies();
    browser.post(&site, "/fail");
    assert!(browser.offer.is_none());
    assert_eq!(browser.jar.cookies(), before);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_new_id_keeps_the_device_and_offers_nothing_to_a_thief() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let mut thief = browser.thief();
    assert_eq!(thief.post(&site, "/new-id"), "ada 0 Bound");
    assert!(thief.offer.is_none());
    assert_eq!(browser.post(&site, "/new-id"), "ada 0 Bound");
    for carry in [Carry::All, Carry::CrossSite] {
        site.wait(600);
        assert_eq!(thief.get(&site, "/"), "nobody 0 Stale");
        assert_eq!(browser.refresh(&site, carry).status(), StatusCode::OK);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    }
    assert!(browser.device.is_some());
}

#[test]
fn each_of_many_sign_ins_is_bound() {
    let site = Site::new();
    let mut browser = Browser::new();
    for _ in 0..6 {
        browser.post(&site, "/sign-in");
        browser.register(&site, Carry::All);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
        browser.post(&site, "/new-id");
        let bound = browser
            .jar
            .names()
            .into_iter()
            .filter(|name| name.contains(".b-"));
        assert_eq!(bound.count(), 1);
    }
}

/// crates/device/README.md says so.
#[test]
fn binding_adds_few_bytes() {
    let plain = Site::with(DeviceBound::at("/.session").without_offers(), |cookie| {
        cookie
    });
    let mut before = Browser::new();
    before.post(&plain, "/sign-in");
    let bound = Browser::bound(&Site::new());
    let length = |browser: &Browser| browser.jar.cookies()["__Host-session"].len();
    assert!(length(&bound) - length(&before) <= 22);
    let name = &bound.device.as_ref().unwrap().cookie;
    assert!(
        name.len() + 1 + bound.jar.cookies()[name].len() <= 130,
        "{}",
        bound.jar.cookies()[name].len()
    );
}

#[test]
fn a_full_session_has_room_for_its_device() {
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.remember_up_to(REMEMBERED)
    });
    let session = site.cookie.load(None::<&str>, time(START));
    // Every field that a session may have.
    session.renew().unwrap();
    session.remember_for(REMEMBERED).unwrap();
    session.limit_to(REMEMBERED).unwrap();
    session.insert("note", "").unwrap();
    let room = session.remaining_bytes();
    let fill = |len: usize| session.insert("note", "x".repeat(len)).is_ok();
    assert!((0..=room).rev().any(fill));
    assert_eq!(session.remaining_bytes(), 0);
    let mut fields = HeaderMap::new();
    let saved = site.cookie.save_to(&session, StatusCode::OK, &mut fields);
    saved.unwrap();
    let mut browser = Browser::new();
    browser.take(&fields);
    let response = browser.try_register(&site, Carry::All);
    let fields = response.headers().get_all(SET_COOKIE);
    assert_eq!(fields.iter().count(), 2);
    let longest = fields.iter().map(|field| field.len()).max();
    assert!(longest.is_some_and(|len| len <= 3_072), "{longest:?}");
    assert_eq!(browser.get(&site, "/"), "nobody 0 Bound");
}

#[test]
fn a_registration_is_no_activity_of_the_visitor() {
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.refresh_after(RefreshAfter::Always)
    });
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    site.wait(60);
    browser.register(&site, Carry::All);
    let session = site.cookie.load(browser.jar.pairs(), time(START + 60));
    assert_eq!(session.last_active_at(), Some(time(START)));
}

#[test]
fn the_absolute_timeout_ends_a_bound_session() {
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.idle_timeout(None)
    });
    let mut browser = Browser::bound(&site);
    site.wait(ABSOLUTE.as_secs() - 1);
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    site.wait(1);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
    browser.refresh(&site, Carry::All);
    assert!(browser.device.is_none());
}

#[test]
fn a_device_lives_as_long_as_a_remembered_session_may() {
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.idle_timeout(None).remember_up_to(REMEMBERED)
    });
    let mut browser = Browser::bound(&site);
    browser.post(&site, "/remember");
    for seconds in [
        ABSOLUTE.as_secs(),
        REMEMBERED.as_secs() - ABSOLUTE.as_secs() - 1,
    ] {
        site.wait(seconds);
        let response = browser.refresh(&site, Carry::CrossSite);
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    }
    site.wait(1);
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
}

#[test]
fn a_rotation_keeps_a_bound_session() {
    let site = Site::under(Keys::new(), DeviceBound::at("/.session"), |cookie| cookie);
    let mut browser = Browser::bound(&site);
    site.keys.rotate();
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    // The identifier cannot be sealed again, so the device's session ends with the key that sealed it.
    site.keys.retire_old("2027-01-15T08:30:00Z");
    site.wait(7200);
    browser.refresh(&site, Carry::All);
    assert!(browser.device.is_none());
}

#[test]
fn a_rollout_begins_and_ends_without_offers() {
    let keys = Keys::new();
    let device = || DeviceBound::at("/.session");
    let on = Site::under(keys.clone(), device(), |cookie| cookie);
    let accepting = Site::under(keys.clone(), device().without_offers(), |cookie| cookie);
    let mut browser = Browser::bound(&on);
    assert_eq!(browser.post(&accepting, "/count"), "ada 1 Bound");
    assert_eq!(browser.get(&on, "/"), "ada 1 Bound");
    assert_eq!(
        browser.refresh(&accepting, Carry::All).status(),
        StatusCode::OK
    );
    let mut thief = browser.thief_of_session();
    assert_eq!(thief.get(&accepting, "/"), "nobody 0 Stale");
    assert_eq!(browser.post(&accepting, "/sign-in"), "ada 1 Unbound");
    assert!(browser.offer.is_none());
    let mut other = Browser::new();
    other.post(&accepting, "/sign-in");
    other.post(&accepting, "/sign-out");
    assert!(other.jar.is_empty(), "no registration is on its way");

    let without = SessionCookie::encrypted(keys.shared.clone())
        .build()
        .unwrap();
    let browser = Browser::bound(&on);
    let session = without.load(browser.jar.pairs(), time(START));
    assert!(matches!(
        session.outcome(),
        Outcome::Rejected {
            reason: Reason::Malformed,
            ..
        }
    ));
}

/// It would answer without the offer, and without the mark of a session that has ended.
#[test]
fn a_session_is_saved_by_no_cookie_that_knows_no_devices() {
    let site = Site::new();
    let without = SessionCookie::encrypted(site.keys.shared.clone());
    let without = without.absolute_timeout(ABSOLUTE).build().unwrap();
    for (loader, saver) in [(&site.cookie, &without), (&without, &site.cookie)] {
        let session = loader.load(None::<&str>, time(START));
        session.renew().unwrap();
        session.insert("user", "ada").unwrap();
        let refused = saver.save(&session);
        assert!(refused.is_err_and(|error| {
            error
                .to_string()
                .contains("loaded by another cookie or token")
        }));
    }
}
