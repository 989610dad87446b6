//! Refresh and sealing again, which are left out wherever they could do harm.

use hardtack::Session;

use super::{
    common::{HOUR, Jar, READ, REFRESHED, Visit, at, check, cookie, set_cookies, signed_in},
    look,
};

#[test]
fn refresh_never_moves_the_absolute_deadline() {
    let cookie = cookie();
    let mut jar = Jar::of(&signed_in(&cookie));
    for now in (1000..12 * HOUR).step_by(1000) {
        let answer = check(
            &Visit::to(&cookie).with(&jar.field()).at(now),
            look,
            REFRESHED,
        );
        jar.receive(set_cookies(&answer.headers));
        let session = cookie.load([&jar.field()], at(now));
        assert_eq!(session.created_at(), Some(at(0)));
        assert_eq!(session.expires_at(), Some(at((now + 1800).min(12 * HOUR))));
    }
    let gone = |session: &Session| {
        assert!(session.is_new() && session.is_empty());
        Ok(())
    };
    check(
        &Visit::to(&cookie).with(&jar.field()).at(12 * HOUR),
        gone,
        READ,
    );
}

/// A visit with which the session would be refreshed, and one with which it would be sealed again.
fn optional_writes() -> [Visit; 2] {
    use super::common::key;
    use hardtack::{KeyRing, SessionCookie};

    let cookie = cookie();
    let renewing = Visit::to(&cookie).with(&signed_in(&cookie)).at(1000);
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionCookie::encrypted(ring).build().unwrap();
    let resealing = Visit::to(&rotated).with(&signed_in(&cookie)).at(1);
    [renewing, resealing]
}

#[test]
fn optional_writes_are_sent_with_success_and_redirection_only() {
    for visit in optional_writes() {
        for status in [101, 200, 201, 204, 206, 301, 302, 303, 307] {
            check(&visit.clone().answered(status), look, REFRESHED);
        }
        // The fields of a 304 become those of a response that a cache has.
        for status in [304, 400, 401, 403, 404, 410, 429, 499, 500, 502, 503] {
            check(&visit.clone().answered(status), look, READ);
        }
    }
}
