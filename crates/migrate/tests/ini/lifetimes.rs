//! Options that say when visitors are signed out: as Beaker 1.14 and Pyramid 2.1 do.

use hardtack::Session;
use hardtack_migrate::settings_from_ini;

use super::{browser::Browser, cookie, refused, toml};

fn ini(options: &[&str]) -> String {
    let lines = options.iter().map(|option| format!("session.{option}\n"));
    lines.collect()
}

/// These options are these settings.
#[track_caller]
fn check(options: &[&str], same: &str) {
    let settings = settings_from_ini(&ini(options), "session.").unwrap();
    assert_eq!(format!("{settings:?}"), format!("{:?}", toml(same)));
}

/// The last of these options is refused, and the sentence says this.
#[track_caller]
fn check_refused(options: &[&str], says: &str) {
    let (names, sentence) = refused(settings_from_ini(&ini(options), "session."));
    let (option, _) = options.last().unwrap().split_once(" =").unwrap();
    assert_eq!(names, [format!("session.{option}")]);
    assert!(sentence.contains(says), "{sentence}");
}

/// A visitor with something in the session.
#[track_caller]
fn visitor(options: &[&str]) -> Browser {
    let mut browser = Browser::from(cookie(
        settings_from_ini(&ini(options), "session.").unwrap(),
    ));
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser
}

/// The visitor reads at these seconds, and is signed in.
#[track_caller]
fn reads(browser: &mut Browser, seconds: impl IntoIterator<Item = u64>) {
    for second in seconds {
        browser.now = second;
        let is_in = browser.visit(|session| session.contains_key("user"));
        assert!(is_in, "after {second} seconds");
    }
}

#[track_caller]
fn is_out(browser: &mut Browser, second: u64) {
    browser.now = second;
    assert!(browser.visit(Session::is_new), "after {second} seconds");
}

#[test]
fn a_session_whose_visits_are_not_saved_has_no_idle_timeout() {
    let mut browser = visitor(&["save_accessed_time = false"]);
    reads(&mut browser, (300..=1860).step_by(300));
    assert!(browser.sent.is_empty());
    reads(&mut browser, [1860, 12 * 3600 - 1]);
    is_out(&mut browser, 12 * 3600);
    check(
        &["idle_timeout = 20m", "save_accessed_time = false"],
        "idle_timeout = '20m'\nrefresh_after = 'on-change'",
    );
}

#[test]
fn every_visit_restarts_the_timeout() {
    for options in [
        &["timeout = 1200", "save_accessed_time = true"][..],
        &["timeout = 1200"],
        &["timeout = 1200", "reissue_time = 0"],
    ] {
        let mut browser = visitor(options);
        reads(&mut browser, [299, 1210, 1210 + 1199]);
        is_out(&mut browser, 1210 + 1199 + 1200);
    }
}

#[test]
fn a_rule_of_refreshes_in_the_file_counts() {
    for rule in ["reissue_time = 60", "refresh_after = 60"] {
        check(
            &["save_accessed_time = true", "timeout = 1200", rule],
            "idle_timeout = 1200\nrefresh_after = 60",
        );
    }
}

#[test]
fn a_cookie_without_an_end_needs_one_and_no_idle_timeout() {
    check_refused(&["cookie_expires = false"], "`session.absolute_timeout`");
    check_refused(&["cookie_expires = 0"], "write `session.absolute_timeout`");
    check(
        &["cookie_expires = false", "absolute_timeout = 365d"],
        "persistent = true\nidle_timeout = 'off'\nabsolute_timeout = '365d'\nrefresh_after = 'always'",
    );
    check(
        &[
            "absolute_timeout = 365d",
            "cookie_expires = no",
            "timeout = 60",
        ],
        "persistent = true\nidle_timeout = 60\nabsolute_timeout = '365d'\nrefresh_after = 'always'",
    );
    check(
        &[
            "cookie_expires = false",
            "absolute_timeout = 365d",
            "save_accessed_time = false",
        ],
        "persistent = true\nidle_timeout = 'off'\nabsolute_timeout = '365d'\nrefresh_after = 'on-change'",
    );
}

#[test]
fn a_cookie_for_some_seconds_ends_after_the_last_visit() {
    let mut browser = visitor(&["type = cookie", "cookie_expires = 7200"]);
    for second in [0, 7199, 14_398] {
        reads(&mut browser, [second]);
        assert!(browser.sent[0].ends_with("; Max-Age=7200"));
    }
    is_out(&mut browser, 14_398 + 7200);
    check_refused(
        &["type = cookie", "cookie_expires = 43201"],
        "set `session.absolute_timeout` to at least the same",
    );
    for options in [
        &["cookie_expires = 60"][..],
        &["timeout = 60", "cookie_expires = 86400"],
    ] {
        check_refused(options, "else `session.absolute_timeout` with this number");
    }
    let of_a_file = ini(&["type = file", "cookie_expires = 60"]);
    let (names, _) = refused(settings_from_ini(&of_a_file, "session."));
    assert_eq!(names, ["session.type", "session.cookie_expires"]);
    check_refused(&["cookie_expires = 5m"], "or a number of seconds");
    check_refused(&["cookie_expires = -5"], "or a number of seconds");
}

#[test]
fn whichever_ends_first_ends_the_session() {
    let persistent =
        |idle| format!("persistent = true\nidle_timeout = {idle}\nrefresh_after = 'always'");
    for (timeout, cookie, idle) in [(600, 60, 60), (600, 600, 600), (600, 86_400, 600)] {
        let timeout = &format!("timeout = {timeout}");
        let expires = &format!("cookie_expires = {cookie}");
        let max_age = &format!("max_age = {cookie}");
        let same = persistent(idle);
        check(&["type = cookie", timeout, expires], &same);
        check(&[expires, "type = cookie", timeout], &same);
        check(&[timeout, max_age], &same);
        check(&[max_age, timeout], &same);
    }
    check(&["idle_timeout = Off", "max_age = 60"], &persistent(60));
    check(&["idle_timeout = 1m", "max_age = 600"], &persistent(60));
    check(
        &["max_age = 600", "timeout = 600", "reissue_time = 60"],
        "persistent = true\nidle_timeout = 600\nrefresh_after = 60",
    );
    check_refused(
        &["max_age = 60"],
        "1200 seconds in Pyramid by default; write `timeout`",
    );
    check_refused(&["timeout = 60", "max_age = None"], "a number of seconds");
    check_refused(&["timeout = 60", "max_age = 0"], "give 1 second");
    // Beaker's lifetime of the cookie, the shorter one, contradicts Pyramid's.
    check_refused(
        &[
            "type = cookie",
            "timeout = 600",
            "cookie_expires = 60",
            "max_age = 1800",
        ],
        "twice",
    );
}

#[test]
fn what_contradicts_another_is_refused() {
    check_refused(&["persistent = true", "cookie_expires = true"], "twice");
    check_refused(
        &["persistent = true", "timeout = 9", "max_age = 9"],
        "twice",
    );
    check_refused(
        &[
            "type = cookie",
            "cookie_expires = 60",
            "save_accessed_time = no",
        ],
        "needs the time of each visit",
    );
    check_refused(
        &["timeout = 60", "max_age = 60", "save_accessed_time = no"],
        "needs the time of each visit",
    );
}
