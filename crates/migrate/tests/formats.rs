//! Every format is read, with everything in it.
//!
//! The settings that docs/moving.md has in place of those of actix-session and tower-sessions do the same.

use std::{fs, path::Path, time::Duration};

use hardtack::{RefreshAfter, Session, session::Outcome};
use serde_json::{Value, json};

use super::{
    DAY, builder,
    cookies::Cookie,
    saved, start,
    visits::{PLANS, Page, TWO_WEEKS},
};

#[test]
fn every_format_is_taken_over() {
    let mut count = 0;
    for old in Cookie::all().into_iter().filter(|old| !old.is_pickle()) {
        let begun = old.made_at() - DAY;
        let now = old.made_at() + Duration::from_secs(60);
        let cookie = builder().migrate_from(old.old(), begun..now + DAY).build();
        let cookie = cookie.unwrap();
        let session = cookie.load([old.field()], now);
        assert_eq!(session.outcome(), Outcome::Migrated, "{}", old.format);
        check_content(&session.deserialize().unwrap(), &old.format);

        let is_of = |libraries: &[&str]| libraries.iter().any(|it| old.format.starts_with(it));
        if is_of(&["pyramid", "beaker", "flask", "starlette"]) {
            let since = now.duration_since(session.created_at().unwrap()).unwrap();
            assert!(
                (58..=61).contains(&since.as_secs()),
                "{}: {since:?}",
                old.format
            );
            assert!(session.last_active_at() >= session.created_at());
            // What Flask signed long ago may have been used since.
            let is_active = session.last_active_at() == Some(now);
            assert_eq!(is_active, is_of(&["flask", "starlette"]), "{}", old.format);
        } else {
            assert_eq!(session.created_at(), Some(begun), "{}", old.format);
            assert_eq!(session.last_active_at(), Some(now), "{}", old.format);
        }

        let fields = saved(&cookie, &session);
        assert!(
            fields[1].starts_with(&format!("{}=; Path=/; ", old.name)),
            "{fields:?}"
        );
        let session = cookie.load(&fields[..1], now);
        assert!(matches!(session.outcome(), Outcome::Opened { .. }));
        check_content(&session.deserialize().unwrap(), &old.format);
        count += 1;
    }
    assert_eq!(count, 30);
}

#[track_caller]
fn check_content(content: &Value, format: &str) {
    let is_text = ["text", "plain", "derived", "long"]
        .iter()
        .any(|word| format.contains(word));
    let expected = if is_text {
        json!({ "user": "ada" })
    } else if format.contains("types") {
        let id = "67e55044-10b1-426f-9247-bb680e5fe0c8";
        json!({ "user_id": id, "address": "192.0.2.7", "cart": { (id): 2 } })
    } else {
        let list = json!([1, -2, 3.5, null, true, "ä"]);
        let mut entries = json!({ "user": "ada", "count": 2, "nested": { "list": list } });
        if format == "flask compressed" {
            entries["note"] = "x".repeat(1000).into();
        } else if format == "flask tags" {
            entries["pair"] = json!({ " t": [1, 2] });
        }
        entries
    };
    assert_eq!(*content, expected, "{format}");
}

#[test]
fn an_end_of_the_old_library_is_honoured() {
    for (format, lifetime) in [
        ("tower-sessions private", 14 * DAY),
        ("pyramid", Duration::from_secs(1200)),
        ("flask", 31 * DAY),
        ("starlette", 14 * DAY),
    ] {
        let old = Cookie::of(format);
        let begun = old.made_at() - DAY;
        let cookie = builder().migrate_from(old.old(), begun..begun + 300 * DAY);
        let cookie = cookie.absolute_timeout(60 * DAY).build().unwrap();
        let outcome = |now| cookie.load([old.field()], now).outcome();
        let end = old.made_at() + lifetime;
        let second = Duration::from_secs(1);
        assert_eq!(outcome(end - 2 * second), Outcome::Migrated, "{format}");
        let expired = Outcome::NotMigrated {
            reason: hardtack::session::Reason::Expired,
        };
        assert_eq!(outcome(end + 2 * second), expired, "{format}");
    }
}

#[test]
fn the_documents_name_the_cookies_that_the_libraries_set() {
    let repository = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."));
    let documented = [
        ("docs/moving.md", "actix-session 0.11", "actix private"),
        (
            "docs/moving.md",
            "tower-sessions-cookie-store 0.5",
            "tower-sessions private",
        ),
        ("crates/migrate/docs/python.md", "Pyramid 2", "pyramid"),
        (
            "crates/migrate/docs/python.md",
            "Beaker 1.10",
            "beaker signed",
        ),
        ("crates/migrate/docs/python.md", "Flask 3", "flask"),
        ("crates/migrate/docs/python.md", "Starlette", "starlette"),
        (
            "crates/migrate/src/jar.rs",
            "[`ActixSession`]",
            "actix private",
        ),
        (
            "crates/migrate/src/jar.rs",
            "[`TowerSessions`]",
            "tower-sessions private",
        ),
    ];
    for (file, library, format) in documented {
        let text = fs::read_to_string(repository.join(file)).unwrap();
        let mut rows = text.lines().map(|line| line.trim_start_matches("/// "));
        let row = rows.find(|line| line.starts_with(&format!("| {library}")));
        let name = format!("| `{}` |", Cookie::of(format).name);
        assert!(row.unwrap().contains(&name), "{file}: {library}");
    }
    for (file, format) in [("beaker", "beaker signed"), ("pyramid", "pyramid")] {
        let file = format!("crates/migrate/src/{file}.rs");
        let text = fs::read_to_string(repository.join(&file)).unwrap();
        let text = text.replace("\n/// ", " ");
        let sentence = format!(
            "The default name of the cookie is `{}`.",
            Cookie::of(format).name
        );
        assert!(text.contains(&sentence), "{file}");
    }
}

#[test]
fn visitors_are_signed_out_when_the_other_libraries_sign_them_out() {
    for plan in PLANS {
        let site = builder()
            .persistent(true)
            .idle_timeout(Duration::from_secs(TWO_WEEKS))
            .absolute_timeout(3650 * DAY)
            .refresh_after(if plan.is_every_request {
                RefreshAfter::EveryRequest
            } else {
                RefreshAfter::OnChange
            })
            .build()
            .unwrap();
        plan.follow(|now, cookie, page| {
            let session = site.load(cookie, start() + Duration::from_secs(now));
            let is_seen = page != Page::LeavesAlone && session.contains_key("time");
            if page == Page::Changes {
                session.insert("time", now).unwrap();
            }
            (is_seen, saved(&site, &session).pop())
        });
    }
}

/// As `Expiry::AtDateTime` of tower-sessions, and a cookie of a jar that is added once with `max_age`.
#[test]
fn a_session_with_a_fixed_end_has_it_whatever_its_visitor_does() {
    let persistent = || builder().persistent(true);
    let limit = |session: &Session| session.limit_to(14 * DAY).unwrap();
    let leave = |_: &Session| ();
    type Begin = fn(&Session);
    for (site, begin) in [
        (persistent().absolute_timeout(3650 * DAY), limit as Begin),
        (persistent().absolute_timeout(14 * DAY), leave as Begin),
    ] {
        let site = site.build().unwrap();
        let mut field = None;
        for day in 0..=14 {
            let session = site.load(field.as_ref(), start() + day * DAY);
            assert_eq!(session.is_new(), day % 14 == 0);
            if day == 0 {
                begin(&session);
            }
            session.insert("day", day).unwrap();
            let sent = saved(&site, &session).pop().unwrap();
            if day < 14 {
                let max_age = format!("; Max-Age={}", (14 * DAY - day * DAY).as_secs());
                assert!(sent.ends_with(&max_age), "{sent}");
            }
            field = Some(sent);
        }
    }
}
