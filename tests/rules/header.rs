//! Tokens that open in a header.
//!
//! The same rules for sessions in a bare token.

use std::{convert::Infallible, sync::Arc};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Session, SessionLayer, SessionToken, SigningKey,
    carrier::{RefreshAfter, TokenChange, TokenInfo},
    session::{Outcome, Reason},
};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    Work,
    common::{
        at, block_on, builder, cookie, header_builder, ring, seconds, signed_in, token_builder,
        token_of,
    },
    look,
};

pub(super) fn header(name: &str) -> SessionToken {
    header_builder(name).build().unwrap()
}

pub(super) fn map(fields: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    map
}

pub(super) fn signed_in_by(header: &SessionToken) -> String {
    let session = header.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    match header.save(&session).unwrap() {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(super) fn check_outcome(
    header: &SessionToken,
    fields: &[(&str, &str)],
    expected: Option<Reason>,
) {
    let session = header.load_from(&map(fields), at(1));
    let reason = match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    };
    assert_eq!(reason, expected, "{:?} {fields:?}", header.header());
    let opens = !fields.is_empty() && reason.is_none();
    assert_eq!(session.get("user").unwrap(), opens.then_some(42));
}

#[test]
fn a_token_opens_where_it_was_sealed_for_and_nowhere_else() {
    let header = header("x-session");
    let token = signed_in_by(&header);
    for name in ["authorization", "x-session2", "session-token"] {
        check_outcome(&self::header(name), &[(name, &token)], Some(Reason::Auth));
    }
    for name in ["x-session", "header:x-session"] {
        let bare = token_builder(name).build().unwrap();
        assert!(bare.load(Some(&token), at(1)).is_empty());
        let cookie = builder().name("x-session").build().unwrap();
        assert!(
            cookie
                .load([format!("x-session={token}")], at(1))
                .is_empty()
        );
    }
    // A cookie's token does not open in a header, and the `Cookie` field is not read.
    let pair = signed_in(&cookie());
    check_outcome(
        &header,
        &[("x-session", token_of(&pair))],
        Some(Reason::Auth),
    );
    let session = header.load_from(&map(&[("cookie", &pair)]), at(1));
    assert_eq!(session.outcome(), Outcome::Absent);
    let of_header = map(&[("x-session", &token)]);
    assert_eq!(
        cookie().load_from(&of_header, at(1)).outcome(),
        Outcome::Absent
    );
    // The name is case-insensitive.
    check_outcome(&self::header("X-SESSION"), &[("x-session", &token)], None);
}

#[test]
fn of_different_values_none_is_taken() {
    for name in ["x-session", "authorization"] {
        check_several(name);
    }
}

#[track_caller]
fn check_several(name: &'static str) {
    let header = header(name);
    let token = signed_in_by(&header);
    let own = (name, &*token);
    check_outcome(&header, &[own, own, own], None);
    let others = ["a", "b", "c", "d", "e"].map(|other| (name, other));
    for count in 1..=others.len() {
        for place in 0..=count {
            let mut fields = others[..count].to_vec();
            fields.insert(place, own);
            check_outcome(&header, &fields, Some(Reason::Duplicate));
        }
    }
}

#[test]
fn what_is_no_name_of_a_field_is_refused() {
    assert!(header_builder(&"x".repeat(128)).build().is_ok());
    for name in ["", "a b", "a:b", "ä", "a\n", &"x".repeat(129)] {
        let error = header_builder(name).build().unwrap_err();
        assert_eq!(error.settings().next(), Some("header"), "{error}");
        let answer = header_builder("x-session").response_header(name).build();
        let error = answer.unwrap_err();
        assert_eq!(error.settings().next(), Some("response_header"), "{error}");
        assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
    }
}

#[test]
fn lifetimes_that_do_not_go_together_are_refused_for_tokens_too() {
    let hourly = RefreshAfter::Interval(seconds(3_600));
    for builder in [header_builder("x-session"), token_builder("mobile")] {
        let error = builder.refresh_after(hourly).build().unwrap_err();
        assert_eq!(error.settings().next(), Some("refresh_after"), "{error}");
        assert!(
            error
                .to_string()
                .contains("longer than half of `idle_timeout`"),
            "{error}"
        );
    }
}

#[test]
fn two_layers_one_with_cookies_and_one_with_headers_keep_apart() {
    #[derive(Clone)]
    struct Mobile(Session);
    let service = service_fn(|request: Request<()>| async move {
        let session: Session = Session::from_extensions(request.extensions())
            .await
            .unwrap();
        let Mobile(mobile) = request.extensions().get::<Mobile>().unwrap();
        let found = (
            session.get::<u32>("user").unwrap(),
            mobile.get::<u32>("user").unwrap(),
        );
        Ok::<_, Infallible>(Response::new(found))
    });
    let mobile = SessionLayer::in_header(header("authorization"))
        .unwrap()
        .clock(at(1))
        .map_session(Mobile);
    let service = SessionLayer::new(cookie())
        .clock(at(1))
        .layer(mobile.layer(service));
    let service = Arc::new(service);
    let mut request = Request::new(());
    let token = signed_in_by(&header("authorization"));
    *request.headers_mut() = map(&[("authorization", &token), ("cookie", "a=b")]);
    let Ok(response) = block_on((*service).clone().oneshot(request));
    assert_eq!(*response.body(), (None, Some(42)));
    let vary: Vec<_> = response.headers().get_all("vary").into_iter().collect();
    assert_eq!(vary, ["authorization, Cookie"]);
}

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
fn signed_in_token() -> String {
    match run(None, 0, |session| session.insert("user", 42)) {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    }
}

#[test]
fn settings_of_responses_are_refused_at_start_up() {
    for (builder, setting) in [
        (
            token_builder("mobile").response_header("x-session"),
            "response_header",
        ),
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
        assert_eq!(error.settings().next(), Some(setting));
        let remedy = "; leave it out, or give a `header` in place of `purpose`";
        assert!(error.to_string().ends_with(remedy), "{error}");
    }
}

#[test]
fn tokens_are_for_a_header_or_for_a_purpose_and_not_for_both() {
    let neither = SessionToken::encrypted(ring()).build().unwrap_err();
    let both = header_builder("x-session").purpose("x-session").build();
    let both = both.unwrap_err();
    assert!(neither.settings().chain(both.settings()).next().is_none());
    assert_eq!(
        (neither.to_string(), both.to_string()),
        (
            "tokens need a `header` that they travel in, or the `purpose` of bare ones; give one of them".to_owned(),
            "a token is sealed for a `header` or for a `purpose`; leave out one of them".to_owned(),
        )
    );
}

#[test]
fn bare_tokens_are_found_in_no_request() {
    let told = "bare tokens travel in no header; build them with `header` in place of `purpose`";
    let error = SessionLayer::in_header(tokens()).unwrap_err();
    assert_eq!(
        (error.settings().next(), error.to_string()),
        (Some("header"), told.to_owned())
    );
    let token = signed_in_token();
    let fields = ["authorization", "x-session", "session-token"].map(|name| (name, &*token));
    let session = tokens().load_from(&map(&fields), at(1));
    assert_eq!(session.outcome(), Outcome::Absent);
    let mut response = HeaderMap::new();
    let saved = tokens().save_to(&session, StatusCode::OK, &mut response);
    assert_eq!(saved.unwrap_err().to_string(), told);
    assert!(response.is_empty());
    // It is still open, for those who call `save`.
    session.insert("user", 42).unwrap();
    assert!(matches!(tokens().save(&session), Ok(TokenChange::Store(_))));
}

/// SPEC.md § 4.1: five bytes of head, the nonce, a body of six at least, and 16 of tag.
#[test]
fn a_text_shorter_than_a_token_without_content_is_none() {
    let head_of = |token: &str| BASE64_URL_SAFE_NO_PAD.decode(&token[..8]).unwrap();
    let signed =
        SessionToken::unencrypted_but_signed(SigningKey::generate().unwrap()).purpose("mobile");
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
    let token = signed_in_token();
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
    assert_eq!(
        run(Some(&signed_in_token()), 1000, |_| Ok(())),
        TokenChange::Keep
    );
}

#[test]
fn a_touched_token_is_renewed_when_it_is_due() {
    let token = signed_in_token();
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
    let token = signed_in_token();
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
