//! The same rules for sessions in a bare token.

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Session, SessionToken, SigningKey,
    carrier::{TokenChange, TokenInfo},
    session::Reason,
};

use super::{
    Work,
    common::{at, token_builder},
    look,
};

fn tokens() -> SessionToken {
    token_builder("mobile").build().unwrap()
}

#[track_caller]
fn run(token: Option<&str>, seconds: u64, work: Work) -> TokenChange {
    let session = tokens().load(token, at(seconds));
    work(&session).unwrap();
    tokens().save(&session).unwrap()
}

#[track_caller]
fn signed_in() -> String {
    match run(None, 0, |session| session.insert("user", 42)) {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_of_responses_are_refused_at_start_up() {
    for (builder, setting) in [
        (
            token_builder("mobile").save_on_server_error(),
            "save_on_server_error",
        ),
        (
            token_builder("mobile").danger_allow_shared_caching(),
            "danger_allow_shared_caching",
        ),
    ] {
        let error = builder.build().unwrap_err();
        assert_eq!(error.setting(), Some(setting));
        assert!(error.to_string().ends_with("; leave it out"), "{error}");
    }
}

/// SPEC.md § 4.1: five bytes of head, the nonce, a body of six at least, and 16 of tag.
#[test]
fn a_text_shorter_than_a_token_without_content_is_none() {
    let head_of = |token: &str| BASE64_URL_SAFE_NO_PAD.decode(&token[..8]).unwrap();
    let signed = SessionToken::unencrypted_but_signed("mobile", SigningKey::generate().unwrap());
    let signed = signed.build().unwrap();
    for (tokens, shortest) in [(tokens(), 5 + 24 + 6 + 16), (signed, 5 + 6 + 16)] {
        let session = tokens.load(None::<&str>, at(0));
        session.insert("user", 42).unwrap();
        let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
            panic!("a session with content is written");
        };
        let info = |len| {
            let mut bytes = head_of(&token);
            bytes.resize(len, 0);
            TokenInfo::of(BASE64_URL_SAFE_NO_PAD.encode(bytes))
        };
        assert_eq!(info(shortest - 1), Err(Reason::TooShort));
        assert_eq!(info(shortest), TokenInfo::of(&token));
        assert_eq!(info(shortest + 1), TokenInfo::of(&token));
    }
}

#[test]
fn content_makes_a_new_token_and_looking_makes_none() {
    let token = signed_in();
    let user = |session: &Session| {
        assert_eq!(session.get("user")?, Some(42));
        Ok(())
    };
    assert_eq!(run(Some(&token), 1, user), TokenChange::Keep);
    assert_eq!(
        run(Some(&token), 1, |session| session.insert("user", 42)),
        TokenChange::Keep
    );
    assert_eq!(run(Some("junk"), 1, look), TokenChange::Keep);
    assert_eq!(run(None, 1, look), TokenChange::Keep);
    let changed = run(Some(&token), 1, |session| session.insert("user", 43));
    assert!(matches!(changed, TokenChange::Store(_)));
}

#[test]
fn a_token_that_is_not_touched_stays() {
    assert_eq!(run(Some(&signed_in()), 1000, |_| Ok(())), TokenChange::Keep);
}

#[test]
fn a_touched_token_is_renewed_when_it_is_due() {
    let token = signed_in();
    assert_eq!(run(Some(&token), 449, look), TokenChange::Keep);
    let TokenChange::Store(refreshed) = run(Some(&token), 450, look) else {
        panic!("it was due");
    };
    let session = tokens().load(Some(&refreshed), at(451));
    assert_eq!(session.created_at(), Some(at(0)));
    assert_eq!(session.last_active_at(), Some(at(450)));
}

#[test]
fn an_ended_session_ends_its_token() {
    let token = signed_in();
    let endings: [Work; 3] = [
        |session| session.invalidate().map(drop),
        |session| session.clear(),
        |session| session.remove("user").map(drop),
    ];
    for end in endings {
        assert_eq!(run(Some(&token), 1, end), TokenChange::Drop);
        assert_eq!(run(None, 1, end), TokenChange::Keep);
    }
    assert_eq!(run(Some("junk"), 1, endings[0]), TokenChange::Drop);
    let twice: Work = |session| session.invalidate().and(session.insert("user", 1));
    assert!(matches!(run(Some(&token), 1, twice), TokenChange::Store(_)));
}
