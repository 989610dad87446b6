//! Jars of cookies: the limits beside the other adapters, and the jars of others.

use axum_extra::extract::CookieJar as AxumJar;
use cookie::{Cookie, CookieJar};
use hardtack::{Size, carrier::FormerAttributes};
use http::{HeaderMap, header::COOKIE};

use super::common::{at, builder, cookie, says, signed_in};

#[test]
fn a_jar_cannot_drop_cookies_with_earlier_attributes_and_says_so() {
    let former = FormerAttributes::new().partitioned(true);
    let moved = builder().formerly(former).build().unwrap();
    let session = moved.load_from_cookies(CookieJar::new().iter(), at(0));
    let refused = moved.save_as_cookies(&session);
    assert!(says(&refused, "one cookie of each name"));
    // The session is not closed by that.
    session.insert("user", 42).unwrap();
    assert_eq!(moved.save(&session).unwrap().iter().len(), 2);
}

#[test]
fn a_session_in_parts_goes_through_a_jar() {
    let large = builder().size(Size::Split(2)).build().unwrap();
    let mut jar = CookieJar::new();
    let session = large.load_from_cookies(jar.iter(), at(0));
    session.insert("text", "x".repeat(4_000)).unwrap();
    for changed in large.save_as_cookies(&session).unwrap() {
        jar.add_original(changed);
    }
    assert_eq!(jar.iter().count(), 2);

    let session = large.load_from_cookies(jar.iter(), at(0));
    assert_eq!(session.get("text").unwrap(), Some("x".repeat(4_000)));
    session.insert("text", "short").unwrap();
    for changed in large.save_as_cookies(&session).unwrap() {
        jar.add(changed);
    }
    let dropped = jar.get("__Host-session.1").unwrap();
    assert_eq!(dropped.value(), "");
    assert!(dropped.max_age().is_some_and(|age| age.is_zero()));
}

/// Which `load_from_cookies` documents: nothing in a cookie of a jar tells its name in the request.
#[test]
fn a_jar_takes_other_names_for_this_one() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let decoded = pair.replace("__Host", "%5F_Host");
    let fields = HeaderMap::from_iter([(COOKIE, decoded.parse().unwrap())]);
    let jar = AxumJar::from_headers(&fields);
    let session = cookie.load_from_cookies(jar.iter(), at(0));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert!(cookie.load_from(&fields, at(0)).is_new());

    let trimmed = format!("\u{a0}{pair}");
    let cookies = Cookie::split_parse(&*trimmed).map(Result::unwrap);
    let session = cookie.load_from_cookies(cookies, at(0));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert!(cookie.load([trimmed], at(0)).is_new());
}

/// A value that a jar decoded does not become several cookies.
#[test]
fn a_decoded_value_is_one_value() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let mut jar = CookieJar::new();
    jar.add_original(Cookie::new("__Host-session.x", format!("; {pair}")));
    let session = cookie.load_from_cookies(jar.iter(), at(0));
    assert!(session.is_new());
}
