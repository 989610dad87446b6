//! Requests that only an attacker sends.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use hardtack::{Session, SessionCookie, Size, session::Outcome};
use proptest::prelude::*;

use super::{
    browser::Browser,
    cases::cases,
    encrypted, long_lived,
    options::sizes,
    signed,
    times::at,
    tokens::{cut, token_of},
};

/// A site, and the bytes of the tokens in the last request.
fn site(size: Size) -> (SessionCookie, Arc<AtomicUsize>) {
    let bytes = Arc::new(AtomicUsize::new(0));
    let told = Arc::clone(&bytes);
    let site = long_lived(signed()).name("session").size(size);
    let site = site.on_outcome(move |reading: &hardtack::session::ReadEvent| {
        told.store(reading.token_bytes, Ordering::Relaxed);
    });
    (site.build().unwrap(), bytes)
}

/// Asserts that these fields give no data and no error, that the work is bounded, and that any response has at most
/// eight fields.
#[track_caller]
fn check<F: AsRef<[u8]>>(fields: &[F]) {
    let (site, bytes) = site(Size::Split(4));
    let session = site.load(fields, at(0));
    assert!(!matches!(session.outcome(), Outcome::Opened { .. }));
    assert!(session.is_new() && session.is_empty() && session.id().is_none());
    // Four values in eight parts each, of 32,768 characters and one more, which shows that a part is too long.
    assert!(bytes.load(Ordering::Relaxed) <= 4 * 8 * 32_769);
    assert!(site.save(&session).unwrap().is_empty());
    let works: [fn(&Session); 3] = [
        |session| session.clear().unwrap(),
        |session| session.insert("a", 1).unwrap(),
        |session| super::fill(session),
    ];
    for work in works {
        let session = site.load(fields, at(0));
        work(&session);
        let sent = site.save(&session).unwrap();
        assert!(sent.iter().len() <= 8, "{}", sent.iter().len());
        assert!(sent.iter().all(|field| field.len() <= 4_096));
    }
}

#[test]
fn thousands_of_parts_open_nothing_in_one_field_and_in_as_many() {
    let [one, two] = ["A", "B"].map(|letter| letter.repeat(60));
    let pairs = (0..5_000).map(|number| match number % 5 {
        0 => format!("session={}.{one}{number}", number % 10),
        1 => format!("session.{}={two}", number % 9),
        2 => format!("session.{number}={one}"),
        3 => format!("session.{}={number}", number % 7 + 1),
        _ => format!("session.{}={one}", number % 7 + 1),
    });
    let pairs: Vec<_> = pairs.collect();
    check(&pairs);
    check(&[pairs.join("; ")]);
    check(&[pairs.join(";")]);
}

#[test]
fn parts_of_a_megabyte_open_nothing() {
    let huge = "e".repeat(1 << 20);
    let all = (1..8).map(|number| format!("session.{number}={huge}"));
    let all: Vec<_> = all.collect();
    check(&all);
    check(&[all.join("; "), "session=8.e".to_owned()]);
    check(&[all.join("; "), "session=9.e".to_owned()]);
    check(&[all.join("; "), format!("session=8.{huge}")]);
    let firsts = ["a", "b", "c", "d", "e"].map(|first| format!("session=8.{first}"));
    check(&[firsts.join("; "), all.join("; ")]);
    // Two values that differ in the last byte: bytes beyond the longest token are not compared.
    check(&[format!("session.1={huge}x; session.1={huge}y; session=2.")]);
}

/// Nothing here ends in work that grows with the square of the length.
#[test]
fn a_megabyte_of_quotes_backslashes_or_separators_opens_nothing() {
    let megabyte = |piece: &str| piece.repeat((1 << 20) / piece.len());
    for piece in [
        "\"",
        "\\",
        "\"\\",
        "\\\"",
        ";",
        "; ",
        "=",
        " ",
        ".",
        "session",
        "session=",
        "session=;",
    ] {
        let text = megabyte(piece);
        check(&[&text]);
        check(&[format!("session=\"{text}\"")]);
        check(&[format!("session.1={text}; session=2.{text}")]);
    }
    check(&[megabyte("session=\"\\; ")]);
    check(&[megabyte("session; ")]);
}

#[test]
fn a_session_is_found_among_thousands_of_cookies() {
    let (site, _) = site(Size::Split(4));
    let mut browser = Browser::from(site);
    browser.visit(super::fill);
    let mut fields: Vec<_> = (0..5_000)
        .map(|number| format!("c{number}.1={number}"))
        .collect();
    for (at, pair) in browser.jar.pairs().into_iter().enumerate() {
        fields.insert(at * 1_111, pair);
    }
    browser.visit_with(&fields, |session| assert!(session.contains_key("full")));
    browser.visit_with([fields.join("; ")], |session| {
        assert!(session.contains_key("full"))
    });
}

/// Pairs that are made like parts.
fn pair() -> impl Strategy<Value = String> {
    let names = prop_oneof![
        3 => Just("session".to_owned()),
        5 => (0..10u8).prop_map(|number| format!("session.{number}")),
        1 => "session[.= ]{0,2}[0-9]{0,3}",
    ];
    let values = prop_oneof![
        3 => "[0-9]\\.[A-Za-z0-9_-]{0,12}",
        3 => "[A-Za-z0-9_-]{0,12}",
        1 => "\\PC{0,8}",
        1 => (2..9u8).prop_map(|count| format!("{count}.")),
    ];
    (names, values).prop_map(|(name, value)| format!("{name}={value}"))
}

proptest! {
    #![proptest_config(cases(300))]

    #[test]
    fn pairs_like_parts_open_nothing(
        fields in prop::collection::vec(prop::collection::vec(pair(), 0..12), 0..4),
    ) {
        let fields: Vec<_> = fields.iter().map(|pairs| pairs.join("; ")).collect();
        check(&fields);
    }

    #[test]
    fn a_session_among_pairs_like_parts_is_found_whole_or_not_at_all(
        size in sizes(),
        pairs in prop::collection::vec(pair(), 0..12),
        cookies in 2..=8usize,
        at_start: bool,
        is_signed: bool,
    ) {
        let site = if is_signed { signed() } else { encrypted() };
        let site = long_lived(site).name("session").size(size);
        let mut browser = Browser::from(site);
        browser.visit(super::fill);
        let token = token_of("session", &browser.jar.pairs());
        let ours = cut("session", &token, cookies);
        let fields = if at_start { [ours, pairs] } else { [pairs, ours] }.concat();
        let fields = fields.chunks(3).map(|pairs| pairs.join("; "));
        let session = browser.site.load(fields, at(1));
        let is_whole = session.contains_key("full");
        prop_assert_eq!(is_whole, !session.is_new());
        prop_assert_eq!(is_whole, matches!(session.outcome(), Outcome::Opened { .. }));
        prop_assert_eq!(session.len(), usize::from(is_whole));
        prop_assert!(browser.site.save(&session).unwrap().is_empty());
    }
}
