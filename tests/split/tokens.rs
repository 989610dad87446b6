//! Sessions that are never split: bare tokens and sessions in a header (docs/spec/carriers.md § 9.7). And the `Cookie`
//! field that is made for tests.

use hardtack::{
    EncryptionKey, KeyRing, Outcome, Padding, Reason, Session, SessionCookie, SessionHeader,
    SessionToken, SigningKey, Size, TokenChange,
};

use crate::{
    AGES,
    arithmetic::token as token_len,
    fill, long_lived,
    moments::at,
    parts::{cut, token_of},
    sites::{encrypted, encrypted_tokens, signed, signed_tokens},
};

#[track_caller]
fn set(change: TokenChange) -> String {
    match change {
        TokenChange::Set(token) => token,
        other => panic!("{other:?}"),
    }
}

/// Tokens of every kind, and the characters that each may have.
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
            assert_eq!(session.size_report().cookies(), 1);
            assert_eq!(session.size_report().allowed(), limit);
            token = set(tokens.save(&session).unwrap());
            assert!(token.len() <= limit);
        }
    });
}

#[test]
fn a_bare_token_is_filled_to_the_last_character() {
    let tokens = encrypted_tokens("mobile").max_token_len(16_384);
    let tokens = tokens.build().unwrap();
    let session = tokens.load(None::<&str>, at(0));
    let room = session.remaining_bytes();
    assert!(token_len(false, 33 + room) <= 16_384);
    assert!(token_len(false, 33 + room + 1) > 16_384);
}

#[test]
fn parts_of_a_bare_token_are_not_put_together() {
    for_every_token(|tokens, _| {
        let session = tokens.load(None::<&str>, at(0));
        fill(&session);
        let token = set(tokens.save(&session).unwrap());
        let [first, second] = &cut("mobile", &token, 2)[..] else {
            panic!("two parts")
        };
        let value = first.split_once('=').unwrap().1;
        for joined in [
            value.to_owned(),
            format!("{first}; {second}"),
            format!("2.{token}"),
        ] {
            let session = tokens.load(Some(joined), at(0));
            let expected = Reason::Encoding;
            assert!(
                matches!(session.outcome(), Outcome::Rejected { reason, .. } if reason == expected)
            );
            assert!(session.is_new() && session.is_empty());
        }
    });
}

#[test]
fn a_session_in_a_header_is_one_piece_of_as_many_characters() {
    for name in ["Authorization", "X-Session"] {
        for header in [
            SessionHeader::encrypted(name, EncryptionKey::generate().unwrap()),
            SessionHeader::unencrypted_but_signed(name, SigningKey::generate().unwrap()),
        ] {
            let header = header.max_token_len(12_288).build().unwrap();
            let session = header.load([""; 0], at(0));
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
fn a_token_of_one_kind_opens_as_no_other_however_it_is_cut() {
    let keys = KeyRing::new(EncryptionKey::generate().unwrap());
    let cookie = SessionCookie::encrypted(keys.clone()).name("mobile");
    let cookie = cookie.size(Size::Split(4)).build().unwrap();
    let tokens = SessionToken::encrypted("mobile", keys).max_token_len(16_384);
    let tokens = tokens.build().unwrap();
    let field = cookie.cookie_for(at(0), |session| session.insert("k", "x".repeat(9_000)));
    let pairs: Vec<_> = field.as_deref().unwrap().split("; ").collect();
    let token = token_of("mobile", &pairs);
    assert!(tokens.load(Some(&token), at(0)).is_new());

    let session = tokens.load(None::<&str>, at(0));
    session.insert("k", "x".repeat(9_000)).unwrap();
    let token = set(tokens.save(&session).unwrap());
    let session = cookie.load(cut("mobile", &token, 4), at(0));
    let expected = Reason::Auth;
    assert!(matches!(session.outcome(), Outcome::Rejected { reason, .. } if reason == expected));
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
            assert!(session.contains("full"));
            assert_eq!(session.remaining_bytes(), 0);
            // As over HTTP/2.
            assert!(!site.load(field.split("; "), at(1)).is_new());
        }
    }
}

#[test]
fn a_new_handle_of_a_large_session_reads_while_the_first_is_saved() {
    let site = encrypted().size(Size::Split(2)).build().unwrap();
    let session: Session = site.load([""; 0], at(0));
    fill(&session);
    let other = session.clone();
    assert_eq!(site.save(&session).unwrap().iter().len(), 2);
    assert!(other.contains("full") && other.insert("a", 1).is_err());
}
