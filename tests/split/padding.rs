//! Padding hides most of what the length of a token tells (SPEC.md § 5.6).

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{Padding, Session, SessionCookie, SessionCookieBuilder, SessionData, Size};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    AGES,
    arithmetic::padded,
    cases::cases,
    client::Client,
    fill, long_lived,
    moments::{at, seconds},
    options::LONGEST_SPAN,
    parts::token_of,
    sites::{encrypted, signed, xchacha},
};

/// In every suite, with the bytes that a token has beside its body.
fn sites() -> [(SessionCookieBuilder, usize); 3] {
    let site = |site| long_lived(site).name("session").size(Size::Split(4));
    [
        (site(encrypted()), 45),
        (site(xchacha()), 45),
        (site(signed()), 21),
    ]
}

/// Bytes of the body of what the client has.
fn body_of<T>(client: &Client<T>, overhead: usize) -> usize {
    let token = token_of("session", &client.pairs());
    BASE64_URL_SAFE_NO_PAD.decode(token).unwrap().len() - overhead
}

/// Whether bodies are padded to this length.
fn is_padded(body: usize) -> bool {
    padded(body - 1) == body
}

#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
struct Typed(Vec<u8>);

impl SessionData for Typed {
    const LABEL: &str = "typed";
    const SCHEMA: u32 = 300;
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn every_body_has_a_padded_length(
        suite in 0..3usize,
        len in prop_oneof![0..300usize, 0..10_000usize],
        letter in prop::char::any(),
        message in prop::option::of("[ -~]{0,80}"),
        has_id: bool,
        span in prop::option::of(100_000..40_000_000_000u64),
        age in 0..4_000_000_000u64,
    ) {
        let (site, overhead) = sites()[suite].clone();
        let site = site.remember_up_to(LONGEST_SPAN);
        let mut client = Client::from(site.clone().padding(Padding::Padme));
        let text: String = std::iter::repeat_n(letter, len / letter.len_utf8()).collect();
        let content = client.visit(|session| {
            session.insert("k", &text).unwrap();
            message.iter().for_each(|message| session.flash("", message).unwrap());
            if has_id {
                session.ensure_id().unwrap();
            }
            if let Some(span) = span {
                session.remember_for(seconds(span)).unwrap();
            }
            session.to::<Value>().unwrap()
        });
        prop_assert!(is_padded(body_of(&client, overhead)));
        if span.is_none() {
            client.now = age;
        }
        client.visit(|session| session.save().unwrap());
        prop_assert!(is_padded(body_of(&client, overhead)));

        // Whoever does not pad reads it, and the other way round.
        let plain = site.build().unwrap();
        let read = |site: &SessionCookie, client: &Client| {
            let session = site.load(client.pairs(), at(client.now));
            let flash = session.peek_flashes("");
            (session.to::<Value>().unwrap(), session.id(), session.is_persistent(), flash)
        };
        let before = read(&client.site, &client);
        prop_assert_eq!(&before.0, &content);
        prop_assert_eq!(&before.3, &message.into_iter().collect::<Vec<_>>());
        prop_assert_eq!(&read(&plain, &client), &before);
        let padding = std::mem::replace(&mut client.site, plain);
        let with = body_of(&client, overhead);
        client.visit(|session| session.save().unwrap());
        let without = body_of(&client, overhead);
        prop_assert!(without < with && padded(without) == with);
        prop_assert_eq!(&read(&padding, &client), &before);
    }

    #[test]
    fn a_typed_session_is_padded_as_well(bytes in prop::collection::vec(any::<u8>(), 0..3_000)) {
        for (site, overhead) in sites() {
            let site = site.typed::<Typed>().padding(Padding::Padme);
            let mut client = Client::from(site);
            client.visit(|session| {
                session.ensure_id().unwrap();
                session.replace(Typed(bytes.clone())).unwrap();
            });
            prop_assert!(is_padded(body_of(&client, overhead)));
            let read = client.visit(|session| session.read(Clone::clone));
            prop_assert_eq!(read, Typed(bytes.clone()));
        }
    }
}

#[test]
fn a_token_has_few_lengths() {
    for (site, overhead) in sites() {
        let lengths = |padding| {
            let client = Client::from(site.clone().padding(padding));
            let lengths = (0..3_000).step_by(7).map(|len| {
                let mut client = client.clone();
                client.visit(|session| session.insert("k", "x".repeat(len)).unwrap());
                body_of(&client, overhead)
            });
            lengths.collect::<BTreeSet<_>>()
        };
        assert_eq!(lengths(Padding::None).len(), 429);
        // Eight for each doubling up to 256, then sixteen.
        assert!(lengths(Padding::Padme).len() < 90);
    }
}

#[test]
fn a_padded_session_that_is_full_to_the_last_byte_still_fits_whatever_is_done_with_it() {
    let sizes = [
        (Size::Anywhere, 3_072, 1),
        (Size::Browser, 4_096, 1),
        (Size::Split(2), 4_096, 2),
        (Size::Split(3), 4_096, 3),
        (Size::Split(4), 4_096, 4),
    ];
    for (site, overhead) in sites() {
        for (size, limit, cookies) in sizes {
            let site = site.clone().size(size).remember_up_to(LONGEST_SPAN);
            let mut client = Client::from(site.padding(Padding::Padme));
            client.visit(fill);
            for age in AGES {
                client.now = age;
                client.visit(|session| {
                    assert_eq!(session.remaining_bytes(), 0);
                    assert!(session.insert("a", ()).is_err());
                    session.renew().unwrap();
                    session.save().unwrap();
                });
                assert!(client.sent.iter().all(|field| field.len() <= limit));
                assert!(client.set().len() <= cookies && is_padded(body_of(&client, overhead)));
            }
            client.visit(|session| session.remember_for(LONGEST_SPAN).unwrap());
            assert!(client.sent.iter().all(|field| field.len() <= limit));
            assert!(client.set().len() <= cookies);
            client.visit(|session: &Session| assert!(session.contains("full")));
        }
    }
}

#[test]
fn the_room_is_what_the_specification_says() {
    for (size, padding, expected_encrypted, expected_signed) in [
        (Size::Split(2), Padding::None, 5_953, 5_977),
        (Size::Split(3), Padding::None, 8_969, 8_993),
        (Size::Split(4), Padding::None, 11_985, 12_009),
        (Size::Anywhere, Padding::Padme, 2_142, 2_142),
        (Size::Browser, Padding::Padme, 2_910, 2_910),
    ] {
        let room = |site: SessionCookieBuilder| {
            let site = site.size(size).padding(padding).build().unwrap();
            site.load([""], at(0)).remaining_bytes()
        };
        assert_eq!(room(encrypted()), expected_encrypted);
        assert_eq!(room(signed()), expected_signed);
    }
}
