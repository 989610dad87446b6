//! Loading and saving.

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use hardtack::{Clock, Session, SessionData, SessionError};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::{browser::Browser, moments::at, sites::encrypted};

#[test]
fn a_page_without_the_session_reads_nothing_and_sends_nothing() {
    let mut browser = Browser::with([("a", 1)]);
    let asked = Arc::new(AtomicUsize::new(0));
    let clock = Clock::from_fn({
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
            at(40_000)
        }
    });
    let session = browser.site.load(&browser.cookie, clock);
    browser.receive(browser.site.save(&session).unwrap());
    assert!(browser.sent.is_empty());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn changes_save_themselves() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.visit(|session| session.insert("b", 2).unwrap());
    browser.visit(|session| session.remove("a").unwrap());
    assert_eq!(browser.content(), json!({"b": 2}));
}

#[test]
fn every_method_that_changes_is_saved() {
    #[track_caller]
    fn check(change: impl FnOnce(&Session), expected: &Value) {
        let mut browser = Browser::with([("a", 1), ("b", 2)]);
        browser.visit(change);
        assert_eq!(browser.sent.len(), 1);
        assert_eq!(&browser.content(), expected);
    }
    check(|s| s.insert("a", 3).unwrap(), &json!({"a": 3, "b": 2}));
    check(|s| _ = s.remove("a").unwrap(), &json!({"b": 2}));
    check(|s| _ = s.take::<u8>("a").unwrap(), &json!({"b": 2}));
    check(
        |s| s.update("a", |a: &mut u8| *a += 4).unwrap(),
        &json!({"a": 5, "b": 2}),
    );
    check(|s| s.clear().unwrap(), &json!({}));
}

#[test]
fn saving_writes_a_session_that_did_not_change() {
    let mut browser = Browser::with([("a", 1)]);
    browser.visit(|session| session.save().unwrap());
    assert_eq!(browser.sent.len(), 1);
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn a_value_that_is_changed_in_place_is_saved() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("mylist", [0]).unwrap());
    browser.visit(|session| {
        let append = |list: &mut Vec<u32>| list.push(1);
        session.update("mylist", append).unwrap();
    });
    browser.visit(|session| {
        let append = |list: &mut Vec<u32>| list.push(2);
        session.update("mylist", append).unwrap();
        // Never needed, and no harm.
        session.save().unwrap();
    });
    assert_eq!(browser.content(), json!({"mylist": [0, 1, 2]}));
}

#[test]
fn a_value_in_a_nested_dictionary_is_changed() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("foo", json!({})).unwrap());
    browser.visit(|session| {
        let set = |foo: &mut BTreeMap<String, u32>| foo.insert("a".to_owned(), 1);
        session.update("foo", set).unwrap();
    });
    assert_eq!(browser.content(), json!({"foo": {"a": 1}}));
}

#[test]
fn a_typed_session_is_changed_like_any_value() {
    #[derive(Serialize, Deserialize, Default)]
    struct Cart {
        articles: Vec<u32>,
    }
    impl SessionData for Cart {
        const LABEL: &str = "cart";
        const SCHEMA: u32 = 1;
    }
    let mut browser = Browser::from(encrypted().typed::<Cart>());
    browser.visit(|session| session.update(|cart| cart.articles.push(7)).unwrap());
    browser.visit(|session| session.update(|cart| cart.articles.push(9)).unwrap());
    let articles = browser.visit(|session| session.read(|cart| cart.articles.clone()));
    assert_eq!(articles, [7, 9]);
}

#[test]
fn a_change_after_the_head_was_sent_is_an_error() {
    let mut browser = Browser::with([("count", 1)]);
    let session = browser.site.load(&browser.cookie, at(0));
    session.insert("count", 2).unwrap();
    browser.receive(browser.site.save(&session).unwrap());
    let late = session.insert("count", 3);
    assert!(matches!(late, Err(SessionError::AfterHead)));
    assert!(matches!(session.save(), Err(SessionError::AfterHead)));
    assert_eq!(session.to::<Value>().unwrap(), json!({"count": 2}));
    assert_eq!(browser.content(), json!({"count": 2}));
}

#[test]
fn what_was_changed_is_reverted() {
    let mut browser = Browser::with([("a", 1)]);
    browser.visit(|session| {
        session.insert("a", 2).unwrap();
        session.discard().unwrap();
    });
    assert!(browser.sent.is_empty());
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[cfg(feature = "http")]
#[test]
fn nothing_is_saved_when_something_goes_wrong() {
    let mut browser = Browser::with([("a", 1)]);
    let change = |session: &Session| session.insert("a", 2).unwrap();
    browser.visit_and_answer(http::StatusCode::INTERNAL_SERVER_ERROR, change);
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[cfg(feature = "http")]
#[test]
fn what_was_explicitly_saved_is_sent_although_something_goes_wrong() {
    let mut browser = Browser::with([("a", 1)]);
    browser.visit_and_answer(http::StatusCode::INTERNAL_SERVER_ERROR, |session| {
        session.insert("a", 2).unwrap();
        session.save().unwrap();
    });
    assert_eq!(browser.content(), json!({"a": 2}));
}

#[cfg(feature = "http")]
#[test]
fn the_cookie_is_set_on_an_error_page_where_that_is_wanted() {
    let mut browser = Browser::from(encrypted().save_on_server_error());
    let change = |session: &Session| session.insert("a", 2).unwrap();
    browser.visit_and_answer(http::StatusCode::INTERNAL_SERVER_ERROR, change);
    assert_eq!(browser.content(), json!({"a": 2}));
}

#[cfg(feature = "http")]
impl Browser {
    fn visit_and_answer(&mut self, status: http::StatusCode, page: impl FnOnce(&Session)) {
        let mut response = http::HeaderMap::new();
        let session = self.site.load(&self.cookie, at(self.now));
        page(&session);
        self.site.save_to(&session, status, &mut response).unwrap();
        let fields = response.get_all(http::header::SET_COOKIE);
        self.receive(
            fields
                .iter()
                .map(|field| field.to_str().unwrap().to_owned()),
        );
    }
}
