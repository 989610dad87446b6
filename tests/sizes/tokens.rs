//! Sessions that are never split: bare tokens and sessions in a header (docs/spec/carriers.md § 9.7); and the `Cookie`
//! field made for tests.
//!
//! Splits and joins tokens without the crate.

use hardtack::{
    EncryptionKey, SessionToken, SigningKey, Size,
    carrier::{Padding, TokenChange},
};

use super::{
    AGES, encrypted, encrypted_tokens, fill, long_lived, signed, signed_tokens, times::at,
};

#[track_caller]
fn set(change: TokenChange) -> String {
    match change {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    }
}

/// Runs `check` with the tokens of every size and mode, and the characters they may have.
fn for_every_token(check: impl Fn(SessionToken, usize)) {
    for limit in [8_192, 12_288, 16_384] {
        for padding in [Padding::None, Padding::Padme] {
            for tokens in [encrypted_tokens("mobile"), signed_tokens("mobile")] {
                let tokens = long_lived(tokens).max_token_len(limit).padding(padding);
                check(tokens.build().unwrap(), limit);
            }
        }
    }
}

#[test]
fn a_bare_token_is_one_piece_of_as_many_characters() {
    for_every_token(|tokens, limit| {
        let session = tokens.load(None::<&str>, at(0));
        fill(&session);
        let mut token = set(tokens.save(&session).unwrap());
        assert!(token.len() > limit - limit / 8 && token.len() <= limit);
        for age in AGES {
            assert!(!token.contains('.'));
            let session = tokens.load(Some(&token), at(age));
            assert!(!session.is_new());
            session.ensure_id().unwrap();
            session.save().unwrap();
            assert!(session.insert("more", 1).is_err());
            assert_eq!(session.size_report().cookies, 1);
            assert_eq!(session.size_report().allowed, limit);
            token = set(tokens.save(&session).unwrap());
            assert!(token.len() <= limit);
        }
    });
}

#[test]
fn a_session_in_a_header_is_one_piece_of_as_many_characters() {
    for name in ["Authorization", "X-Session"] {
        for header in [
            SessionToken::encrypted(EncryptionKey::generate().unwrap()).header(name),
            SessionToken::unencrypted_but_signed(SigningKey::generate().unwrap()).header(name),
        ] {
            let header = header.max_token_len(12_288).build().unwrap();
            let session = header.load(None::<&str>, at(0));
            fill(&session);
            let token = set(header.save(&session).unwrap());
            assert!(token.len() > 12_200 && token.len() <= 12_288);
            let full = session.get::<String>("full").unwrap();
            let session = header.load([&token], at(1));
            assert_eq!(session.get("full").unwrap(), full);
            assert_eq!(session.remaining_bytes(), 0);
            // In a header there are no parts.
            let parts = cut(name, &token, 2);
            let values = parts.iter().map(|part| part.split_once('=').unwrap().1);
            assert!(header.load(values, at(1)).is_new());
        }
    }
}

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
