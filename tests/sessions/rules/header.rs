//! Tokens that open in a header, and bare ones.

use std::{convert::Infallible, sync::Arc};

use hardtack::{RefreshAfter, Session, SessionHeader, SessionLayer, carrier::TokenChange};
use http::{HeaderMap, HeaderName, Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use super::common::{at, block_on, cookie, header_builder, seconds, token_builder};

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
    let header = header_builder("x-session").refresh_after(hourly).build();
    let tokens = token_builder("mobile").refresh_after(hourly).build();
    for error in [header.unwrap_err(), tokens.unwrap_err()] {
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

#[test]
fn settings_of_responses_are_refused_at_start_up() {
    for (builder, setting) in [
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
        let remedy = "; leave it out, or build a `SessionHeader`";
        assert!(error.to_string().ends_with(remedy), "{error}");
    }
}
