//! Old cookies that another host of the site planted.

use hardtack::{
    migrate::{OldCookie, OldSession, Reader},
    session::{Outcome, Reason},
};
use serde_json::json;

use super::{
    DAY, builder,
    rules::{cookie, not_migrated},
    start,
};

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
    fn read(&self, _: &str, value: &str) -> Result<OldSession, Reason> {
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
        let both = cookie.load(["old=bada; old=amallory"], start());
        assert_eq!(
            both.outcome(),
            not_migrated(Reason::Duplicate),
            "{newer} {older}"
        );
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
