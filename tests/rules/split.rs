//! Sessions in several cookies: a response sends all parts or none.

use hardtack::{Session, SessionCookie, SessionError, Size, carrier::SessionCookieBuilder};
use http::{HeaderName, header::SET_COOKIE};

use super::{
    Work,
    common::{READ, UNTOUCHED, Visit, at, builder, check, pair_of},
};

fn split() -> SessionCookieBuilder {
    builder().size(Size::Split(4))
}

fn site() -> SessionCookie {
    split().build().unwrap()
}

/// Stores a text that takes this many cookies.
fn store(session: &Session, cookies: usize) -> Result<(), SessionError> {
    session.insert("k", "x".repeat(2_950 * cookies - 2_000))
}

/// The `Cookie` field of a session in this many cookies, begun when the tests begin.
fn signed_in(cookies: usize) -> String {
    let field = site().cookie_for(at(0), |session| store(session, cookies));
    let field = field.unwrap();
    assert_eq!(field.split("; ").count(), cookies);
    field
}

const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=Lax";
const GONE: &str = "; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";

/// The lines of a response that sets `cookies` cookies and expires the parts from there to `before`.
fn lines(cache_control: &str, cookies: usize, before: usize) -> Vec<String> {
    let mut lines = vec![format!("cache-control: {cache_control}")];
    for number in 0..cookies.max(before) {
        let name = match number {
            0 => "__Host-session".to_owned(),
            _ => format!("__Host-session.{number}"),
        };
        let rest = if number >= cookies {
            format!("{ATTRIBUTES}{GONE}")
        } else if number == 0 && cookies > 1 {
            format!("{cookies}.…{ATTRIBUTES}")
        } else {
            format!("…{ATTRIBUTES}")
        };
        lines.push(format!("set-cookie: {name}={rest}"));
    }
    lines.push("vary: Cookie".to_owned());
    lines
}

#[track_caller]
fn check_lines(visit: &Visit, work: Work, expected: &[String]) {
    let expected: Vec<_> = expected.iter().map(String::as_str).collect();
    check(visit, work, &expected);
}

const GROW: Work = |session| store(session, 4);
const SHRINK: Work = |session| store(session, 2);
const LOOK: Work = |session| session.get::<String>("k").map(drop);

#[test]
fn a_change_is_sent_in_all_its_parts() {
    let (one, three) = (signed_in(1), signed_in(3));
    for status in [200, 303, 404] {
        let visit = Visit::to(&site()).answered(status);
        check_lines(&visit, GROW, &lines("no-store", 4, 0));
        check_lines(&visit.clone().with(&one), GROW, &lines("no-store", 4, 1));
        check_lines(&visit.clone().with(&three), GROW, &lines("no-store", 4, 3));
        check_lines(&visit.with(&three), SHRINK, &lines("no-store", 2, 3));
    }
}

#[test]
fn a_server_error_sends_no_part_of_a_change() {
    let three = signed_in(3);
    let visit = Visit::to(&site()).answered(500);
    check(&visit, GROW, READ);
    let visit = visit.with(&three);
    check(&visit, GROW, READ);
    check(&visit, SHRINK, READ);
    check(&visit, |session| session.discard(), READ);
}

#[test]
fn a_server_error_sends_all_parts_where_that_is_asked_for() {
    let three = signed_in(3);
    let saving = split().save_on_server_error().build().unwrap();
    let visit = Visit::to(&saving).with(&three).answered(503);
    check_lines(&visit, SHRINK, &lines("no-store", 2, 3));
    let visit = Visit::to(&site()).with(&three).answered(503);
    check_lines(
        &visit,
        |session| store(session, 2).and(session.save()),
        &lines("no-store", 2, 3),
    );
    check_lines(&visit, |session| session.save(), &lines("no-store", 3, 3));
}

#[test]
fn an_ending_drops_all_parts_with_any_status() {
    let three = signed_in(3);
    let endings: [Work; 2] = [
        |session| session.invalidate().map(drop),
        |session| session.clear(),
    ];
    for status in [200, 401, 500] {
        for work in endings {
            let visit = Visit::to(&site()).with(&three).answered(status);
            check_lines(&visit, work, &lines("no-store", 0, 3));
        }
    }
}

#[test]
fn a_refresh_is_sent_in_all_its_parts_or_left_out() {
    let three = signed_in(3);
    let visit = Visit::to(&site()).with(&three).at(1000);
    check_lines(&visit, LOOK, &lines("private", 3, 3));
    let stale = visit.clone().with("__Host-session.4=x; __Host-session.3=y");
    check_lines(&stale, LOOK, &lines("private", 3, 5));
    check(&visit.clone().answered(404), LOOK, READ);
    check(&visit.clone().loading("image"), LOOK, READ);
    let shared = ["cache-control: public, max-age=60", "vary: Cookie"];
    let public = visit.clone().saying("cache-control", "public, max-age=60");
    check(&public, LOOK, &shared);
    check(&visit, |_| Ok(()), UNTOUCHED);
    // Before it is due.
    check(&Visit::to(&site()).with(&three).at(1), LOOK, READ);
}

#[test]
fn every_part_is_a_field_of_its_own_beside_those_of_others_and_kept_out_of_logs() {
    let visit = Visit::to(&site()).saying("set-cookie", "theme=dark");
    let answer = visit.run(|session| store(session, 3));
    let fields = answer.headers.get_all(SET_COOKIE).iter();
    let told = fields.map(|field| (pair_of(field.to_str().unwrap()).len(), field.is_sensitive()));
    let told: Vec<_> = told.collect();
    let full = 4_096 - ATTRIBUTES.len();
    assert_eq!(told[..3], [(10, false), (full, true), (full, true)]);
    assert!(told[3].0 < full && told[3].1);
    assert_eq!(told.len(), 4);
}

#[test]
fn parts_are_read_from_fields_in_any_order() {
    let field = signed_in(4);
    let mut visit = Visit::to(&site()).at(1);
    for pair in field.rsplit("; ") {
        visit = visit.asking(HeaderName::from_static("cookie"), pair);
        visit = visit.asking(HeaderName::from_static("cookie"), "theme=dark");
    }
    let work: Work = |session| {
        assert!(session.contains_key("k") && !session.is_new());
        Ok(())
    };
    check(&visit, work, READ);
}
