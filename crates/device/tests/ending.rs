//! The end of a session, and of its device with it.

use std::time::Duration;

use axum::{
    body::Body,
    http::{HeaderMap, Request, Response, StatusCode, header::SET_COOKIE},
};
use hardtack::{EncryptionKey, Session};
use hardtack_device::DeviceBinding;

use super::{
    browser::{Browser, Carry},
    site::{ABSOLUTE, START, Site, time},
};

#[test]
fn a_sign_out_ends_the_session_of_the_device_from_any_site() {
    for carry in [Carry::All, Carry::CrossSite] {
        let site = Site::new();
        let mut browser = Browser::bound(&site);
        assert_eq!(browser.post(&site, "/sign-out"), "nobody 0 Unbound");
        browser.refresh(&site, carry);
        assert!(browser.device.is_none());
        assert!(browser.jar.is_empty(), "{:?}", browser.jar.names());
    }
}

#[test]
fn a_sign_out_right_after_the_registration_ends_it() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::All);
    browser.post(&site, "/sign-out");
    let left = browser.jar.names();
    assert!(left.iter().all(|name| name.contains(".out-")), "{left:?}");
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.cookies());
}

#[test]
fn a_session_that_is_cleared_ends_that_of_the_device() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let before = browser.jar.names();
    assert!(before.iter().any(|name| name.contains(".b-")));
    browser.post(&site, "/clear");
    let left = browser.jar.names();
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
        let left = browser.jar.names();
        assert!(left.iter().all(|name| name.contains(".out-")), "{left:?}");
        browser.refresh(&site, Carry::CrossSite);
        assert!(browser.device.is_none(), "{change}");
    }
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
        assert_eq!(browser.jar.names().len(), 2, "{:?}", browser.jar.names());
    }
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
    for (name, value) in other_tab.jar.cookies() {
        if name.contains(".b-") {
            browser.jar.set(name, value);
        }
    }
    assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
}

/// HTTP/2 sends each cookie in a field of its own.
#[test]
fn a_mark_ends_the_device_in_whichever_cookie_field_it_comes() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let id = browser.device.as_ref().unwrap().id.clone();
    let before = browser.jar.field();
    browser.post(&site, "/sign-out");
    let mark = browser.jar.field();
    let ask = |cookies: &[&str]| {
        let mut request = Request::post("/.session/refresh").header("host", "app.test");
        request = request.header("sec-secure-session-id", &id);
        for cookie in cookies {
            request = request.header("cookie", *cookie);
        }
        site.send(request.body(Body::empty()).unwrap()).status()
    };
    let ended = ask(&[&mark]);
    assert_ne!(ask(&[&before]), ended);
    for cookies in [
        &["theme=dark", &*mark][..],
        &[&*before, &*mark],
        &[&*mark, &*before],
        &["a=1", "b=2", &*mark],
    ] {
        assert_eq!(ask(cookies), ended, "{cookies:?}");
    }
}

#[test]
fn a_cookie_named_like_a_part_of_a_mark_ends_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let mut signed_out = browser.clone();
    signed_out.post(&site, "/sign-out");
    for (mark, value) in signed_out.jar.cookies() {
        browser.jar.set(format!("{mark}.1"), value);
    }
    browser.refresh(&site, Carry::All);
    assert!(browser.device.is_some());
}

/// The marks that a response leaves: their names, and for how long.
fn marks(response: &Response<String>) -> Vec<(String, u64)> {
    let fields = response.headers().get_all(SET_COOKIE).iter();
    let mark = |field: &str| {
        let (name, rest) = field.split_once("=1; ")?;
        let (_, seconds) = rest.split_once("Max-Age=")?;
        let (seconds, _) = seconds.split_once(';').unwrap_or((seconds, ""));
        name.contains(".out-")
            .then(|| (name.to_owned(), seconds.parse().unwrap()))
    };
    fields
        .filter_map(|field| mark(field.to_str().unwrap()))
        .collect()
}

#[test]
fn the_mark_of_a_bound_session_is_kept_for_a_day() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let left = marks(&browser.fetch(&site, "POST", "/sign-out"));
    let [(_, seconds)] = &left[..] else {
        panic!("one mark, not {left:?}")
    };
    assert_eq!(*seconds, 86_400);
}

#[test]
fn the_mark_of_an_unbound_session_is_kept_while_its_offer_is_good() {
    for (waited, expected) in [(0, Some(120)), (50, Some(70)), (119, Some(1)), (120, None)] {
        for path in ["/sign-out", "/sign-in", "/clear"] {
            let site = Site::new();
            let mut browser = Browser::new();
            browser.post(&site, "/sign-in");
            site.wait(waited);
            let left = marks(&browser.fetch(&site, "POST", path));
            let seconds: Vec<_> = left.iter().map(|(_, seconds)| *seconds).collect();
            assert_eq!(seconds, Vec::from_iter(expected), "{path} after {waited}");
        }
    }
}

#[test]
fn a_hundred_sign_ins_and_sign_outs_in_an_hour_leave_a_handful_of_cookies() {
    let site = Site::new();
    let mut browser = Browser::new();
    let mut kept: Vec<(String, u64)> = Vec::new();
    for second in (0..3_600).step_by(36) {
        kept.retain(|(_, end)| second < *end);
        browser
            .jar
            .retain(|name| kept.iter().any(|(kept, _)| kept == name));
        browser.post(&site, "/sign-in");
        let left = marks(&browser.fetch(&site, "POST", "/sign-out"));
        kept.extend(
            left.into_iter()
                .map(|(name, seconds)| (name, second + seconds)),
        );
        assert!(
            browser.jar.names().len() <= 4,
            "{:?}",
            browser.jar.cookies()
        );
        site.wait(36);
    }
    assert_eq!(browser.jar.names().len(), 4, "they are left at all");
}

/// A second refresh would ask for a session that has ended.
#[test]
fn a_device_that_is_ended_loses_its_cookies() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let id = browser.session_id(&site);
    site.revoked.lock().unwrap().push(id);
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
    assert!(
        !browser.jar.names().iter().any(|name| name.contains(".b-")),
        "{:?}",
        browser.jar.cookies()
    );

    // A tab refreshed while the visitor signed out.
    let mut browser = Browser::bound(&site);
    let mut tab = browser.clone();
    browser.post(&site, "/sign-out");
    tab.refresh(&site, Carry::All);
    for (name, value) in tab.jar.cookies() {
        if name.contains(".b-") {
            browser.jar.set(name, value);
        }
    }
    assert_eq!(browser.jar.names().len(), 2);
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.jar.is_empty(), "{:?}", browser.jar.cookies());
}

#[test]
fn a_refresh_beside_another_session_ends_the_device() {
    let site = Site::new();
    // Of a sign-in, and of somebody who did not sign in.
    for path in ["/sign-in", "/count"] {
        let mut browser = Browser::bound(&site);
        browser.jar.retain(|name| name != "__Host-session");
        browser.post(&site, path);
        browser.refresh(&site, Carry::All);
        assert!(browser.device.is_none(), "{path}");
    }
    // Its own goes on, also before it is bound.
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::CrossSite);
    assert_eq!(browser.refresh(&site, Carry::All).status(), StatusCode::OK);
    assert!(browser.device.is_some());
}

#[test]
fn of_two_keys_that_were_registered_for_one_offer_one_goes_on() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let offer = browser.offer.clone();
    browser.register(&site, Carry::CrossSite);
    let first = browser.device.take();
    browser.offer = offer;
    browser.register(&site, Carry::CrossSite);
    let second = browser.device.take();
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
    let goes_on = |device| {
        browser.device = device;
        browser.refresh(&site, Carry::All);
        browser.device.is_some()
    };
    let both = [first, second].map(goes_on);
    assert_eq!(both.iter().filter(|goes_on| **goes_on).count(), 1);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_key_that_was_registered_late_ends_with_its_session() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    site.wait(119);
    browser.register(&site, Carry::CrossSite);
    site.wait(ABSOLUTE.as_secs() - 120);
    assert_eq!(
        browser.refresh(&site, Carry::CrossSite).status(),
        StatusCode::OK
    );
    assert!(browser.device.is_some());
    site.wait(1);
    browser.refresh(&site, Carry::CrossSite);
    assert!(browser.device.is_none());
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
    let mut browser = Browser::new();
    for pairs in [browser.jar.pairs(), {
        browser.post(&site, "/count");
        browser.jar.pairs()
    }] {
        let session = site.cookie.load(pairs, time(START));
        session.renew().unwrap();
        session.insert("user", "ada").unwrap();
        session.limit_to(Duration::ZERO).unwrap();
        assert!(!saved(&site, &session).contains_key(REGISTRATION));
    }
}

#[test]
fn a_session_whose_key_is_dropped_while_it_is_renewed_offers_no_registration() {
    let site = Site::new();
    let browser = Browser::bound(&site);
    let session = site.cookie.load(browser.jar.pairs(), site.clock());
    assert_eq!(DeviceBinding::of(&session), DeviceBinding::Bound);
    let next = EncryptionKey::generate().unwrap();
    site.keys.shared.replace(next).unwrap();
    session.renew().unwrap();
    let fields = saved(&site, &session);
    assert!(!fields.contains_key(SET_COOKIE) && !fields.contains_key(REGISTRATION));
}

/// The fields of a response.
fn saved(site: &Site, session: &Session) -> HeaderMap {
    let mut fields = HeaderMap::new();
    let saved = site.cookie.save_to(session, StatusCode::OK, &mut fields);
    saved.unwrap();
    fields
}

const REGISTRATION: &str = "secure-session-registration";
