//! A session loads as it was saved.

use std::collections::BTreeMap;

use hardtack::{Size, carrier::TokenChange};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    browser::Browser,
    cases::cases,
    site, site_of_profiles, suite,
    times::at,
    tokens_of,
    values::{Profile, dictionary, profile},
};

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn a_dictionary_comes_back_as_it_was(suite in suite(), content in dictionary()) {
        let mut browser = Browser::from(site(suite).size(Size::Browser));
        let stored = browser.visit(|session| {
            let is_stored = |(key, value): &(String, Value)| session.insert(key, value).is_ok();
            content.into_iter().filter(is_stored).collect::<BTreeMap<_, _>>()
        });
        browser.visit(|session| {
            assert_eq!(session.len(), stored.len());
            assert!(session.keys().iter().eq(stored.keys()));
            for (key, value) in &stored {
                assert_eq!(session.get::<Value>(key).unwrap().as_ref(), Some(value));
            }
            let all: BTreeMap<String, Value> = session.deserialize().unwrap();
            assert_eq!(all, stored);
        });
    }

    #[test]
    fn a_value_of_any_type_comes_back_from_a_dictionary(suite in suite(), value in profile()) {
        let mut browser = Browser::from(site(suite).size(Size::Browser));
        browser.visit(|session| session.insert("value", &value).unwrap());
        let read = browser.visit(|session| session.get::<Profile>("value").unwrap());
        prop_assert_eq!(read, Some(value));
    }

    #[test]
    fn a_typed_session_comes_back_as_it_was(suite in suite(), value in profile()) {
        let mut browser = Browser::from(site_of_profiles(suite).size(Size::Browser));
        browser.visit(|session| session.replace(value.clone()).unwrap());
        prop_assert_eq!(browser.visit(|session| session.read(Clone::clone)), value);
    }

    #[test]
    fn a_bare_token_carries_what_a_cookie_carries(suite in suite(), value in profile()) {
        let tokens = tokens_of(suite, 0, "t").max_token_len(4_096);
        let tokens = tokens.application("profiles").typed().build().unwrap();
        let session = tokens.load(None::<&str>, at(0));
        session.replace(value.clone()).unwrap();
        if let TokenChange::Store(token) = tokens.save(&session).unwrap() {
            let read = tokens.load(Some(token), at(0)).read(Clone::clone);
            prop_assert_eq!(read, value);
        } else {
            prop_assert_eq!(value, Profile::default());
        }
    }

    #[test]
    fn a_typed_session_is_written_where_it_differs_from_what_came(
        suite in suite(),
        values in prop::collection::vec(prop::option::of(profile()), 1..5),
    ) {
        let mut browser = Browser::from(site_of_profiles(suite).size(Size::Browser));
        let mut before = Profile::default();
        for value in values {
            let value = value.unwrap_or_default();
            browser.visit(|session| {
                session.update(|profile| *profile = value.clone()).unwrap();
            });
            prop_assert_eq!(browser.sent.len(), usize::from(value != before));
            prop_assert_eq!(browser.jar.is_empty(), value == Profile::default());
            prop_assert_eq!(&browser.visit(|session| session.read(Clone::clone)), &value);
            before = value;
        }
    }
}
