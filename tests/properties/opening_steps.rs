//! Whatever comes in, each step of opening does its work.

use hardtack::{EncryptionKey, KeyRing, Reason, RingKey, SessionCookie};
use proptest::prelude::*;

use crate::{
    HEAD_LEN, SUITES, blob_of,
    counting::{open_all, open_all_at},
    encode,
    moments::{at, seconds},
    random, small_token,
};

#[test]
fn random_bytes_end_at_the_encoding() {
    for suite in SUITES {
        let counts = open_all(suite, 300, any::<Vec<u8>>());
        counts.assert_share(&BROKEN_TEXT, 80..=100);
        let short = [Reason::TooShort, Reason::UnknownFormat];
        counts.assert_share(&[&BROKEN_TEXT[..], &short].concat(), 100..=100);
    }
}

#[test]
fn random_text_ends_at_the_encoding() {
    for suite in SUITES {
        let counts = open_all(suite, 300, "\\PC{1,200}".prop_map(String::into_bytes));
        counts.assert_share(&BROKEN_TEXT, 80..=100);
    }
}

#[test]
fn long_text_ends_at_its_length() {
    for suite in SUITES {
        let lengths = 32_769..100_000usize;
        let counts = open_all(suite, 20, lengths.prop_map(|len| vec![b'A'; len]));
        counts.assert_share(&[Reason::TooLong], 100..=100);
        let counts = open_all(suite, 1, Just(vec![b'A'; 32_768]));
        counts.assert_share(&[Reason::UnknownFormat], 100..=100);
    }
}

#[test]
fn random_base64url_reaches_the_format() {
    for suite in SUITES {
        let counts = open_all(suite, 300, random(5..300).prop_map(|blob| encode(&blob)));
        counts.assert_share(&[Reason::UnknownFormat], 90..=100);
        let counts = open_all(suite, 50, random(0..5).prop_map(|blob| encode(&blob)));
        counts.assert_share(&[Reason::TooShort], 100..=100);
    }
}

#[test]
fn a_format_of_the_other_mode_reaches_the_mode() {
    for suite in SUITES {
        let other = if suite == "sign" { 0x78 } else { 0xB0 };
        let tokens = random(4..300).prop_map(move |rest| encode(&[&[other], &rest[..]].concat()));
        open_all(suite, 100, tokens).assert_share(&[Reason::WrongMode], 100..=100);
    }
}

#[test]
fn a_format_of_the_cookies_own_reaches_the_key() {
    for suite in SUITES {
        let own = blob_of(&small_token(suite))[0];
        let tokens = random(4..300).prop_map(move |rest| encode(&[&[own], &rest[..]].concat()));
        open_all(suite, 300, tokens).assert_share(&[Reason::UnknownKey], 99..=100);
    }
}

#[test]
fn a_head_of_the_ring_reaches_the_tag() {
    for suite in SUITES {
        let head = blob_of(&small_token(suite))[..HEAD_LEN].to_vec();
        let tokens = random(0..300).prop_map(move |rest| encode(&[&head, &rest[..]].concat()));
        let counts = open_all(suite, 300, tokens);
        counts.assert_share(&[Reason::TooShort, Reason::Auth], 100..=100);
        counts.assert_share(&[Reason::Auth], 60..=99);
    }
}

#[test]
fn a_head_of_a_retired_key_ends_at_the_key() {
    let retired = EncryptionKey::generate().unwrap();
    let next = EncryptionKey::generate().unwrap();
    let id = u32::from_str_radix(&retired.id().to_string(), 16).unwrap();
    let ring = KeyRing::from_keys([
        RingKey::new(retired).accept_until(at(0)),
        RingKey::new(next).seal_from(at(0) - seconds(86_400)),
    ]);
    let site = SessionCookie::encrypted(ring.unwrap()).build().unwrap();
    let tokens = random(0..300)
        .prop_map(move |rest| encode(&[&[0x78][..], &id.to_be_bytes(), &rest].concat()));
    open_all_at(&site, 100, tokens).assert_share(&[Reason::RetiredKey], 100..=100);
}

#[test]
fn a_real_token_with_other_bytes_reaches_the_tag() {
    for suite in SUITES {
        let blob = blob_of(&small_token(suite));
        let change = (HEAD_LEN..blob.len(), 1..=u8::MAX);
        let changes = prop::collection::vec(change, 1..5);
        let tokens = changes.prop_filter_map("no change", move |changes| {
            let mut changed = blob.clone();
            for (at, by) in changes {
                changed[at] ^= by;
            }
            (changed != blob).then(|| encode(&changed))
        });
        open_all(suite, 200, tokens).assert_share(&[Reason::Auth], 100..=100);
    }
}

/// A text with a full stop says that it is in parts.
const BROKEN_TEXT: [Reason; 2] = [Reason::Encoding, Reason::Incomplete];
