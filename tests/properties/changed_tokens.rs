//! A changed token does not open.

use proptest::prelude::*;

use super::{
    SUITES, assert_refused, blob_of, cases::cases, encode, small_token, suite, token_of,
    values::dictionary,
};

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
