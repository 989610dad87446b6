//! A session loads as it was saved.
//!
//! A changed token does not open.

use std::collections::BTreeMap;

use hardtack::{Size, carrier::TokenChange};
use proptest::prelude::*;
use serde_json::Value;

use super::{
    SUITES, assert_refused, blob_of,
    browser::Browser,
    cases::cases,
    encode, site, site_of_profiles, small_token, suite,
    times::at,
    token_of, tokens_of,
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

#[test]
fn no_token_opens_with_one_bit_flipped() {
    for suite in SUITES {
        let blob = blob_of(&small_token(suite));
        for bit in 0..blob.len() * 8 {
            let mut changed = blob.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_refused(suite, &encode(&changed));
        }
    }
}

#[test]
fn no_token_opens_with_one_bit_of_its_text_flipped() {
    for suite in SUITES {
        let token = small_token(suite).into_bytes();
        for bit in 0..token.len() * 8 {
            let mut changed = token.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            assert_refused(suite, &changed);
        }
    }
}

#[test]
fn no_part_of_a_token_opens() {
    for suite in SUITES {
        let token = small_token(suite);
        for cut in 0..token.len() {
            assert_refused(suite, &token[..cut]);
            assert_refused(suite, &token[cut + 1..]);
        }
        let blob = blob_of(&token);
        for cut in 0..blob.len() {
            assert_refused(suite, &encode(&blob[..cut]));
        }
    }
}

#[test]
fn no_token_opens_with_a_byte_more() {
    for suite in SUITES {
        let token = small_token(suite);
        let blob = blob_of(&token);
        for byte in 0..=u8::MAX {
            assert_refused(suite, &encode(&[&blob[..], &[byte]].concat()));
            if !b" \t;".contains(&byte) {
                assert_refused(suite, &[token.as_bytes(), &[byte]].concat());
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(100))]

    #[test]
    fn no_changed_token_opens(
        suite in suite(),
        content in dictionary(),
        bit: prop::sample::Index,
        cut: prop::sample::Index,
        more in "[A-Za-z0-9_-]{1,40}",
        other: Vec<u8>,
    ) {
        let token = token_of(suite, |session| {
            session.ensure_id().unwrap();
            for (key, value) in &content {
                // A value may be too large or too deep.
                drop(session.insert(key, value));
            }
        });
        let mut flipped = blob_of(&token);
        let bit = bit.index(flipped.len() * 8);
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert_refused(suite, &encode(&flipped));
        let cut = cut.index(token.len());
        assert_refused(suite, &token[..cut]);
        assert_refused(suite, &format!("{token}{more}"));
        assert_refused(suite, &format!("{more}{token}"));
        assert_refused(suite, &format!("{}{more}{}", &token[..cut], &token[cut..]));
        let mut grown = blob_of(&token);
        grown.extend(other);
        grown.push(0);
        assert_refused(suite, &encode(&grown));
    }

}
