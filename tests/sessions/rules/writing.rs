//! What a response writes of a session, as far as no vector says it: marks for logs, a 304, the fields after a save that
//! failed, what handlers read, and `has_changed`.

use std::time::{SystemTime, UNIX_EPOCH};

use hardtack::{
    KeyRing, Session, SessionCookie, SessionError, Size, carrier::SessionCookieBuilder,
};
use http::header::SET_COOKIE;

use super::{
    Work,
    common::{
        HOUR, Jar, READ, REFRESHED, Visit, WRITTEN, at, builder, check, cookie, key, pair_of,
        sealed, seconds, set_cookies, signed_in,
    },
    look,
};

#[test]
fn the_cookies_of_others_are_left_alone() {
    let visit = Visit::to(&cookie())
        .saying("set-cookie", "theme=dark; Path=/")
        .saying("set-cookie", "lang=xx");
    let expected = [
        "cache-control: no-store",
        "set-cookie: theme=dark; Path=/",
        "set-cookie: lang=xx",
        "set-cookie: __Host-session=…; Path=/; Secure; HttpOnly; SameSite=Lax",
        "vary: Cookie",
    ];
    let answer = check(&visit, |session| session.insert("user", 1), &expected);
    // Marked sensitive, for logs and compression tables.
    let fields = answer.headers.get_all(SET_COOKIE).into_iter();
    let are_sensitive: Vec<_> = fields.map(|field| field.is_sensitive()).collect();
    assert_eq!(are_sensitive, [false, false, true]);
}

#[test]
fn after_the_head_looking_works_and_changing_is_an_error() {
    let works: [Work; 4] = [
        |session| session.update("user", |_: &mut u32| unreachable!("nothing is handed out")),
        |session| session.take::<u32>("user").map(drop),
        |session| session.insert("user", 42),
        |session| session.clone().insert("name", 1),
    ];
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for work in works {
        let session = cookie.load([&pair], at(1));
        assert!(cookie.save(&session).unwrap().is_empty());
        assert!(matches!(work(&session), Err(SessionError::AfterHead)));
        assert_eq!(session.get::<u32>("user").unwrap(), Some(42));
        assert_eq!((session.len(), session.is_new()), (1, false));
        assert_eq!(session.created_at(), Some(at(0)));
    }
}

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

#[test]
fn what_is_discarded_is_not_written_and_reads_as_it_was_changed() {
    let works: [Work; 3] = [
        |session| session.discard(),
        |session| {
            session.insert("name", "Ada")?;
            session.discard()?;
            assert_eq!(session.get("name")?, Some("Ada".to_owned()));
            Ok(())
        },
        |session| session.clear().and(session.discard()),
    ];
    let cookie = cookie();
    for work in works {
        let visit = Visit::to(&cookie).with(&signed_in(&cookie));
        // When a refresh is due too.
        for seconds in [1, 1000] {
            check(&visit.clone().at(seconds), work, READ);
        }
    }
    check(&Visit::to(&cookie), works[1], READ);
}

#[test]
fn asking_uses_no_session_and_a_save_is_no_change() {
    let cookie = cookie();
    let visitor = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap()
    });
    let session = cookie.load([&visitor], at(1));
    assert!(!session.has_changed() && !session.is_touched());
    session.save().unwrap();
    assert!(!session.has_changed());
    assert_eq!(cookie.save(&session).unwrap().iter().len(), 1);
    // Nor is a refresh.
    let always = builder().refresh_after(hardtack::RefreshAfter::Always);
    let session = always.build().unwrap().load([&visitor], at(1));
    assert_eq!(session.get::<u32>("user").unwrap(), Some(42));
    assert!(!session.has_changed());
    session
        .update("user", |user: &mut u32| {
            assert!(!session.has_changed());
            *user += 1;
        })
        .unwrap();
    assert!(session.has_changed());
}

#[test]
fn a_new_session_has_no_dates_before_it_was_sent() {
    let cookie = cookie();
    let work = |session: &Session| {
        session.insert("user", 42)?;
        assert!(session.is_new());
        assert_eq!(session.created_at(), None);
        assert_eq!(session.last_active_at(), None);
        assert_eq!(session.expires_at(), None);
        Ok(())
    };
    let answer = check(&Visit::to(&cookie).at(5), work, WRITTEN);
    let session = cookie.load([answer.pair()], at(7));
    assert_eq!(session.created_at(), Some(at(5)));
    assert_eq!(session.last_active_at(), Some(at(5)));
}

fn time(seconds_since_1970: u64) -> SystemTime {
    UNIX_EPOCH + seconds(seconds_since_1970)
}

#[test]
fn a_response_that_could_not_be_saved_is_kept_from_caches_as_if_it_had_been() {
    let visit = Visit::to(&cookie()).at_time(time(0));
    for visit in [
        visit.clone(),
        visit.saying("cache-control", "public, max-age=60"),
    ] {
        let answer = visit.run(|session| session.insert("user", 42));
        assert_eq!(answer.status, 500);
        assert_eq!(answer.lines(), ["cache-control: no-store", "vary: Cookie"]);
    }
}

#[test]
fn a_failed_save_says_what_is_wrong() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, time(0));
    session.insert("user", 42).unwrap();
    let error = cookie.save(&session).unwrap_err().to_string();
    assert!(error.contains("clock") && error.contains("2026"), "{error}");
}
