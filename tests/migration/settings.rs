//! Mistakes in the settings are errors at start-up.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{SessionCookie, carrier::SessionCookieBuilder, migrate::OldCookie};

use super::{DAY, builder, readers::Fixed, saved, start};

#[track_caller]
fn check(old: OldCookie, begin: SystemTime, end: SystemTime, expected: &str) {
    let error = builder().migrate_from(old, begin..end).build().unwrap_err();
    assert_eq!(error.setting(), Some("migrate_from"));
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

/// A deletion with another domain, path or partition would leave it, and it would sign the visitor in again.
#[test]
fn the_old_cookie_is_dropped_with_no_attribute_of_the_new_one() {
    type New = fn(SessionCookieBuilder) -> SessionCookieBuilder;
    let news: [New; 4] = [
        |new| new.name("new").domain("example.com"),
        |new| new.name("new").path("/app"),
        |new| new.name("new").partitioned(),
        |new| {
            new.name("new")
                .domain("example.com")
                .path("/app")
                .partitioned()
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
            let expected = "old=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; ";
            assert!(dropped.unwrap().starts_with(expected), "{fields:?}");
        }
    }
}
