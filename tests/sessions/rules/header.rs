//! Tokens that open in a header.
//!
//! The same rules for sessions in a bare token.

use std::{convert::Infallible, sync::Arc};

use hardtack::{
    RefreshAfter, Session, SessionLayer, SessionToken, carrier::TokenChange, session::Outcome,
};
use http::{HeaderMap, HeaderName, Request, Response, StatusCode};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    Work,
    common::{at, block_on, cookie, header_builder, ring, seconds, token_builder},
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
            token_builder("mobile").save_on_server_error(true),
            "save_on_server_error",
        ),
        (
            token_builder("mobile").danger_allow_shared_caching(true),
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
