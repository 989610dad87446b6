//! The bound cookies of a request, of which one proves the device.

use cookie::CookieJar;
use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::{BindToDevice, DeviceBinding, DeviceBound};

use super::{
    browser::{Browser, Carry},
    site::{START, Site, time},
};

/// The binding of a session among cookies in this order.
fn binding<'a>(site: &Site, pairs: impl IntoIterator<Item = &'a String>) -> DeviceBinding {
    let session = site.cookie.load(pairs, time(START));
    DeviceBinding::of(&session)
}

/// The session's cookie, and the bound one.
fn pairs_of(browser: &Browser) -> [String; 2] {
    browser.jar.pairs().try_into().unwrap()
}

/// Bound cookies of other sessions, or made by anybody.
fn others(count: usize) -> Vec<String> {
    let pair = |number| format!("__Host-session.b-AAAAAA{number:02}=x");
    (0..count).map(pair).collect()
}

#[test]
fn the_bound_cookie_of_another_session_or_another_name_proves_nothing() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    let other = Browser::bound(&site);
    let own = browser.device.as_ref().unwrap().cookie.clone();
    let others = other.device.as_ref().unwrap().cookie.clone();
    assert_ne!(own, others);
    let value = other.jar.cookies()[&others].clone();
    browser.jar.set(own, value.clone());
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
    browser.jar.set(others, value);
    assert_eq!(browser.get(&site, "/"), "nobody 0 Stale");
}

#[test]
fn an_unbound_session_is_not_bound_by_the_cookie_of_another() {
    let site = Site::new();
    let other = Browser::bound(&site);
    let name = &other.device.as_ref().unwrap().cookie;
    for (path, shown) in [
        ("/sign-in", "ada 0 Unbound"),
        ("/count", "nobody 1 Unbound"),
    ] {
        let mut browser = Browser::new();
        browser.post(&site, path);
        browser
            .jar
            .set(name.clone(), other.jar.cookies()[name].clone());
        assert_eq!(browser.get(&site, "/"), shown);
    }
}

/// The clock of the instance that sealed it is ahead. The default skew is a minute.
#[test]
fn a_bound_cookie_from_the_future_proves_nothing() {
    for (seconds, shown) in [
        (1, "ada 0 Bound"),
        (60, "ada 0 Bound"),
        (61, "nobody 0 Stale"),
    ] {
        let site = Site::new();
        let mut browser = Browser::bound(&site);
        let ahead = Site::under(site.keys.clone(), DeviceBound::at("/.session"), |cookie| {
            cookie
        });
        ahead.wait(seconds);
        browser.refresh(&ahead, Carry::All);
        assert_eq!(browser.get(&site, "/"), shown, "{seconds}");
    }
}

#[test]
fn other_bound_cookies_do_not_hide_that_of_the_session() {
    let site = Site::new();
    let mut browser = Browser::bound(&site);
    for number in 10..30 {
        // Before the true one, in the order of this browser.
        let name = format!("__Host-session.b-------{number}");
        browser.jar.set(name, "x".to_owned());
    }
    assert_eq!(browser.get(&site, "/"), "ada 0 Bound");
}

/// Browsers sort the youngest to the end.
#[test]
fn an_unbound_session_is_bound_by_one_of_the_last_four() {
    let site = Site::new();
    let mut browser = Browser::new();
    browser.post(&site, "/sign-in");
    browser.register(&site, Carry::CrossSite);
    let [session, bound] = pairs_of(&browser);
    for (before, after, expected) in [
        (30, 0, DeviceBinding::Bound),
        (0, 3, DeviceBinding::Bound),
        (0, 4, DeviceBinding::Unbound),
    ] {
        let (before, after) = (others(before), others(after));
        let pairs = [&session]
            .into_iter()
            .chain(&before)
            .chain([&bound])
            .chain(&after);
        assert_eq!(binding(&site, pairs), expected);
    }
}

#[test]
fn of_all_bound_cookies_32_count_and_of_those_of_a_device_four() {
    let site = Site::new();
    let [session, bound] = pairs_of(&Browser::bound(&site));
    let (name, _) = bound.split_once('=').unwrap();
    let own = |count, len| vec![format!("{name}={}", "x".repeat(len)); count];
    for (before, expected) in [
        (others(31), DeviceBinding::Bound),
        (others(32), DeviceBinding::Stale),
        (own(3, 256), DeviceBinding::Bound),
        (own(4, 256), DeviceBinding::Stale),
        // None that long is ours, so it does not count.
        (own(40, 257), DeviceBinding::Bound),
    ] {
        let pairs = [&session].into_iter().chain(&before).chain([&bound]);
        assert_eq!(
            binding(&site, pairs),
            expected,
            "{} {}",
            before.len(),
            before[0]
        );
    }
}

#[test]
fn a_name_with_other_characters_is_that_of_no_bound_cookie() {
    let site = Site::new();
    let [session, bound] = pairs_of(&Browser::bound(&site));
    let junk: Vec<_> = (10..50)
        .map(|number| format!("__Host-session.b-......{number}=x"))
        .collect();
    let pairs = [&session].into_iter().chain(&junk).chain([&bound]);
    assert_eq!(binding(&site, pairs), DeviceBinding::Bound);
}

#[test]
fn a_jar_cannot_offer_a_registration_and_says_so() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.device_bound(DeviceBound::at("/.session"));
    let cookie = cookie.build().unwrap();
    let session = cookie.load_from_cookies(CookieJar::new().iter(), time(START));
    session.renew().unwrap();
    let refused = cookie.save_as_cookies(&session).unwrap_err().to_string();
    assert!(refused.contains("use `save` instead"), "{refused}");
}
