//! Work that outlives its request: `is_alive` says what a reload would.

use std::time::Duration;

use hardtack::Session;
use hardtack_device::{DeviceBinding, DeviceBound};

use super::{
    browser::{Browser, Carry},
    site::Site,
};

/// The session of a stream that begins now.
fn stream(site: &Site, browser: &Browser) -> Session {
    let session = site.cookie.load(browser.jar.pairs(), site.clock());
    assert!(!session.is_new());
    session
}

/// Asserts that `is_alive` agrees with loading the cookies again.
#[track_caller]
fn check(site: &Site, browser: &Browser, stream: &Session, expected: bool) {
    let reloaded = site.cookie.load(browser.jar.pairs(), site.clock());
    assert_eq!(
        (stream.is_alive(), !reloaded.is_new()),
        (expected, expected)
    );
}

fn requiring(grace: u64) -> Site {
    let device = DeviceBound::at("/.session").required_after(Duration::from_secs(grace));
    Site::with(device, |cookie| cookie)
}

#[test]
fn a_stream_of_stolen_cookies_ends_with_the_bound_one() {
    let site = Site::new();
    let thief = Browser::bound(&site).thief();
    site.wait(200);
    let stream = stream(&site, &thief);
    check(&site, &thief, &stream, true);
    site.wait(399);
    check(&site, &thief, &stream, true);
    site.wait(1);
    check(&site, &thief, &stream, false);
}

#[test]
fn a_page_connects_again_after_a_refresh() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let before = stream(&site, &browser);
    site.wait(480);
    browser.refresh(&site, Carry::All);
    site.wait(120);
    assert!(!before.is_alive());
    let after = stream(&site, &browser);
    check(&site, &browser, &after, true);
    site.wait(480);
    check(&site, &browser, &after, false);
}

#[test]
fn a_stream_of_a_session_that_its_request_bound_ends_with_the_bound_cookie() {
    let site = requiring(60);
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::CrossSite);
    let stream = stream(&site, &browser);
    assert_eq!(DeviceBinding::of(&stream), DeviceBinding::Bound);
    site.wait(599);
    check(&site, &browser, &stream, true);
    site.wait(1);
    check(&site, &browser, &stream, false);
}

#[test]
fn a_stream_without_a_device_ends_with_the_grace() {
    let site = requiring(60);
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let stream = stream(&site, &browser);
    site.wait(59);
    check(&site, &browser, &stream, true);
    site.wait(1);
    check(&site, &browser, &stream, false);
}

#[test]
fn a_stream_without_a_device_goes_on_where_none_is_required() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    let stream = stream(&site, &browser);
    site.wait(1_000);
    check(&site, &browser, &stream, true);
}

/// Signs in or renews, and asserts after each wait that `is_alive` agrees with loading the new cookie.
#[track_caller]
fn check_begun(site: &Site, pairs: &[String], begin: fn(&Session), waits: [(u64, bool); 2]) {
    let session = site.cookie.load(pairs, site.clock());
    begin(&session);
    session.insert("user", 42).unwrap();
    let fields = site.cookie.save(&session).unwrap();
    for (wait, expected) in waits {
        site.wait(wait);
        let opens = !site.cookie.load(&fields, site.clock()).is_new();
        assert_eq!((session.is_alive(), opens), (expected, expected));
    }
}

#[test]
fn a_stream_whose_request_began_its_session_has_the_time_of_the_new_one() {
    let begin: [fn(&Session); 2] = [
        |session| _ = session.sign_in().unwrap(),
        |session| session.renew().unwrap(),
    ];
    for begin in begin {
        let site = requiring(60);
        check_begun(&site, &[], begin, [(59, true), (1, false)]);
        // Whatever the bound cookie of the session before it says.
        let site = Site::new();
        let pairs = Browser::bound(&site).jar.pairs();
        check_begun(&site, &pairs, begin, [(599, true), (2, true)]);
        let site = requiring(60);
        let pairs = Browser::bound(&site).jar.pairs();
        check_begun(&site, &pairs, begin, [(59, true), (1, false)]);
    }
}
