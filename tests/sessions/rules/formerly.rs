//! Cookies with earlier attributes, which are expired together with a write.

use hardtack::{
    ConfigError,
    carrier::{FormerAttributes, SessionCookieBuilder},
};

use super::common::builder;

fn moved() -> SessionCookieBuilder {
    builder()
        .name("__Secure-session")
        .path("/shop")
        .domain("example.com")
}

#[test]
fn the_present_attributes_are_refused_as_earlier_ones() {
    let present = [
        FormerAttributes::new(),
        FormerAttributes::new().path("/shop"),
        FormerAttributes::new().domain("example.com"),
        FormerAttributes::new().partitioned(false),
        FormerAttributes::new()
            .path("/shop")
            .domain("example.com")
            .partitioned(false),
    ];
    for formerly in present {
        let error = moved().formerly(formerly).build().unwrap_err();
        check_former(
            &error,
            "has the `path`, `domain` and `partitioned` that the cookie has",
        );
    }
    let no_domain = FormerAttributes::new().no_domain();
    let error = builder().formerly(no_domain).build().unwrap_err();
    check_former(
        &error,
        "has the `path`, `domain` and `partitioned` that the cookie has",
    );
    // Attributes that the name forbids cannot have been there earlier.
    for (formerly, says) in [
        (FormerAttributes::new().path("/a"), "a path other than `/`"),
        (
            FormerAttributes::new().domain("example.com"),
            "with a domain",
        ),
        (
            FormerAttributes::new().path("a;b"),
            "`formerly`: path does not begin with `/`",
        ),
    ] {
        check_former(&builder().formerly(formerly).build().unwrap_err(), says);
    }
}

#[track_caller]
fn check_former(error: &ConfigError, says: &str) {
    let sentence = error.to_string();
    assert!(
        sentence.starts_with("`formerly`") && sentence.contains(says),
        "{sentence}"
    );
    assert_eq!(error.settings().next(), Some("formerly"));
}
