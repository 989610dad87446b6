//! Mistakes in the settings are errors at start-up.
//!
//! Old cookies that another host of the site planted.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    SessionCookie,
    carrier::SessionCookieBuilder,
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason},
};
use serde_json::json;

use super::{
    DAY, builder,
    readers::Fixed,
    rules::{cookie, not_migrated},
    saved, start,
};

#[track_caller]
fn check(old: OldCookie, begin: SystemTime, end: SystemTime, expected: &str) {
    let error = builder().migrate_from(old, begin..end).build().unwrap_err();
    assert_eq!(error.settings().next(), Some("migrate_from"));
    assert!(error.to_string().contains(expected), "{error}");
}

#[test]
fn a_mistake_is_an_error_at_start_up() {
    let old = |name: &str| OldCookie::new(name, Fixed("ada"));
    let end = start() + DAY;
    check(old("old"), end, start(), "ends before it begins");
    check(old("old"), start(), start(), "ends before it begins");
    let early = UNIX_EPOCH + Duration::from_secs(1_767_225_599);
    check(old("old"), early, end, "before 2026");
    check(old("__Host-session"), start(), end, "choose another `name`");
    let beside = old("old").also("old.sig").also("__Host-session");
    check(beside, start(), end, "choose another `name`");
    check(old("o l d"), start(), end, "' '");
    check(
        old("old").path("app"),
        start(),
        end,
        "does not begin with `/`",
    );
    check(
        old("old").domain(".example.com"),
        start(),
        end,
        "not a host name",
    );
    check(
        old("__Host-old").path("/app"),
        start(),
        end,
        "leave out `path`",
    );
}

#[test]
fn the_old_cookie_is_dropped_with_its_own_attributes() {
    let old = OldCookie::new("old", Fixed("ada"))
        .path("/app")
        .domain("example.com")
        .partitioned(true);
    let cookie: SessionCookie = builder()
        .migrate_from(old, start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=x"], start());
    assert!(!session.is_empty());
    let start = "old=; Path=/app; Domain=example.com; Secure; HttpOnly; SameSite=Lax; Partitioned; Max-Age=0";
    let fields = saved(&cookie, &session);
    assert!(fields[1].starts_with(start), "{fields:?}");
}

#[test]
fn two_options_of_an_old_cookie_are_both_there_in_either_order() {
    type Give = fn(OldCookie) -> OldCookie;
    let options: [(Give, &str); 4] = [
        (|old| old.path("/app"), "Path=/app;"),
        (|old| old.domain("example.com"), "Domain=example.com;"),
        (|old| old.partitioned(true), "Partitioned;"),
        (
            |old| old.convert(|entries| Some(entries).filter(|entries| entries["user"] != "ada")),
            "refused",
        ),
    ];
    let shown = |old| {
        let builder = builder().migrate_from(old, start()..start() + DAY);
        let cookie: SessionCookie = builder.build().unwrap();
        let session = cookie.load(["old=x"], start());
        let refused = if session.is_new() { "refused" } else { "" };
        session.invalidate().unwrap();
        format!("{} {refused}", saved(&cookie, &session)[1])
    };
    for (first, one) in options {
        let old = || OldCookie::new("old", Fixed("ada"));
        assert!(!shown(old()).contains(one), "{one}");
        for (second, other) in options {
            let shown = shown(second(first(old())));
            assert!(shown.contains(one) && shown.contains(other), "{shown}");
        }
    }
}

/// A deletion with another domain, path or partition would leave it, and it would sign the visitor in again.
#[test]
fn the_old_cookie_is_dropped_with_no_attribute_of_the_new_one() {
    type New = fn(SessionCookieBuilder) -> SessionCookieBuilder;
    let news: [New; 4] = [
        |new| new.name("new").domain("example.com"),
        |new| new.name("new").path("/app"),
        |new| new.name("new").partitioned(true),
        |new| {
            new.name("new")
                .domain("example.com")
                .path("/app")
                .partitioned(true)
        },
    ];
    for new in news {
        let old = OldCookie::new("old", Fixed("ada"));
        let range = start()..start() + DAY;
        let cookie = new(builder()).migrate_from(old, range).build().unwrap();
        for ends in [false, true] {
            let session = cookie.load(["old=x"], start());
            assert!(!session.is_empty());
            if ends {
                session.invalidate().unwrap();
            }
            let fields = saved(&cookie, &session);
            let dropped = fields.iter().find(|field| field.starts_with("old="));
            let same_site = if ends { "None" } else { "Lax" };
            let expected =
                format!("old=; Path=/; Secure; HttpOnly; SameSite={same_site}; Max-Age=0; ");
            assert!(dropped.unwrap().starts_with(&expected), "{fields:?}");
        }
    }
}

#[test]
fn of_two_old_cookies_that_open_none_is_taken() {
    let cookie = cookie();
    let both = cookie.load(["old=mallory; old=ada"], start());
    assert_eq!(both.outcome(), not_migrated(Reason::Duplicate));
    assert!(both.is_empty());
    let one = cookie.load(["old=; old=ada"], start());
    assert_eq!(one.outcome(), Outcome::Migrated);
}

/// Opens the values that begin with one of these letters.
pub(crate) struct Keys(pub(crate) &'static str);

impl Reader for Keys {
    fn read(&self, _: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let is_ours = value.starts_with(|letter| self.0.contains(letter));
        let entries = json!({ "user": is_ours.then_some(value).ok_or(Reason::Auth)? });
        Ok(OldSession::new(entries.as_object().unwrap().clone()))
    }
}

#[test]
fn a_cookie_that_was_planted_wins_by_no_key() {
    for (newer, older) in [("a", "b"), ("ab", "a"), ("a", "ab")] {
        let range = || start()..start() + 10 * DAY;
        let cookie = builder()
            .migrate_from(OldCookie::new("old", Keys(newer)), range())
            .migrate_from(OldCookie::new("old", Keys(older)), range())
            .build()
            .unwrap();
        for field in ["old=bada; old=amallory", "old=amallory; old=bada"] {
            assert_eq!(
                cookie.load([field], start()).outcome(),
                not_migrated(Reason::Duplicate),
                "{newer} {older}: {field}"
            );
        }
        let one = cookie.load(["old=x; old=amallory; old=amallory"], start());
        assert_eq!(one.outcome(), Outcome::Migrated);
        // Nobody looked at the last of five.
        let five = cookie.load(["old=amallory; old=x1; old=x2; old=x3; old=ada"], start());
        assert_eq!(five.outcome(), not_migrated(Reason::Duplicate));
    }
}

#[test]
fn a_cookie_that_was_planted_wins_by_no_name() {
    let range = || start()..start() + 10 * DAY;
    for names in [["old", "older"], ["older", "old"]] {
        let builder = names.into_iter().fold(builder(), |builder, name| {
            builder.migrate_from(OldCookie::new(name, Keys("a")), range())
        });
        let cookie = builder.build().unwrap();
        let outcome = |field| cookie.load([field], start()).outcome();
        let refused = not_migrated(Reason::Duplicate);
        assert_eq!(outcome("old=amallory; older=ada"), refused);
        assert_eq!(outcome("older=amallory; old=ada"), refused);
        // The visitor's own was pushed out of sight.
        let pushed = "old=amallory; older=1; older=2; older=3; older=4; older=ada";
        assert_eq!(outcome(pushed), refused);
        // One that does not open is no rival, and neither is a copy.
        assert_eq!(outcome("old=ada; older=x"), Outcome::Migrated);
        assert_eq!(outcome("old=ada; older=ada"), Outcome::Migrated);
    }
}

#[test]
fn a_cookie_that_was_planted_wins_by_no_conversion() {
    for refuses in [true, false] {
        let old = OldCookie::new("old", Keys("a")).convert(move |mut entries| {
            if entries["user"] == "ada" {
                entries.clear();
                return (!refuses).then_some(entries);
            }
            Some(entries)
        });
        let range = start()..start() + 10 * DAY;
        let cookie = builder().migrate_from(old, range).build().unwrap();
        let both = cookie.load(["old=amallory; old=ada"], start());
        assert_eq!(both.outcome(), not_migrated(Reason::Duplicate));
    }
}
