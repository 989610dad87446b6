//! Cookies with earlier attributes, which are expired together with a write.

use hardtack::{
    ConfigError, KeyRing, SessionCookie,
    carrier::{FormerAttributes, SessionCookieBuilder},
};

use super::{
    common::{READ, UNTOUCHED, Visit, builder, check, key, signed_in},
    look,
};

const EXPIRED: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

fn moved() -> SessionCookieBuilder {
    builder()
        .name("__Secure-session")
        .path("/shop")
        .domain("example.com")
}

/// Asserts the attributes of the field that expires a cookie with these earlier ones.
#[track_caller]
fn check_expiry(now: SessionCookieBuilder, formerly: FormerAttributes, expected: &str) {
    let cookie = now.formerly(formerly).build().unwrap();
    let answer = Visit::to(&cookie).run(|session| session.insert("user", 42));
    let lines: Vec<_> = answer
        .lines()
        .into_iter()
        .filter(|line| line.starts_with("set"))
        .collect();
    let [first, second] = &lines[..] else {
        panic!("{lines:?}")
    };
    let name = cookie.name();
    assert_eq!(*first, format!("set-cookie: {name}=; {expected}{EXPIRED}"));
    assert!(
        second.starts_with(&format!("set-cookie: {name}=…")) && !second.contains("Max-Age"),
        "{second}"
    );
}

#[test]
fn path_domain_and_partition_may_have_been_others() {
    let all = "Secure; HttpOnly; SameSite=Lax";
    check_expiry(
        moved(),
        FormerAttributes::new().path("/"),
        &format!("Path=/; Domain=example.com; {all}"),
    );
    check_expiry(
        moved(),
        FormerAttributes::new().domain("www.example.com"),
        &format!("Path=/shop; Domain=www.example.com; {all}"),
    );
    check_expiry(
        moved(),
        FormerAttributes::new().no_domain(),
        &format!("Path=/shop; {all}"),
    );
    check_expiry(
        moved(),
        FormerAttributes::new().partitioned(true),
        &format!("Path=/shop; Domain=example.com; {all}; Partitioned"),
    );
    check_expiry(
        builder().partitioned(),
        FormerAttributes::new().partitioned(false),
        &format!("Path=/; {all}"),
    );
    check_expiry(
        moved(),
        FormerAttributes::new().path("/").no_domain(),
        &format!("Path=/; {all}"),
    );
    type Give = fn(FormerAttributes) -> FormerAttributes;
    let options: [Give; 3] = [
        |former| former.path("/"),
        |former| former.domain("www.example.com"),
        |former| former.partitioned(true),
    ];
    // In whatever order they are given.
    for places in [
        [0, 1, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
        [1, 0, 2],
        [0, 2, 1],
    ] {
        let give = |former, place: usize| options[place](former);
        let former = places.into_iter().fold(FormerAttributes::new(), give);
        let expected = format!("Path=/; Domain=www.example.com; {all}; Partitioned");
        check_expiry(moved(), former, &expected);
    }
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

const FIRST: &str = "set-cookie: __Secure-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
const SECOND: &str = "set-cookie: __Secure-session=; Path=/old; Domain=example.com; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
const SENT: &str = "set-cookie: __Secure-session=…; Path=/shop; Domain=example.com; Secure; HttpOnly; SameSite=Lax";
const ENDED: &str = "set-cookie: __Secure-session=; Path=/shop; Domain=example.com; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

fn twice(builder: SessionCookieBuilder) -> SessionCookie {
    let builder = builder.formerly(FormerAttributes::new().path("/").no_domain());
    builder
        .formerly(FormerAttributes::new().path("/old"))
        .build()
        .unwrap()
}

#[test]
fn earlier_cookies_are_dropped_before_the_present_one_is_sent() {
    let cookie = twice(moved());
    let no_store = "cache-control: no-store";
    let vary = "vary: Cookie";
    let visit = Visit::to(&cookie);
    check(
        &visit,
        |session| session.insert("user", 42),
        &[no_store, FIRST, SECOND, SENT, vary],
    );
    let visit = visit.with(&signed_in(&moved().build().unwrap()));
    check(
        &visit,
        |session| session.invalidate().map(drop),
        &[no_store, FIRST, SECOND, ENDED, vary],
    );
    let ended_on_error = visit.clone().answered(500);
    check(
        &ended_on_error,
        |session| session.clear(),
        &[no_store, FIRST, SECOND, ENDED, vary],
    );
    let refreshed = ["cache-control: private", FIRST, SECOND, SENT, vary];
    check(&visit.clone().at(1000), look, &refreshed);
}

#[test]
fn sealing_again_drops_earlier_cookies_too() {
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionCookie::encrypted(ring);
    let rotated = twice(
        rotated
            .name("__Secure-session")
            .path("/shop")
            .domain("example.com"),
    );
    let visit = Visit::to(&rotated)
        .with(&signed_in(&moved().build().unwrap()))
        .at(1);
    check(
        &visit,
        look,
        &[
            "cache-control: private",
            FIRST,
            SECOND,
            SENT,
            "vary: Cookie",
        ],
    );
}

#[test]
fn where_nothing_is_sent_nothing_is_dropped() {
    let cookie = twice(moved());
    let pair = signed_in(&cookie);
    for cookies in ["", "__Secure-session=junk", &pair, "theme=dark"] {
        let visit = Visit::to(&cookie).with(cookies).at(1);
        check(&visit, |_| Ok(()), UNTOUCHED);
        check(&visit, look, READ);
        check(&visit.clone().at(1000).answered(404), look, READ);
        check(
            &visit.answered(500),
            |session| session.insert("user", 7),
            READ,
        );
    }
    check(
        &Visit::to(&cookie),
        |session| session.invalidate().map(drop),
        READ,
    );
}

#[test]
fn a_session_that_a_browser_sends_from_two_places_goes_on() {
    // While the browser has both, the old cookie and the new one arrive together.
    let cookie = moved()
        .formerly(FormerAttributes::new().path("/"))
        .build()
        .unwrap();
    let old = super::common::sealed(&cookie, super::common::at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let answer = Visit::to(&cookie)
        .with(&old)
        .at(1)
        .run(|session| session.insert("user", 43));
    let both = format!("{}; {old}", answer.pair());
    let session = cookie.load([both], super::common::at(2));
    assert_eq!(session.get("user").unwrap(), Some(43));
}
