//! When an old cookie is asked, and what becomes of its session.

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use hardtack::{
    EncryptionKey, SessionCookie,
    keys::SharedKeyRing,
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason},
};
use http::{HeaderMap, HeaderValue};
use serde_json::json;

use super::{DAY, builder, saved, start};
use crate::common::says;

/// Reads `user/age/idle`: the session's user, and the seconds since it began and was active, counted from [`start`].
pub(crate) struct Plain;

impl Reader for Plain {
    fn read(&self, name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        assert_eq!(name, "old");
        let mut parts = value.split('/');
        let user = parts.next().filter(|user| !user.is_empty());
        let entries = json!({ "user": user.ok_or(Reason::Auth)? });
        let session = OldSession::new(entries.as_object().unwrap().clone());
        let mut ago = || Some(start() - Duration::from_secs(parts.next()?.parse().ok()?));
        let session = match ago() {
            Some(created) => session.created_at(created),
            None => session,
        };
        Ok(match ago() {
            Some(active) => session.last_active_at(active),
            None => session,
        })
    }
}

/// A reader that must not be asked, or breaks off.
struct Panics;

impl Reader for Panics {
    fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        panic!("the old cookie was read")
    }
}

pub(crate) fn plain() -> OldCookie {
    OldCookie::new("old", Plain)
}

pub(crate) fn cookie() -> SessionCookie {
    builder()
        .migrate_from(plain(), start()..start() + 10 * DAY)
        .build()
        .unwrap()
}

pub(crate) fn not_migrated(reason: Reason) -> Outcome {
    Outcome::NotMigrated { reason }
}

#[test]
fn a_session_that_is_only_read_is_written_and_the_old_cookie_dropped() {
    let cookie = cookie();
    let session = cookie.load(["theme=dark; old=ada"], start());
    assert_eq!(session.get("user").unwrap(), Some("ada".to_owned()));
    assert!(!session.is_new());
    let fields = saved(&cookie, &session);
    assert_eq!(fields.len(), 2);
    // Clients without a jar, as in tests, take the first cookie.
    assert!(fields[0].starts_with("__Host-session=e"));
    assert_eq!(
        fields[1],
        "old=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"
    );
}

#[test]
fn a_ring_that_is_replaced_meanwhile_does_not_end_a_session_and_not_before_does() {
    let keys = SharedKeyRing::from(EncryptionKey::generate().unwrap());
    let cookie = SessionCookie::encrypted(keys.clone())
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let arrives = || {
        let session = cookie.load(["old=ada/60"], start());
        assert_eq!(session.outcome(), Outcome::Migrated);
        session
    };
    let session = arrives();
    keys.replace(EncryptionKey::generate().unwrap()).unwrap();
    let fields = saved(&cookie, &session);
    assert!(!cookie.load(&fields[..1], start()).is_new());

    let session = arrives();
    session.renew().unwrap();
    cookie.raise_not_before(start() - Duration::from_secs(59));
    assert!(saved(&cookie, &session).is_empty());
}

#[test]
fn an_untouched_session_is_not_read() {
    let old = OldCookie::new("old", Panics);
    let cookie = builder()
        .migrate_from(old, start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=ada"], start());
    assert!(saved(&cookie, &session).is_empty());
}

#[test]
fn a_cookie_of_ours_wins_even_if_it_does_not_open() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, start());
    session.insert("user", "grace").unwrap();
    let ours = cookie.save(&session).unwrap().into_iter().next().unwrap();
    let pair = ours.split(';').next().unwrap();
    let session = cookie.load([&format!("old=ada; {pair}")], start());
    assert_eq!(session.get("user").unwrap(), Some("grace".to_owned()));
    assert!(saved(&cookie, &session).is_empty());

    let expired = cookie.load([&format!("old=ada; {pair}")], start() + 31 * DAY);
    assert!(matches!(
        expired.outcome(),
        Outcome::Rejected {
            reason: Reason::Expired,
            ..
        }
    ));
    for other in [
        "__Host-session=junk",
        "__Host-session=",
        "__Host-session.1=part",
    ] {
        let session = cookie.load(["old=ada", other], start());
        assert!(session.is_new() && session.is_empty(), "{other}");
    }
}

#[test]
fn an_old_cookie_is_read_from_the_beginning_of_its_range_to_its_end() {
    let cookie = cookie();
    let second = Duration::from_secs(1);
    let outcome = |now| cookie.load(["old=ada"], now).outcome();
    assert_eq!(outcome(start() - second), Outcome::Absent);
    assert_eq!(outcome(start()), Outcome::Migrated);
    assert_eq!(outcome(start() + 10 * DAY - second), Outcome::Migrated);
    assert_eq!(outcome(start() + 10 * DAY), Outcome::Absent);
}

#[test]
fn each_of_several_old_cookies_is_read_in_its_own_range() {
    let [first, second] = ["first", "second"];
    let fixed = |user| OldCookie::new(user, super::readers::Fixed(user));
    let cookie = builder()
        .migrate_from(fixed(first), start()..start() + DAY)
        .migrate_from(fixed(second), start() + 2 * DAY..start() + 3 * DAY)
        .build()
        .unwrap();
    for (days, read) in [(0, Some(first)), (1, None), (2, Some(second)), (3, None)] {
        let session = cookie.load(["first=x; second=x"], start() + days * DAY);
        let user = session.get::<String>("user").unwrap();
        assert_eq!(user.as_deref(), read, "after {days} days");
    }
}

#[test]
fn before_its_range_an_old_cookie_is_left_to_the_program_that_writes_it() {
    let cookie = cookie();
    let dropped = |now| {
        let session = cookie.load(["old=ada"], now);
        session.insert("visits", 1).unwrap();
        let fields = saved(&cookie, &session);
        fields.iter().any(|field| field.starts_with("old=;"))
    };
    assert!(!dropped(start() - Duration::from_secs(1)));
    assert!(dropped(start()));
    assert!(dropped(start() + 10 * DAY), "a copy is worth nothing");
}

#[test]
#[cfg(feature = "cookie")]
fn an_old_cookie_is_taken_over_from_a_jar() {
    let (mut jar, cookie) = (cookie::CookieJar::new(), cookie());
    jar.add(("old", "ada"));
    let session = cookie.load_from_cookies(jar.iter(), start());
    assert_eq!(session.get("user").unwrap(), Some("ada".to_owned()));
    let changed = cookie.save_as_cookies(&session).unwrap();
    let names: Vec<_> = changed.iter().map(cookie::Cookie::name).collect();
    assert_eq!(names, ["__Host-session", "old"]);
}

#[test]
#[cfg(feature = "cookie")]
fn every_old_cookie_is_taken_over_from_a_jar() {
    let names = ["older", "oldest", "old"];
    let builder = names.into_iter().fold(builder(), |builder, name| {
        let old = OldCookie::new(name, super::readers::Fixed(name));
        builder.migrate_from(old, start()..start() + 10 * DAY)
    });
    let cookie = builder.build().unwrap();
    for name in names {
        let mut jar = cookie::CookieJar::new();
        jar.add((name, "x"));
        let session = cookie.load_from_cookies(jar.iter(), start());
        let user = session.get::<String>("user").unwrap();
        assert_eq!(user.as_deref(), Some(name));
        let changed = cookie.save_as_cookies(&session).unwrap();
        let changed: Vec<_> = changed.iter().map(cookie::Cookie::name).collect();
        assert_eq!(changed, ["__Host-session", "older", "oldest", "old"]);
    }
}

#[test]
#[cfg(feature = "cookie")]
fn a_jar_cannot_drop_two_old_cookies_of_one_name_and_says_so() {
    let range = || start()..start() + 10 * DAY;
    let cookie = builder()
        .migrate_from(plain(), range())
        .migrate_from(plain().path("/app"), range())
        .build()
        .unwrap();
    let session = cookie.load_from_cookies([&cookie::Cookie::new("old", "ada")], start());
    let refused = cookie.save_as_cookies(&session);
    assert!(says(&refused, "one cookie of each name"));
}

#[test]
fn timeouts_count_from_the_dates_of_the_old_session() {
    let cookie = builder()
        .idle_timeout(Duration::from_secs(1800))
        .absolute_timeout(DAY)
        .migrate_from(plain(), start()..start() + 10 * DAY)
        .build()
        .unwrap();
    let outcome = |value, now| cookie.load([format!("old={value}")], now).outcome();
    assert_eq!(outcome("ada/86399/0", start()), Outcome::Migrated);
    assert_eq!(
        outcome("ada/86400/0", start()),
        not_migrated(Reason::Expired)
    );
    assert_eq!(outcome("ada/86000/1799", start()), Outcome::Migrated);
    assert_eq!(
        outcome("ada/86000/1800", start()),
        not_migrated(Reason::Idle)
    );
    // Without dates: issued at the beginning of the range, and active now.
    assert_eq!(
        outcome("ada", start() + DAY - Duration::from_secs(1)),
        Outcome::Migrated
    );
    assert_eq!(outcome("ada", start() + DAY), not_migrated(Reason::Expired));
    // More than the skew before the session began, and before any session.
    let early = start() + DAY / 2;
    assert_eq!(outcome("ada/0/0", early - DAY), Outcome::Absent);
    assert_eq!(
        outcome("ada/40000000/0", start()),
        not_migrated(Reason::Expired)
    );

    let session = cookie.load(["old=ada/86399/0"], start());
    assert!(!session.is_new());
    let fields = saved(&cookie, &session);
    let now = start() + Duration::from_secs(1);
    let expired = cookie.load(&fields[..1], now).outcome();
    assert!(matches!(
        expired,
        Outcome::Rejected {
            reason: Reason::Expired,
            ..
        }
    ));
}

#[test]
fn a_session_from_the_future_is_refused() {
    let cookie = builder()
        .migrate_from(plain(), start() - DAY..start() + DAY)
        .build()
        .unwrap();
    let outcome = |now| cookie.load(["old=ada/0/0"], now).outcome();
    assert_eq!(
        outcome(start() - Duration::from_secs(61)),
        not_migrated(Reason::NotYetValid)
    );
    assert_eq!(
        outcome(start() - Duration::from_secs(60)),
        Outcome::Migrated
    );
}

/// A token has four bytes for a date, and an old cookie may have milliseconds.
#[test]
fn a_session_from_after_2162_is_refused_as_one_from_the_future() {
    struct Milliseconds;
    impl Reader for Milliseconds {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            let entries = json!({ "user": "ada" }).as_object().unwrap().clone();
            let created = SystemTime::UNIX_EPOCH + Duration::from_secs(1_800_000_000_000);
            Ok(OldSession::new(entries).created_at(created))
        }
    }
    let old = OldCookie::new("old", Milliseconds);
    let cookie = builder()
        .idle_timeout(None)
        .absolute_timeout(400 * DAY)
        .migrate_from(old, start()..start() + DAY)
        .build()
        .unwrap();
    let outcome = cookie.load(["old=ada"], start()).outcome();
    assert_eq!(outcome, not_migrated(Reason::NotYetValid));
}

/// The session that the browser hides from a request of another site is not replaced, whatever became of the old cookie.
#[test]
fn a_reader_that_panics_leaves_what_the_browser_said_of_the_request() {
    let old = OldCookie::new("old", Panics);
    let cookie = builder()
        .migrate_from(old, start()..start() + DAY)
        .build()
        .unwrap();
    let mut request = HeaderMap::new();
    request.insert("cookie", HeaderValue::from_static("old=ada"));
    request.insert("sec-fetch-site", HeaderValue::from_static("cross-site"));
    let session = cookie.load_from(&request, start());
    let touched = catch_unwind(AssertUnwindSafe(|| session.is_new()));
    assert!(touched.is_err());
    session.invalidate().unwrap();
    session.insert("user", "eve").unwrap();
    let is_drop = |field: &String| field.contains("Max-Age=0");
    assert!(saved(&cookie, &session).iter().all(is_drop));
}

#[test]
fn sessions_issued_before_not_before_are_refused() {
    let cookie = cookie();
    let session = cookie.load(["old=ada"], start());
    assert!(!session.is_new() && session.is_alive());
    cookie.raise_not_before(start() + DAY);
    assert!(!session.is_alive());
    let outcome = cookie.load(["old=ada"], start() + DAY).outcome();
    assert_eq!(outcome, not_migrated(Reason::Revoked));
}

#[test]
fn a_handle_of_a_session_that_was_taken_over_ends_with_the_key_that_sealed_it() {
    let key = || EncryptionKey::generate().unwrap();
    let keys = SharedKeyRing::from(key());
    let cookie = SessionCookie::encrypted(keys.clone());
    let cookie = cookie.migrate_from(plain(), start()..start() + DAY);
    let cookie = cookie.build().unwrap();
    let session = cookie.load(["old=ada"], start());
    assert!(session.is_alive());
    let fields = cookie.save(&session).unwrap();
    assert!(session.is_alive());
    keys.replace(key()).unwrap();
    let opens = !cookie.load(&fields, start()).is_new();
    assert_eq!((session.is_alive(), opens), (false, false));
}

#[test]
fn the_application_may_revoke_a_session_before_it_is_taken_over() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let (seeing, hearing) = (Arc::clone(&seen), Arc::clone(&outcomes));
    let cookie = builder()
        .revoked_if(move |session| {
            let info = session.info();
            seeing.lock().unwrap().push((info.id, info.created_at));
            true
        })
        .on_outcome(move |reading| {
            let event = (reading.outcome, reading.token_bytes);
            hearing.lock().unwrap().push(event);
        })
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=ada/60/0"], start());
    assert!(session.is_new() && session.is_empty());
    let issued = start() - Duration::from_secs(60);
    assert_eq!(*seen.lock().unwrap(), [(None, issued)]);
    assert_eq!(
        *outcomes.lock().unwrap(),
        [(not_migrated(Reason::Revoked), "ada/60/0".len())]
    );
}

#[test]
fn an_old_session_is_found_under_each_name() {
    let other = OldCookie::new("other", super::readers::Fixed("grace"));
    let range = start()..start() + DAY;
    let cookie = builder()
        .migrate_from(plain(), range.clone())
        .migrate_from(other, range)
        .build()
        .unwrap();
    let user = |field| cookie.load([field], start()).get::<String>("user").unwrap();
    assert_eq!(user("old=ada").as_deref(), Some("ada"));
    assert_eq!(user("other=x").as_deref(), Some("grace"));
    assert_eq!(user("old=; other=x").as_deref(), Some("grace"));
    let none = cookie.load(["old=ada/90000000/0; old="], start());
    assert_eq!(none.outcome(), not_migrated(Reason::Expired));
}

#[test]
fn an_old_session_ends_in_the_second_of_its_end() {
    struct Ends;
    impl Reader for Ends {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            let entries = json!({ "user": "ada" }).as_object().unwrap().clone();
            Ok(OldSession::new(entries).expires_at(start() + Duration::from_secs(60)))
        }
    }
    let old = OldCookie::new("old", Ends);
    let range = start()..start() + DAY;
    let cookie = builder().migrate_from(old, range).build().unwrap();
    let outcome = |after| {
        let now = start() + Duration::from_secs(after);
        cookie.load(["old=x"], now).outcome()
    };
    assert_eq!(outcome(59), Outcome::Migrated);
    assert_eq!(outcome(60), not_migrated(Reason::Expired));
}

#[test]
fn an_old_session_from_before_2026_is_refused_however_long_sessions_live() {
    let cookie = builder()
        .absolute_timeout(3000 * DAY)
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let outcome = |age: u64| {
        let field = format!("old=ada/{age}/0");
        cookie.load([field], start()).outcome()
    };
    let since_2026 = 1_800_000_000 - 1_767_225_600;
    assert_eq!(outcome(since_2026), Outcome::Migrated);
    assert_eq!(outcome(since_2026 + 1), not_migrated(Reason::Expired));
}

#[test]
fn entries_can_be_changed_and_a_session_refused_by_the_application() {
    let old = plain().convert(|mut entries| {
        let user = entries.remove("user")?;
        (user != "mallory").then(|| [("name".to_owned(), user)].into_iter().collect())
    });
    let cookie = builder()
        .migrate_from(old, start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=ada"], start());
    assert_eq!(session.keys(), ["name"]);
    let session = cookie.load(["old=mallory"], start());
    assert_eq!(session.outcome(), not_migrated(Reason::Revoked));
    // A new session may take its place.
    session.insert("user", "grace").unwrap();
    assert_eq!(saved(&cookie, &session).len(), 2);
}

#[test]
fn a_session_without_entries_is_none() {
    let old = plain().convert(|_| Some(serde_json::Map::new()));
    let cookie = builder()
        .migrate_from(old, start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=ada"], start());
    assert_eq!(session.outcome(), Outcome::Absent);
    assert!(saved(&cookie, &session).is_empty());
}

#[test]
fn a_session_that_does_not_fit_is_refused_whole() {
    let large = |len: usize| {
        let old = plain().convert(move |mut entries| {
            entries.insert("large".to_owned(), "x".repeat(len).into());
            Some(entries)
        });
        builder()
            .migrate_from(old, start()..start() + DAY)
            .build()
            .unwrap()
    };
    let room = cookie().load(["old=ada"], start()).remaining_bytes();
    let with_header = room - "large".len() - 1 - 3;
    let fits = large(with_header);
    let session = fits.load(["old=ada"], start());
    assert_eq!(
        (session.outcome(), session.remaining_bytes()),
        (Outcome::Migrated, 0)
    );
    assert_eq!(saved(&fits, &session).len(), 2);
    let session = large(with_header + 1).load(["old=ada"], start());
    assert_eq!(session.outcome(), not_migrated(Reason::TooLong));
    assert!(session.is_empty());
}

#[test]
fn the_length_of_all_old_values_is_reported() {
    let bytes = Arc::new(Mutex::new(Vec::new()));
    let hearing = Arc::clone(&bytes);
    let other = OldCookie::new("other", super::readers::Fixed("grace"));
    let range = start()..start() + DAY;
    let cookie = builder()
        .on_outcome(move |reading| hearing.lock().unwrap().push(reading.token_bytes))
        .migrate_from(plain(), range.clone())
        .migrate_from(other, range)
        .build()
        .unwrap();
    for field in ["old=ada", "old=; old=ada; other=grace", "other=grace"] {
        assert!(!cookie.load([field], start()).outcome().name().is_empty());
    }
    assert_eq!(*bytes.lock().unwrap(), [3, 8, 5]);
}
