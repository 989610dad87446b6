//! Any `Cookie` field: values that are found are in it, an appended one is found, and a token in parts is found whole
//! or not at all. Several fields, of which a NUL separates each from the next, are as one with all of their pairs.
#![no_main]

use hardtack::fuzzing::{cookie_tokens, cookie_values};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|field: &[u8]| {
    let fields: Vec<_> = field.split(|&byte| byte == 0).collect();
    let field = &*fields.join(&b';');
    assert_eq!(cookie_tokens(fields, "sid"), cookie_tokens([field], "sid"));
    check_field(field);
});

fn check_field(field: &[u8]) {
    let values = cookie_values([field], "sid");
    assert!(values.len() <= 4);
    for value in &values {
        assert!(contains(field, value));
    }
    let more = [field, b"; sid=appended"].concat();
    let found = cookie_values([more], "sid");
    assert!(values.len() == 4 || found.iter().any(|value| value == b"appended"));

    for (value, token) in cookie_tokens([field], "sid") {
        check_token(field, &value, token.as_deref());
    }
    if let Some((&seed, others)) = field.split_first() {
        check_split(others, usize::from(seed));
    }
}

/// A value without a dot is the token. Another begins with its count, then the token does.
fn check_token(field: &[u8], value: &[u8], token: Option<&[u8]>) {
    let Some(dot) = value.iter().position(|&byte| byte == b'.') else {
        assert_eq!(token, Some(value));
        return;
    };
    let Some(token) = token else { return };
    let (count, first) = (&value[..dot], &value[dot + 1..]);
    let count = matches!(count, [b'2'..=b'8']).then(|| usize::from(count[0] - b'0'));
    let rest = token.strip_prefix(first).expect("its first part");
    assert!(rest.len() <= field.len());
    for number in 1..count.expect("a count from 2 to 8") {
        assert!(contains(field, format!("sid.{number}=").as_bytes()));
    }
}

/// A token in parts, split by `seed`, among the cookies of others.
fn check_split(others: &[u8], seed: usize) {
    let (count, place) = (2 + seed % 7, seed / 7);
    let mut parts = TOKEN.chunks(TOKEN.len().div_ceil(count));
    let mut pairs = vec![others.to_vec()];
    let first = [
        format!("{count}.").as_bytes(),
        parts.next().unwrap_or_default(),
    ]
    .concat();
    pairs.insert(place % 2, [b"sid=", &first[..]].concat());
    for number in 1..count {
        let pair = format!("sid.{number}=");
        let pair = [pair.as_bytes(), parts.next().unwrap_or_default()].concat();
        pairs.insert((place + number) % (pairs.len() + 1), pair);
    }
    let found = cookie_tokens([pairs.join(&b"; "[..])], "sid");
    assert_eq!(found, cookie_tokens(pairs, "sid"));
    let ours = found.iter().find(|(value, _)| *value == first);
    let token = ours.map(|(_, token)| token.as_deref());
    assert!(matches!(token, None | Some(None)) || token == Some(Some(TOKEN)));
    // Only another value of the name, or of a part, can prevent that.
    assert!(contains(others, b"sid") || token == Some(Some(TOKEN)));
}

fn contains(field: &[u8], part: &[u8]) -> bool {
    part.is_empty() || field.windows(part.len()).any(|at| at == part)
}

const TOKEN: &[u8] = b"eAbcdefghijklmnopqrstuvwxyz0123456789-_";
