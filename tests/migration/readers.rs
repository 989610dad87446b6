//! Readers: those that panic, several for one cookie, and their `Debug`.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hardtack::{
    SessionError,
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason},
};

use super::{DAY, builder, saved, settings::Keys, start};

/// Reads any value as the session of one user.
pub(crate) struct Fixed(pub(crate) &'static str);

impl Reader for Fixed {
    fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let entry = ("user".to_owned(), self.0.into());
        Ok(OldSession::new([entry].into_iter().collect()))
    }
}

#[test]
fn a_reader_or_a_conversion_that_panics_does_not_cost_the_old_cookie() {
    struct Panics;
    impl Reader for Panics {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
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
        assert!(matches!(changed, Err(SessionError::Unreadable(_))));
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
fn a_reader_gets_the_cookies_that_belong_to_the_old_one_which_are_dropped_with_it() {
    /// As cookie-session and koa-session, with the value in place of a signature.
    struct Signed;
    impl Reader for Signed {
        fn read(
            &self,
            _: &str,
            value: &str,
            others: &[Option<&str>],
        ) -> Result<OldSession, Reason> {
            let [_, signature] = others else {
                panic!("{others:?}")
            };
            let is_right = *signature == Some(value);
            is_right
                .then(|| Fixed("ada").read("", "", &[]))
                .ok_or(Reason::Auth)?
        }
    }
    let old = || {
        OldCookie::new("old", Signed)
            .also("old.note")
            .also("old.sig")
            .path("/app")
    };
    let with = |old| builder().migrate_from(old, start()..start() + DAY).build();
    let cookie = with(old()).unwrap();
    for (field, is_right) in [
        ("old=x; old.sig=x", true),
        ("old.sig=\"x\"; old=x; old.note=y", true),
        ("old=x; old.sig=y", false),
        ("old=x", false),
        ("old=x; old.sig=x; old.sig=y", false),
        ("old=x; old.sig=x; old.sig=x", true),
    ] {
        let session = cookie.load([field], start());
        let expected = if is_right {
            Outcome::Migrated
        } else {
            Outcome::NotMigrated {
                reason: Reason::Auth,
            }
        };
        assert_eq!(session.outcome(), expected, "{field}");
        session.insert("seen", true).unwrap();
        let fields = saved(&cookie, &session);
        let names: Vec<_> = fields
            .iter()
            .map(|field| field.split('=').next().unwrap())
            .collect();
        assert_eq!(names[1..], ["old", "old.note", "old.sig"]);
        assert!(
            fields[3].contains("; Path=/app;") && fields[3].contains("; Max-Age=0"),
            "{fields:?}"
        );
    }
    assert!(with(old().also("a b")).is_err());
}

#[test]
fn two_keys_of_one_cookie_are_two_readers_and_one_field() {
    let range = || start()..start() + DAY;
    let cookie = builder()
        .migrate_from(OldCookie::new("old", Keys("b")), range())
        .migrate_from(OldCookie::new("old", Keys("a")), range())
        .build()
        .unwrap();
    let session = cookie.load(["old=ada"], start());
    assert_eq!(session.outcome(), Outcome::Migrated);
    assert_eq!(saved(&cookie, &session).len(), 2);
}

#[test]
fn where_one_reader_of_a_cookie_refuses_its_session_the_next_one_is_asked() {
    struct Ended;
    impl Reader for Ended {
        fn read(&self, name: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            Ok(Fixed("ada").read(name, value, &[])?.expires_at(start()))
        }
    }
    let fixed = |user| OldCookie::new("old", Fixed(user));
    let refusing = [
        (fixed("ada").convert(|_| None), Reason::Revoked),
        (OldCookie::new("old", Ended), Reason::Expired),
    ];
    for (first, reason) in refusing {
        let range = || start()..start() + DAY;
        let cookie = |second| {
            let builder = builder().migrate_from(first.clone(), range());
            builder.migrate_from(second, range()).build().unwrap()
        };
        let session = cookie(fixed("grace")).load(["old=x"], start());
        assert_eq!(session.get("user").unwrap(), Some("grace".to_owned()));
        // Of several reasons the first one is told.
        let none = cookie(OldCookie::new("old", Keys("a"))).load(["old=x"], start());
        assert_eq!(none.outcome(), Outcome::NotMigrated { reason });
    }
}

#[test]
fn of_several_reasons_the_first_is_told_and_before_all_one_of_a_session_that_was_read() {
    struct Unreadable(Reason);
    impl Reader for Unreadable {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            Err(self.0)
        }
    }
    let fixed = || OldCookie::new("old", Fixed("ada"));
    let revoked = fixed().convert(|_| None);
    let long = fixed().convert(|_| {
        Some(
            [("note".into(), "x".repeat(9000).into())]
                .into_iter()
                .collect(),
        )
    });
    let [encoding, auth] =
        [Reason::Encoding, Reason::Auth].map(|reason| OldCookie::new("old", Unreadable(reason)));
    for (first, second, reason) in [
        (&revoked, &long, Reason::Revoked),
        (&long, &revoked, Reason::TooLong),
        (&encoding, &auth, Reason::Encoding),
        (&auth, &encoding, Reason::Auth),
        (&auth, &revoked, Reason::Revoked),
    ] {
        let range = || start()..start() + DAY;
        let builder = builder().migrate_from(first.clone(), range());
        let cookie = builder
            .migrate_from(second.clone(), range())
            .build()
            .unwrap();
        let outcome = cookie.load(["old=x"], start()).outcome();
        assert_eq!(outcome, Outcome::NotMigrated { reason });
    }
}

#[test]
fn a_value_as_long_as_browsers_store_one_is_read() {
    let old = OldCookie::new("old", Fixed("ada"));
    let range = start()..start() + DAY;
    let cookie = builder().migrate_from(old, range).build().unwrap();
    let outcome = |len: usize| {
        let field = format!("old={}", "x".repeat(len));
        cookie.load([field], start()).outcome()
    };
    assert_eq!(outcome(4096), Outcome::Migrated);
    let reason = Reason::TooLong;
    assert_eq!(outcome(4097), Outcome::NotMigrated { reason });
}

#[test]
fn a_number_is_what_the_reader_found() {
    struct Number(serde_json::Value);
    impl Reader for Number {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            let entry = ("id".to_owned(), self.0.clone());
            Ok(OldSession::new([entry].into_iter().collect()))
        }
    }
    let loaded = |number: serde_json::Value| {
        let old = OldCookie::new("old", Number(number));
        let range = start()..start() + DAY;
        let cookie = builder().migrate_from(old, range).build().unwrap();
        cookie.load(["old=x"], start())
    };
    for number in [0, 1 << 53, (1 << 53) + 1, (1 << 63) + 1, u64::MAX] {
        assert_eq!(loaded(number.into()).get("id").unwrap(), Some(number));
    }
    for number in [i64::MIN, -(1 << 53) - 1, -1] {
        assert_eq!(loaded(number.into()).get("id").unwrap(), Some(number));
    }
    for number in [-0.5, 1e300] {
        assert_eq!(loaded(number.into()).get("id").unwrap(), Some(number));
    }
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
        assert!(fields[1].starts_with("old=;"), "{fields:?}");
        assert_eq!(fields.len(), 2);
    }
}

#[test]
fn debug_shows_no_entry_and_nothing_of_a_reader() {
    let old = OldCookie::new("id", Fixed("hunter2"));
    assert!(format!("{old:?}").starts_with("OldCookie { name: \"id\", "));
    let session = Fixed("hunter2").read("", "", &[]).unwrap();
    assert!(format!("{session:?}").starts_with("OldSession { entries: 1, "));
    let shown = [
        format!("{:?}", Fixed("hunter2").read("", "", &[]).unwrap()),
        format!("{old:?}"),
        format!("{:?}", builder().migrate_from(old, start()..start() + DAY)),
    ];
    for shown in shown {
        assert!(!shown.contains("hunter2"), "{shown}");
    }
}
