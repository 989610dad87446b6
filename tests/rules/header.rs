//! Sessions in a header: which tokens open.

use std::{convert::Infallible, sync::Arc};

use hardtack::{
    ConfigError, Outcome, Reason, Session, SessionError, SessionHeader, SessionLayer, TokenChange,
};
use http::{HeaderMap, HeaderName, Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use crate::common::{
    at, block_on, builder, cookie, header_builder, signed_in, token_builder, token_of,
};

pub(super) fn header(name: &str) -> SessionHeader {
    header_builder(name).build().unwrap()
}

pub(super) fn map(fields: &[(&str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in fields {
        map.append(name.parse::<HeaderName>().unwrap(), value.parse().unwrap());
    }
    map
}

pub(super) fn signed_in_by(header: &SessionHeader) -> String {
    let session = header.load([""; 0], at(0));
    session.insert("user", 42).unwrap();
    match header.save(&session).unwrap() {
        TokenChange::Set(token) => token,
        other => panic!("{other:?}"),
    }
}

#[track_caller]
pub(super) fn check_outcome(
    header: &SessionHeader,
    fields: &[(&str, &str)],
    expected: Option<Reason>,
) {
    let session = header.load_from(&map(fields), at(1));
    let reason = match session.outcome() {
        Outcome::Rejected { reason, .. } => Some(reason),
        _ => None,
    };
    assert_eq!(reason, expected, "{} {fields:?}", header.name());
    let opens = !fields.is_empty() && reason.is_none();
    assert_eq!(session.get("user").unwrap(), opens.then_some(42));
}

#[test]
fn bearer_is_skipped_in_authorization_only_and_in_any_case() {
    let authorization = header("Authorization");
    let token = signed_in_by(&authorization);
    for scheme in ["Bearer ", "bearer ", "BEARER ", "", " ", "  bEARER "] {
        let value = format!("{scheme}{token}");
        check_outcome(&authorization, &[("authorization", &value)], None);
    }
    for scheme in ["Basic ", "Bearer", "Bearer:", "Token ", "Bearer Bearer "] {
        let value = format!("{scheme}{token}");
        let session = authorization.load_from(&map(&[("authorization", &value)]), at(1));
        assert!(session.is_new() && session.is_empty(), "{scheme}");
    }
    let other = header("x-session");
    let token = signed_in_by(&other);
    check_outcome(&other, &[("X-Session", &token)], None);
    let bearer = format!("Bearer {token}");
    check_outcome(&other, &[("x-session", &bearer)], Some(Reason::Encoding));
}

#[test]
fn two_different_values_open_nothing_and_the_same_twice_is_one() {
    let header = header("authorization");
    let [one, two] = [(); 2].map(|()| signed_in_by(&header));
    let bearer = format!("Bearer {one}");
    check_outcome(
        &header,
        &[("authorization", &one), ("authorization", &bearer)],
        None,
    );
    let both = [("authorization", &*one), ("authorization", &*two)];
    check_outcome(&header, &both, Some(Reason::Duplicate));
    check_outcome(
        &header,
        &[("authorization", &one), ("authorization", "junk")],
        Some(Reason::Duplicate),
    );
    let pairs = format!("{one}, {two}");
    check_outcome(
        &header,
        &[("authorization", &pairs)],
        Some(Reason::Encoding),
    );
    check_outcome(&header, &[], None);
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
    // The other way round, and cookies are not read.
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
    // The name is the same in any case.
    check_outcome(&self::header("X-SESSION"), &[("x-session", &token)], None);
}

#[test]
fn the_token_fits_the_limit_and_what_is_larger_is_refused_where_it_is_inserted() {
    for (header, limit) in [
        (header_builder("x-session"), 3072),
        (header_builder("x-session").max_token_len(4096), 4096),
    ] {
        let header = header.build().unwrap();
        let session = header.load([""; 0], at(0));
        let room = session.remaining_bytes();
        // A map of one, a key of one letter, and a long text.
        let error = session.insert("k", "x".repeat(room - 5)).unwrap_err();
        let SessionError::TooLarge(error) = error else {
            panic!("{error}")
        };
        assert_eq!(error.allowed, limit);
        assert!(session.is_empty());
        session.insert("k", "x".repeat(room - 6)).unwrap();
        assert_eq!(session.remaining_bytes(), 0);
        session.ensure_id().unwrap();
        let TokenChange::Set(token) = header.save(&session).unwrap() else {
            panic!()
        };
        assert!(
            token.len() <= limit && token.len() > limit - 60,
            "{}",
            token.len()
        );
        assert_eq!(header.load([&token], at(1)).len(), 1);
    }
}

#[test]
fn what_is_no_name_of_a_field_is_refused() {
    for name in ["", "a b", "a:b", "ä", "a\n", &"x".repeat(129)] {
        assert!(
            matches!(header_builder(name).build(), Err(ConfigError::HeaderName)),
            "{name}"
        );
        let answer = header_builder("x-session").answer_in(name).build();
        assert!(matches!(answer, Err(ConfigError::HeaderName)), "{name}");
    }
}

#[test]
fn two_layers_one_with_cookies_and_one_with_headers_keep_apart() {
    #[derive(Clone)]
    struct Mobile(Session);
    let service = service_fn(async |request: Request<()>| {
        let session: Session = Session::from_extensions(request.extensions()).unwrap();
        let Mobile(mobile) = request.extensions().get::<Mobile>().unwrap();
        let found = (
            session.get::<u32>("user").unwrap(),
            mobile.get::<u32>("user").unwrap(),
        );
        Ok::<_, Infallible>(Response::new(found))
    });
    let mobile = SessionLayer::in_header(header("authorization"))
        .clock(at(1))
        .wrapped(Mobile);
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
    assert_eq!(vary, ["authorization", "Cookie"]);
}
