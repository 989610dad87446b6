//! The keys of old cookies: several for one cookie, keys of another kind, and their `Debug`.

use hardtack::{
    migrate::OldCookie,
    session::{Outcome, Reason},
};
use hardtack_migrate::{Beaker, Jar, JarKey, JarValue, Pyramid};

use super::{
    DAY, builder,
    cookies::{Cookie, Keys},
    saved, start,
};

#[test]
fn of_two_keys_of_one_cookie_the_right_one_opens_it() {
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
    assert_eq!(count, 9);
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
    let error = JarKey::new(&[7; 63]).unwrap_err();
    assert_eq!(error.to_string(), "key has 63 bytes, expected at least 64");
    assert_eq!(format!("{error:?}"), error.to_string());
    let error = JarKey::derive_from(&[7; 31]).unwrap_err().to_string();
    assert_eq!(error, "key has 31 bytes, expected at least 32");

    let key = JarKey::new(&[b'k'; 64]).unwrap();
    assert_eq!(format!("{key:?}"), "JarKey(..)");
    let shown = [
        format!("{key:?}"),
        format!("{:?}", Jar::private(key, JarValue::Json)),
        format!("{:?}", Pyramid::new("hunter2")),
        format!("{:?}", Beaker::encrypted("hunter2", "hunter2")),
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
