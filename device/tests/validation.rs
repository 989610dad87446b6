//! The question whether a bound session is still valid.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use hardtack::session::Validity;
use hardtack_device::DeviceBound;

use super::{
    browser::{Browser, Carry},
    site::Site,
};

#[test]
fn a_session_is_asked_about_on_its_device_and_nowhere_else() {
    let (asked, is_allowed) = (
        Arc::new(Mutex::new(Vec::new())),
        Arc::new(AtomicBool::new(true)),
    );
    let (list, row) = (Arc::clone(&asked), Arc::clone(&is_allowed));
    let site = Site::with(DeviceBound::at("/.session"), |cookie| {
        cookie.revalidate_after(Duration::from_secs(60), move |session| {
            list.lock().unwrap().push(session.device.is_some());
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
    assert!(asked().is_empty());
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
