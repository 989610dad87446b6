//! Sessions in several cookies: a response sends all parts or none.

use hardtack::{Session, SessionCookie, SessionError, Size, carrier::SessionCookieBuilder};
use http::header::SET_COOKIE;

use super::common::{Visit, builder, pair_of};

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

const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=Lax";
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
