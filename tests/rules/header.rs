//! Tokens that open in a header.

use std::{convert::Infallible, sync::Arc};

use hardtack::{
    Session, SessionHeader, SessionLayer,
    carrier::TokenChange,
    session::{Outcome, Reason},
};
use http::{HeaderMap, HeaderName, Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use super::common::{
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
    let session = header.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    match header.save(&session).unwrap() {
        TokenChange::Store(token) => token,
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
        assert_eq!(error.setting(), Some("name"), "{error}");
        let answer = header_builder("x-session").response_name(name).build();
        let error = answer.unwrap_err();
        assert_eq!(error.setting(), Some("response_name"), "{error}");
        assert!(error.to_string().contains(&format!("{name:?}")), "{error}");
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
    assert_eq!(vary, ["authorization", "Cookie"]);
}
