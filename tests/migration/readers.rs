//! Readers: those of an application, several for one cookie, and their `Debug`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hardtack::{
    SessionError,
    migrate::{Beaker, Jar, JarKey, JarValue, OldCookie, OldSession, Pyramid, Reader},
    session::{Outcome, Reason},
};

use super::{
    DAY, builder,
    cookies::{Cookie, Keys},
    saved, start,
};

/// Reads any value as the session of one user.
pub(crate) struct Fixed(pub(crate) &'static str);

impl Reader for Fixed {
    fn read(&self, _: &str, _: &str) -> Result<OldSession, Reason> {
        let entry = ("user".to_owned(), self.0.into());
        Ok(OldSession::new([entry].into_iter().collect()))
    }
}

#[test]
fn a_reader_or_a_conversion_that_panics_does_not_cost_the_old_cookie() {
    struct Panics;
    impl Reader for Panics {
        fn read(&self, _: &str, _: &str) -> Result<OldSession, Reason> {
            panic!("a mistake of the application")
        }
    }
    let converts = OldCookie::new("old", Fixed("ada")).convert(|_| panic!("another mistake"));
    for old in [OldCookie::new("old", Panics), converts] {
        let cookie = builder()
            .migrate_from(old, start()..start() + DAY)
            .build()
            .unwrap();
        let session = cookie.load(["old=ada"], start());
        assert!(catch_unwind(AssertUnwindSafe(|| session.is_new())).is_err());
        assert!(session.is_new() && session.is_empty());
        let refused = Outcome::NotMigrated {
            reason: Reason::Payload,
        };
        assert_eq!(session.outcome(), refused);
        let changed = session.insert("user", "grace");
        assert!(matches!(changed, Err(SessionError::UnreadablePayload)));
        assert!(saved(&cookie, &session).is_empty());

        // As with every session that cannot be read, a sign-in begins another.
        let session = cookie.load(["old=ada"], start());
        assert!(catch_unwind(AssertUnwindSafe(|| session.is_new())).is_err());
        session.renew().unwrap();
        session.insert("user", "grace").unwrap();
        assert_eq!(saved(&cookie, &session).len(), 2);
    }
}

#[test]
fn two_keys_of_one_cookie_are_two_readers_and_one_field() {
    let old = Cookie::of("actix private");
    let wrong = Keys {
        first_byte: 1,
        ..Keys::RIGHT
    };
    let range = old.made_at()..old.made_at() + DAY;
    let cookie = builder()
        .migrate_from(old.old_with(wrong), range.clone())
        .migrate_from(old.old(), range)
        .build()
        .unwrap();
    let session = cookie.load([old.field()], old.made_at());
    assert_eq!(session.outcome(), Outcome::Migrated);
    assert_eq!(saved(&cookie, &session).len(), 2);
}

#[test]
fn an_old_cookie_of_two_keys_is_dropped_from_the_earlier_start_on() {
    let later = start() + DAY;
    for starts in [[start(), later], [later, start()]] {
        let builder = starts.into_iter().fold(builder(), |builder, begin| {
            builder.migrate_from(
                OldCookie::new("old", Fixed("ada")),
                begin..start() + 10 * DAY,
            )
        });
        let cookie = builder.build().unwrap();
        let session = cookie.load(None::<&str>, start());
        session.insert("user", "grace").unwrap();
        let fields = saved(&cookie, &session);
        assert!(fields[0].starts_with("old=;"), "{fields:?}");
        assert_eq!(fields.len(), 2);
    }
}

#[test]
fn a_private_jar_opens_nothing_that_is_only_signed() {
    let mut count = 0;
    for mut old in Cookie::all() {
        if !old.format.ends_with(" signed") || old.format.starts_with("beaker") {
            continue;
        }
        old.format = old.format.replace("signed", "private");
        let range = old.made_at() - DAY..old.made_at() + DAY;
        let cookie = builder().migrate_from(old.old(), range).build().unwrap();
        let session = cookie.load([old.field()], old.made_at());
        let outcome = session.outcome();
        assert!(
            matches!(outcome, Outcome::NotMigrated { .. }),
            "{}: {outcome}",
            old.format
        );
        count += 1;
    }
    assert_eq!(count, 7);
}

#[test]
fn a_beaker_session_ends_after_its_timeout() {
    let old = Cookie::of("beaker signed");
    let timeout = std::time::Duration::from_secs(600);
    let reader = Beaker::signed(Keys::RIGHT.validate_key).timeout(Some(timeout));
    let range = old.made_at()..old.made_at() + DAY;
    let cookie = builder().migrate_from(OldCookie::new(&old.name, reader), range);
    let cookie = cookie.build().unwrap();
    let outcome = |now| cookie.load([old.field()], now).outcome();
    assert_eq!(outcome(old.made_at() + timeout / 2), Outcome::Migrated);
    let expired = Outcome::NotMigrated {
        reason: Reason::Expired,
    };
    assert_eq!(outcome(old.made_at() + timeout * 2), expired);
}

#[test]
fn short_keys_are_errors_and_no_secret_is_shown() {
    let error = JarKey::new(&[7; 63]).unwrap_err().to_string();
    assert_eq!(error, "key has 63 bytes, expected at least 64");
    let error = JarKey::derive_from(&[7; 31]).unwrap_err().to_string();
    assert_eq!(error, "key has 31 bytes, expected at least 32");

    let key = JarKey::new(&[b'k'; 64]).unwrap();
    let shown = [
        format!("{key:?}"),
        format!("{:?}", Jar::private(key, JarValue::Json)),
        format!("{:?}", Pyramid::new("hunter2")),
        format!("{:?}", Beaker::encrypted("hunter2", "hunter2")),
        format!("{:?}", Fixed("hunter2").read("", "").unwrap()),
        format!(
            "{:?}",
            builder().migrate_from(
                OldCookie::new("id", Pyramid::new("hunter2")),
                start()..start() + DAY
            )
        ),
    ];
    for shown in shown {
        let is_secret = ["hunter2", "kkk", "107, 107"]
            .iter()
            .any(|secret| shown.contains(secret));
        assert!(!is_secret, "{shown}");
    }
}
