//! The attributes of the cookie.

use hardtack::{SameSite, Session, carrier::SessionCookieBuilder, cookie::CookieName};

use super::common::{Answer, READ, Visit, builder, check, cookie};

const EXPIRY: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// Sets the cookie, reads it, and expires it, with `name` and with exactly these attributes.
#[track_caller]
fn check_attributes(builder: SessionCookieBuilder, name: &str, attributes: &str) {
    let cookie = builder.build().unwrap();
    assert_eq!(cookie.name().as_str(), name);
    let answer = Visit::to(&cookie).run(|session| session.insert("user", 42));
    assert_eq!(
        set_cookie(&answer),
        format!("set-cookie: {name}=…{attributes}")
    );
    let pair = answer.pair();

    let work = |session: &Session| {
        assert_eq!(session.get("user")?, Some(42));
        Ok(())
    };
    check(&Visit::to(&cookie).with(pair), work, READ);

    // Without `Secure`, browsers take no `SameSite=None`.
    let dropped = if attributes.contains("; Secure") {
        let same_site = ["; SameSite=Strict", "; SameSite=Lax", "; SameSite=None"];
        let others = same_site
            .iter()
            .fold(attributes.to_owned(), |others, it| others.replace(it, ""));
        others.replace("; HttpOnly", "; HttpOnly; SameSite=None")
    } else {
        attributes.to_owned()
    };
    for cookies in [pair, &format!("{name}=junk")] {
        let visit = Visit::to(&cookie).with(cookies);
        let answer = visit.run(|session| session.invalidate().map(drop));
        assert_eq!(
            set_cookie(&answer),
            format!("set-cookie: {name}={dropped}{EXPIRY}")
        );
    }
}

/// The one line that sets a cookie.
#[track_caller]
fn set_cookie(answer: &Answer) -> String {
    let mut lines = answer.lines();
    lines.retain(|line| line.starts_with("set-cookie"));
    let [line] = <[String; 1]>::try_from(lines).unwrap();
    line
}

#[test]
fn by_default_only_this_host_can_set_the_cookie() {
    check_attributes(
        builder(),
        "__Host-session",
        "; Path=/; Secure; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn the_name_can_be_chosen() {
    let attributes = "; Path=/; Secure; HttpOnly; SameSite=Lax";
    for name in [
        "__Host-login",
        "__Secure-login",
        "__Host-Http-login",
        "login",
        "a.b",
        "a.1x",
    ] {
        check_attributes(builder().name(name), name, attributes);
    }
}

#[test]
fn the_default_name_is_known_without_a_cookie() {
    assert_eq!(cookie().name(), &CookieName::default());
    assert_eq!(CookieName::default().as_str(), "__Host-session");
}

#[test]
fn a_path_or_a_domain_makes_the_default_name_a_weaker_one() {
    let name = "__Secure-session";
    let attributes = "; Path=/app; Secure; HttpOnly; SameSite=Lax";
    check_attributes(builder().path("/app"), name, attributes);
    let attributes = "; Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax";
    check_attributes(builder().domain("example.com"), name, attributes);
    let attributes = "; Path=/a/b; Domain=example.com; Secure; HttpOnly; SameSite=Lax";
    check_attributes(
        builder().path("/a/b").domain("example.com"),
        name,
        attributes,
    );
}

#[test]
fn the_cookie_can_come_with_requests_from_more_or_fewer_sites() {
    let name = "__Host-session";
    let start = "; Path=/; Secure; HttpOnly";
    for (same_site, end) in [
        (SameSite::Strict, "; SameSite=Strict"),
        (SameSite::Lax, "; SameSite=Lax"),
        (SameSite::None, "; SameSite=None"),
        (SameSite::Omit, ""),
    ] {
        let attributes = format!("{start}{end}");
        check_attributes(builder().same_site(same_site), name, &attributes);
        let attributes = format!("{start}{end}; Partitioned");
        check_attributes(
            builder().same_site(same_site).partitioned(true),
            name,
            &attributes,
        );
    }
}

#[test]
fn plain_http_is_allowed_by_name_only() {
    let attributes = "; Path=/; HttpOnly; SameSite=Lax";
    check_attributes(builder().danger_allow_http(true), "session", attributes);
    let attributes = "; Path=/app; Domain=example.com; HttpOnly; SameSite=Strict";
    let builder = builder()
        .danger_allow_http(true)
        .path("/app")
        .domain("example.com");
    check_attributes(builder.same_site(SameSite::Strict), "session", attributes);
}
