//! What the visitor, and what a thief, gets to see.

use axum::http::{StatusCode, header::SET_COOKIE};
use hardtack::{
    SessionCookie,
    device::DeviceBound,
    session::{DeviceBinding, Outcome, Reason},
};
use std::time::Duration;

use crate::{
    browser::{Browser, Carry},
    site::{ABSOLUTE, Keys, START, Site, moment},
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
    let mut late = browser.thief();
    late.cookies.retain(|name, _| !name.contains(".b-"));
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
fn a_browser_without_the_protocol_stays_pending_and_signed_in() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    site.wait(900);
    assert_eq!(browser.post(&site, "/count"), "ada 1 Unbound");
}

#[test]
fn registration_works_without_a_cookie() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::CrossSite);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
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
    browser.cookies.insert(
        "__Host-session".to_owned(),
        late.cookies["__Host-session"].clone(),
    );
    assert_eq!(browser.get(&site, "/"), "ada 1 Bound");
    browser.lose_bound_cookie();
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
}

#[test]
fn a_stolen_session_cookie_opens_nothing_and_is_left_alone() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let name = browser.device.as_ref().unwrap().cookie.clone();
    let mut thief = browser.thief();
    thief.cookies.remove(&name);
    let before = thief.cookies.clone();
    assert_eq!(thief.get(&site, "/"), "nobody 0 Stale");
    let response = thief.fetch(&site, "POST", "/count");
    assert!(
        !response.status().is_success(),
        "no change is lost silently"
    );
    assert!(
        !response.headers().contains_key(SET_COOKIE),
        "nothing is written, nothing deleted"
    );
    assert_eq!(thief.cookies, before);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_stolen_pair_of_cookies_opens_until_the_bound_one_ends() {
    let site = Site::new();
    let browser = Browser::bound(&site);
    let mut thief = browser.thief();
    site.wait(599);
    assert_eq!(thief.get(&site, "/"), "ada 0 Bound");
    site.wait(1);
    assert_eq!(thief.get(&site, "/"), "nobody 0 Stale");
    // Its own responses gave the thief nothing that lasts.
    assert!(thief.offer.is_none());
}

#[test]
fn the_bound_cookie_of_another_session_or_another_name_proves_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let other = Browser::bound(&site);
    let own = browser.device.as_ref().unwrap().cookie.clone();
    let others = other.device.as_ref().unwrap().cookie.clone();
    assert_ne!(own, others);
    let value = other.cookies[&others].clone();
    browser.cookies.insert(own, value.clone());
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
    browser.cookies.insert(others, value);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
}

#[test]
fn whoever_is_stale_signs_in_again() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    browser.lose_bound_cookie();
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
    assert_eq!(browser.post(&site, "/sign-in"), "ada 0 Unbound");
    browser.register(&site, Carry::All);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_failed_sign_in_changes_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let before = browser.cookies.clone();
    browser.post(&site, "/fail");
    assert!(browser.offer.is_none());
    assert_eq!(browser.cookies, before);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_second_sign_in_ends_the_session_of_the_first_from_any_site() {
    for carry in [Carry::All, Carry::CrossSite] {
        let site = Site::new();
        let mut browser = Browser::bound(&site);
        let first = browser.device.clone();
        browser.post(&site, "/sign-in");
        browser.register(&site, Carry::All);
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
        let second = std::mem::replace(&mut browser.device, first);
        browser.refresh(&site, carry);
        assert!(browser.device.is_none(), "the first key is dropped");
        browser.device = second;
        assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
        assert_eq!(browser.refresh(&site, carry).status(), StatusCode::OK);
        assert!(browser.device.is_some());
        assert_eq!(browser.cookies.len(), 2, "{:?}", browser.cookies.keys());
    }
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
fn a_sign_out_ends_the_session_of_the_device_from_any_site() {
    for carry in [Carry::All, Carry::CrossSite] {
        let site = Site::new();
        let mut browser = Browser::bound(&site);
        assert_eq!(browser.post(&site, "/sign-out"), "nobody 0 Unbound");
        browser.refresh(&site, carry);
        assert!(browser.device.is_none());
        assert!(browser.cookies.is_empty(), "{:?}", browser.cookies.keys());
    }
}

#[test]
fn a_session_that_is_cleared_ends_that_of_the_device() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let before: Vec<_> = browser.cookies.keys().cloned().collect();
    assert!(before.iter().any(|name| name.contains(".b-")));
    browser.post(&site, "/clear");
    let left: Vec<_> = browser.cookies.keys().collect();
    assert!(left.iter().all(|name| name.contains(".out-")), "{left:?}");
    assert_eq!(left.len(), 1);
}

#[test]
fn after_a_new_id_or_none_a_sign_out_ends_the_session_of_the_device() {
    for (change, shown) in [("/new-id", "ada 0 Bound"), ("/begin-again", "eve 0 Bound")] {
        let site = Site::new();
        let mut browser = Browser::bound(&site);
        assert_eq!(browser.post(&site, change), shown);
        assert_eq!(browser.get(&site, "/"), shown);
        browser.post(&site, "/sign-out");
        let left: Vec<_> = browser.cookies.keys().collect();
        assert!(left.iter().all(|name| name.contains(".out-")), "{left:?}");
        browser.refresh(&site, Carry::CrossSite);
        assert!(browser.device.is_none(), "{change}");
    }
}

#[test]
fn a_pending_session_with_another_id_or_none_has_no_use_for_its_first_offer() {
    for change in ["/new-id", "/begin-again", "/clear"] {
        let site = Site::new();
        let mut browser = Browser::new();
        browser.post(&site, "/sign-in");
        let first = browser.offer.take();
        browser.post(&site, change);
        browser.offer = first;
        let refused = browser.try_register(&site, Carry::CrossSite);
        assert_eq!(refused.status(), StatusCode::BAD_REQUEST, "{change}");
    }
}

#[test]
fn other_bound_cookies_do_not_hide_that_of_the_session() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    for number in 10..30 {
        // Before the true one, in the order of this browser.
        let name = format!("__Host-session.b-++++++{number}");
        browser.cookies.insert(name, "x".to_owned());
    }
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_refresh_ends_the_device_of_a_session_that_was_revoked_under_a_newer_id() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    browser.post(&site, "/new-id");
    let id = browser.session_id(&site);
    site.revoked.lock().unwrap().push(id);
    browser.refresh(&site, Carry::All);
    assert!(browser.device.is_none());
}

#[test]
fn a_sign_out_right_after_the_registration_ends_it() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::All);
    browser.post(&site, "/sign-out");
    let left: Vec<_> = browser.cookies.keys().collect();
    assert!(left.iter().all(|name| name.contains(".out-")), "{left:?}");
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
    assert!(browser.cookies.is_empty(), "{:?}", browser.cookies);
}

#[test]
fn after_a_new_id_a_second_sign_in_ends_the_session_of_the_device() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    browser.post(&site, "/new-id");
    browser.lose_bound_cookie();
    assert_eq!(browser.post(&site, "/sign-in"), "ada 0 Unbound");
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
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
        let bound = browser.cookies.keys().filter(|name| name.contains(".b-"));
        assert_eq!(bound.count(), 1);
    }
}

#[test]
fn an_earlier_id_may_be_denied() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let id = browser.session_id(&site);
    browser.post(&site, "/new-id");
    site.revoked.lock().unwrap().push(id);
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_session_that_ends_at_once_offers_no_registration() {
    let site = Site::new();
    let session = site.cookie.load(None::<&str>, moment(START));
    session.renew().unwrap();
    session.insert("user", "ada").unwrap();
    session.limit_to(Duration::ZERO).unwrap();
    assert!(site.cookie.save(&session).unwrap().registration().is_none());
}

#[test]
fn a_stale_session_signs_in_by_a_form() {
    let site = Site::new();
    let browser = Browser::bound(&site);
    let load = |cookies: Vec<String>| site.cookie.load(cookies, moment(START));
    let all = browser.pairs();
    let copied: Vec<_> = all
        .iter()
        .filter(|pair| !pair.contains(".b-"))
        .cloned()
        .collect();
    let stale = || load(copied.clone());
    assert_eq!(stale().binding(), DeviceBinding::Stale);
    let token = stale().csrf_token().unwrap();
    assert!(stale().verify_csrf(&token));
    // Who copied the cookie gets no token of the session that it belongs to.
    let bound = || load(all.clone());
    assert_eq!(bound().binding(), DeviceBinding::Bound);
    assert!(!bound().verify_csrf(&token));
    assert!(!stale().verify_csrf(&bound().csrf_token().unwrap()));
    let session = stale();
    session.csrf_token().unwrap();
    assert!(site.cookie.save(&session).unwrap().is_empty());
}

#[test]
fn a_refresh_during_a_sign_out_does_not_bring_the_session_back() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let mut other_tab = browser.clone();
    browser.post(&site, "/sign-out");
    // The other tab's request was sent before the sign-out, and answered after it.
    assert_eq!(
        other_tab.refresh(&site, Carry::All).status(),
        StatusCode::OK
    );
    for (name, value) in other_tab.cookies {
        if name.contains(".b-") {
            browser.cookies.insert(name, value);
        }
    }
    assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
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
    let mut thief = browser.thief();
    thief.cookies.retain(|name, _| !name.contains(".b-"));
    assert_eq!(thief.get(&accepting, "/"), "nobody 0 Stale");
    assert_eq!(browser.post(&accepting, "/sign-in"), "ada 1 Unbound");
    assert!(browser.offer.is_none());

    let without = SessionCookie::encrypted(keys.shared.clone())
        .build()
        .unwrap();
    let browser = Browser::bound(&on);
    let fields = browser
        .cookies
        .iter()
        .map(|(name, value)| format!("{name}={value}"));
    let session = without.load(fields, moment(START));
    assert!(matches!(
        session.outcome(),
        Outcome::Rejected {
            reason: Reason::Malformed,
            ..
        }
    ));
}

/// docs/device-bound.md says so.
#[test]
fn binding_adds_few_bytes() {
    let plain = Site::with(DeviceBound::at("/.session").without_offers(), |cookie| {
        cookie
    });
    let mut before = Browser::new();
    before.post(&plain, "/sign-in");
    let bound = Browser::bound(&Site::new());
    let length = |browser: &Browser| browser.cookies["__Host-session"].len();
    assert!(length(&bound) - length(&before) <= 22);
    let name = &bound.device.as_ref().unwrap().cookie;
    assert!(
        name.len() + 1 + bound.cookies[name].len() <= 130,
        "{}",
        bound.cookies[name].len()
    );
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
fn a_rotation_keeps_a_bound_session() {
    let site = Site::under(Keys::new(), DeviceBound::at("/.session"), |cookie| {
        cookie.danger_retire_early()
    });
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
