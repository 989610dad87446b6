//! Sessions that are never split: bare tokens and sessions in a header (docs/spec/carriers.md § 9.7); and the `Cookie`
//! field made for tests.
//!
//! Splits and joins tokens without the crate.

use hardtack::Size;

use super::{encrypted, fill, signed, times::at};

#[test]
fn a_request_for_tests_carries_a_large_session() {
    for cookies in 2..=4 {
        for site in [encrypted(), signed()] {
            let site = site.size(Size::Split(cookies)).build().unwrap();
            let field = site.cookie_for(at(0), |session| {
                fill(session);
                Ok(())
            });
            let field = field.unwrap();
            assert_eq!(field.split("; ").count(), usize::from(cookies));
            let session = site.load([&field], at(1));
            assert!(session.contains_key("full"));
            assert_eq!(session.remaining_bytes(), 0);
            // As over HTTP/2.
            assert!(!site.load(field.split("; "), at(1)).is_new());
        }
    }
}

/// The pairs of a token in this many cookies of equal size, as another writer may cut it.
pub(crate) fn cut(name: &str, token: &str, cookies: usize) -> Vec<String> {
    let len = token.len().div_ceil(cookies);
    let part = |number: usize| {
        let start = token.len().min(number * len);
        let part = &token[start..token.len().min(start + len)];
        match number {
            0 => format!("{name}={cookies}.{part}"),
            _ => format!("{name}.{number}={part}"),
        }
    };
    (0..cookies).map(part).collect()
}

/// The token of such pairs, or of one cookie with all of it. Other pairs are skipped.
pub(crate) fn token_of<S: AsRef<str>>(name: &str, pairs: &[S]) -> String {
    let value_of = |name: &str| {
        let mut pairs = pairs.iter().map(|pair| pair.as_ref().split_once('='));
        pairs.find_map(|pair| pair.filter(|(of, _)| *of == name).map(|(_, value)| value))
    };
    let first = value_of(name).expect("a session");
    let Some((count, first)) = first.split_once('.') else {
        return first.to_owned();
    };
    let others = 1..count.parse::<usize>().unwrap();
    let others = others.map(|number| value_of(&format!("{name}.{number}")).expect("a part"));
    std::iter::once(first).chain(others).collect()
}

/// `name`, `name.1`, … of a session in this many cookies.
pub(crate) fn names(name: &str, cookies: usize) -> Vec<String> {
    let others = (1..cookies).map(|number| format!("{name}.{number}"));
    std::iter::once(name.to_owned()).chain(others).collect()
}
