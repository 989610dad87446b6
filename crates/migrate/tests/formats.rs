//! Every format is read, with everything in it.
//!
//! The settings that docs/moving.md has in place of those of actix-session and tower-sessions do the same.

use std::{fs, path::Path, time::Duration};

use hardtack::{
    RefreshAfter, Session,
    carrier::SessionCookieBuilder,
    session::{Outcome, Reason},
};

use super::{
    DAY, SECOND, builder,
    cookies::{AGE, Cookie, Dates, FACTS},
    made::not_migrated,
    saved, start,
    visits::{PLANS, Page, TWO_WEEKS},
};

#[test]
fn every_format_has_its_cookies() {
    for facts in FACTS {
        let all = Cookie::all();
        let kinds: Vec<_> = all.iter().filter_map(|old| facts.kind(old)).collect();
        let is_whole = kinds == [""] || kinds == [" private", " signed"];
        assert!(is_whole, "{}: {kinds:?}", facts.format);
    }
}

#[test]
fn every_format_is_taken_over() {
    for old in Cookie::all_good() {
        let begun = old.made_at() - DAY;
        let now = old.made_at() + Duration::from_secs(60);
        let cookie = builder().migrate_from(old.old(), begun..now + DAY).build();
        let cookie = cookie.unwrap();
        let session = cookie.load([old.field()], now);
        assert_eq!(session.outcome(), Outcome::Migrated, "{}", old.format);
        let content = old.facts().content.map(|content| content());
        assert_eq!(session.deserialize().ok(), content, "{}", old.format);

        let dates = match old.facts().dates {
            Dates::None => [begun, now],
            // What was signed long ago may have been used since.
            Dates::Signed => [old.made_at(), now],
            Dates::BegunAndUsed => [old.made_at() - AGE, old.made_at()],
        };
        let found = [session.created_at(), session.last_active_at()];
        for (date, found) in dates.into_iter().zip(found) {
            let near = date - 2 * SECOND..=date + SECOND;
            assert!(near.contains(&found.unwrap()), "{}: {found:?}", old.format);
        }

        let fields = saved(&cookie, &session);
        assert!(
            fields[1].starts_with(&format!("{}=; Path=/; ", old.name)),
            "{fields:?}"
        );
        let session = cookie.load(&fields[..1], now);
        assert!(matches!(session.outcome(), Outcome::Opened { .. }));
        assert_eq!(session.deserialize().ok(), content, "{}", old.format);
    }
}

#[test]
fn an_end_of_the_old_library_is_honoured() {
    for old in Cookie::all_good() {
        let (lifetime, expected) = match old.facts().lifetime {
            Some(seconds) => (Duration::from_secs(seconds), not_migrated(Reason::Expired)),
            None => (50 * DAY, Outcome::Migrated),
        };
        let site = builder().absolute_timeout(60 * DAY);
        check_around(&old, site, lifetime, expected);
    }
}

#[test]
fn the_idle_timeout_of_the_new_cookie_counts_from_the_last_activity() {
    for old in Cookie::all_good() {
        let expected = match old.facts().dates {
            Dates::None | Dates::Signed => Outcome::Migrated,
            Dates::BegunAndUsed => not_migrated(Reason::Idle),
        };
        check_around(&old, builder().idle_timeout(AGE / 2), AGE / 2, expected);
    }
}

/// The session is taken over shortly before this time after its last use. Shortly after, this is its outcome.
#[track_caller]
fn check_around(old: &Cookie, site: SessionCookieBuilder, time: Duration, expected: Outcome) {
    let begun = old.made_at() - DAY;
    let site = site.migrate_from(old.old(), begun..begun + 300 * DAY);
    let site = site.build().unwrap();
    let outcome = |time| site.load([old.field()], old.made_at() + time).outcome();
    let found = [outcome(time - 2 * SECOND), outcome(time + 2 * SECOND)];
    assert_eq!(found, [Outcome::Migrated, expected], "{}", old.format);
}

#[test]
fn the_documents_name_the_cookies_that_the_libraries_set() {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = ["docs", "src", "../../docs"].map(|it| fs::read_dir(package.join(it)).unwrap());
    let files = folders.into_iter().flatten();
    let texts = files.map(|file| fs::read_to_string(file.unwrap().path()));
    let text: String = texts.filter_map(Result::ok).collect(); // without folders
    // A paragraph about a type becomes one line, like a row of a table.
    let text = text.replace("\n/// |", "\n|").replace("\n/// ", " ");
    for old in Cookie::all() {
        for begin in old.facts().documented {
            let mut lines = text.lines().map(str::trim_start);
            let line = lines.find(|line| line.starts_with(begin));
            let is_named = line.is_some_and(|line| line.contains(&format!("`{}`", old.name)));
            assert!(is_named, "{begin}: {line:?}");
        }
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
