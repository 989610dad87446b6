//! Sessions whose request does not prove their device.

use std::time::Duration;

use axum::http::{StatusCode, header::SET_COOKIE};
use hardtack::{
    Session, SessionCookie, SessionData, SessionError,
    session::{Outcome, Reason},
};
use hardtack_device::{BindToDevice, DeviceBinding, DeviceBound};
use serde::{Deserialize, Serialize};

use super::{
    browser::{Browser, Carry},
    site::{START, Site, time},
};

type Change = fn(&Session, Duration) -> Result<(), SessionError>;

/// The session of a browser that has lost its bound cookie.
fn stale(site: &Site, browser: &Browser) -> Session {
    let session = site
        .cookie
        .load(browser.thief_of_session().jar.pairs(), time(START));
    assert_eq!(DeviceBinding::of(&session), DeviceBinding::Stale);
    session
}

#[test]
fn a_stolen_session_cookie_opens_nothing_and_is_left_alone() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let name = browser.device.as_ref().unwrap().cookie.clone();
    let mut thief = browser.thief();
    thief.jar.retain(|kept| kept != name);
    let before = thief.jar.cookies();
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
    assert_eq!(thief.jar.cookies(), before);
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
fn no_change_of_a_stale_session_is_lost_without_an_error() {
    let site = Site::new();
    let browser = Browser::bound(&site);
    let minute = Duration::from_secs(60);
    let changes: [Change; 13] = [
        |session, _| session.insert("count", 1),
        |session, _| session.update("count", |count: &mut u32| *count += 1),
        |session, _| session.remove("user").map(drop),
        |session, _| session.take::<String>("user").map(drop),
        |session, _| session.flash("", "saved"),
        |session, _| session.flash_once("", "saved"),
        |session, _| session.ensure_id().map(drop),
        |session, _| session.renew_id(),
        |session, _| session.clear(),
        |session, _| session.save(),
        |session, minute| session.remember_for(minute).map(drop),
        |session, _| session.forget(),
        |session, minute| session.limit_to(minute),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let session = stale(&site, &browser);
        let refused = change(&session, minute);
        assert!(
            matches!(refused, Err(SessionError::Stale)),
            "{number}: {refused:?}"
        );
        assert!(session.is_new() && session.is_empty());
        assert!(site.cookie.save(&session).unwrap().is_empty(), "{number}");
    }
}

#[test]
fn no_change_of_a_stale_value_is_lost_without_an_error() {
    #[derive(Default, Serialize, Deserialize, PartialEq)]
    struct Login {
        user: u32,
    }
    impl SessionData for Login {
        const SCHEMA: u32 = 1;
        const LABEL: &'static str = "login";
    }
    let device = DeviceBound::at("/.session").required_after(Duration::from_secs(10));
    let cookie = SessionCookie::encrypted(Site::new().keys.shared);
    let cookie = cookie
        .typed::<Login>()
        .device_bound(device)
        .build()
        .unwrap();
    let session = cookie.load(None::<&str>, time(START));
    session.replace(Login { user: 42 }).unwrap();
    let fields = cookie.save(&session).unwrap();
    let session = cookie.load(&fields, time(START + 10));
    assert_eq!(
        (
            DeviceBinding::of(&session),
            session.read(|login| login.user)
        ),
        (DeviceBinding::Stale, 0)
    );
    let refused = session.update(|login| login.user = 7);
    assert!(matches!(refused, Err(SessionError::Stale)));
    let refused = session.replace(Login { user: 7 });
    assert!(matches!(refused, Err(SessionError::Stale)));
    assert_eq!(session.read(|login| login.user), 0);
    assert!(cookie.save(&session).unwrap().is_empty());
}

#[test]
fn a_page_is_shown_to_a_stale_visitor() {
    let site = Site::new();
    let session = stale(&site, &Browser::bound(&site));
    assert_eq!(session.get::<String>("user").unwrap(), None);
    assert!(session.take_flashes("").unwrap().is_empty());
    assert!(session.csrf_token().is_ok());
    session.discard().unwrap();
    assert!(session.is_alive());
    assert!(site.cookie.save(&session).unwrap().is_empty());
}

/// Otherwise a copy of the cookie alone, and a usual sign-out, would put its owner on the deny list.
#[test]
fn nothing_is_told_about_a_stale_session() {
    let site = Site::new();
    let browser = Browser::bound(&site);
    let told = |session: &Session| (session.id(), session.created_at(), session.expires_at());
    assert_eq!(told(&stale(&site, &browser)), (None, None, None));
    assert_eq!(stale(&site, &browser).invalidate().unwrap(), None);
    let session = stale(&site, &browser);
    session.renew().unwrap();
    assert_eq!(session.invalidate().unwrap(), None);
    // The owner is told.
    let session = site.cookie.load(browser.jar.pairs(), time(START));
    let id = session.id();
    assert!(id.is_some());
    assert_eq!(session.invalidate().unwrap(), id);
}

#[test]
fn a_stale_session_is_reported_with_its_key() {
    let site = Site::new();
    let session = stale(&site, &Browser::bound(&site));
    let key_id = site.cookie.keys_in_use(time(START)).seals;
    let reason = Reason::Stale;
    assert_eq!(
        session.outcome(),
        Outcome::Rejected {
            reason,
            key_id: Some(key_id)
        }
    );
}

/// It is no fault of the server, and no visitor reads advice for developers.
#[test]
fn a_change_of_a_stale_session_asks_the_visitor_to_sign_in_again() {
    let sites = [Site::new(), Site::new().in_actix()];
    for site in sites {
        let mut browser = Browser::bound(&site);
        browser.lose_bound_cookie();
        let refused = browser.fetch(&site, "POST", "/count");
        assert_eq!(refused.status(), StatusCode::FORBIDDEN);
        assert_eq!(refused.body(), "please sign in again");
        assert!(!refused.headers().contains_key(SET_COOKIE));
        assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
        assert_eq!(browser.post(&site, "/sign-out"), "nobody 0 Unbound");
        assert_eq!(browser.get(&site, "/"), "nobody 0 Unbound");
    }
}

#[cfg(feature = "tracing")]
#[test]
fn a_change_of_a_stale_session_is_logged_as_no_fault() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    browser.lose_bound_cookie();
    let told = super::told::told_by(|| drop(browser.post(&site, "/count")));
    assert!(
        told.iter()
            .any(|told| told.fields.contains("was not changed"))
    );
    assert!(
        told.iter().all(|told| told.level >= tracing::Level::DEBUG),
        "{told:?}"
    );
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
fn a_stale_visitor_signs_in_at_a_provider() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    browser.lose_bound_cookie();
    assert_eq!(browser.get(&site, "/begin"), "nobody 0 Unbound");
    assert_eq!(browser.get(&site, "/callback"), "ada 0 Unbound");
    browser.register(&site, Carry::CrossSite);
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

#[test]
fn a_stale_session_signs_in_by_a_form() {
    let site = Site::new();
    let browser = Browser::bound(&site);
    let load = |cookies: Vec<String>| site.cookie.load(cookies, time(START));
    let all = browser.jar.pairs();
    let copied: Vec<_> = all
        .iter()
        .filter(|pair| !pair.contains(".b-"))
        .cloned()
        .collect();
    let stale = || load(copied.clone());
    assert_eq!(DeviceBinding::of(&stale()), DeviceBinding::Stale);
    let token = stale().csrf_token().unwrap();
    assert!(stale().verify_csrf(&token).is_ok());
    // Who copied the cookie gets no token of the session that it belongs to.
    let bound = || load(all.clone());
    assert_eq!(DeviceBinding::of(&bound()), DeviceBinding::Bound);
    assert!(bound().verify_csrf(&token).is_err());
    assert!(stale().verify_csrf(&bound().csrf_token().unwrap()).is_err());
    let session = stale();
    session.csrf_token().unwrap();
    assert!(site.cookie.save(&session).unwrap().is_empty());
}

/// Its tokens would be those of every such session that began in the same second.
#[test]
fn a_stale_session_without_an_id_has_no_tokens_for_forms() {
    let device = DeviceBound::at("/.session").required_after(Duration::from_secs(10));
    let site = Site::with(device, |cookie| cookie);
    let session = site.cookie.load(None::<&str>, time(START));
    session.insert("cart", [1, 2]).unwrap();
    let fields = site.cookie.save(&session).unwrap();
    let session = site.cookie.load(&fields, time(START + 10));
    assert!(matches!(session.csrf_token(), Err(SessionError::Stale)));
    session.invalidate().unwrap();
    let token = session.csrf_token().unwrap();
    assert!(session.verify_csrf(&token).is_ok());
}
