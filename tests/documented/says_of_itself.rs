//! What a session says of itself.

use hardtack::{RefreshAfter, Session};

use crate::{browser::Browser, moments::at, sites::encrypted};

#[test]
fn the_time_of_creation_stays() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 100;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 200;
    assert_eq!(browser.visit(Session::created_at), Some(at(0)));
}

#[test]
fn a_session_is_new_until_it_comes_back() {
    let mut browser = Browser::new();
    browser.visit(|session| {
        session.insert("a", 1).unwrap();
        assert!(session.is_new());
    });
    assert!(!browser.visit(Session::is_new));
}

#[test]
fn the_last_access_is_the_one_before_this_and_absent_at_first() {
    let mut browser = Browser::from(encrypted().refresh_after(RefreshAfter::Always));
    browser.visit(|session| {
        session.insert("a", 1).unwrap();
        assert_eq!(session.last_active_at(), None);
    });
    for (now, before) in [(100, 0), (250, 100), (300, 250)] {
        browser.now = now;
        assert_eq!(browser.visit(Session::last_active_at), Some(at(before)));
    }
}

#[test]
fn the_last_access_is_the_last_change_where_reading_does_not_count() {
    let mut browser = Browser::from(encrypted().refresh_after(RefreshAfter::OnChange));
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 100;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 250;
    assert_eq!(browser.visit(Session::last_active_at), Some(at(100)));
    browser.now = 300;
    assert_eq!(browser.visit(Session::last_active_at), Some(at(100)));
}

#[test]
fn an_id_is_made_when_it_is_asked_for_and_stays() {
    let mut browser = Browser::new();
    assert_eq!(browser.visit(Session::id), None);
    let id = browser.visit(|session| session.ensure_id().unwrap());
    assert_eq!(browser.visit(Session::id), Some(id));
    let other = Browser::new().visit(|session| session.ensure_id().unwrap());
    assert_ne!(id, other);
}
