//! A policy that changed after the session was sealed, and policies that are refused.

use std::time::Duration;

use hardtack::{
    Session,
    carrier::{RefreshAfter, SessionCookieBuilder},
    session::Reason,
};

use super::{SharedSites, assert_rejected, browser::Browser, site, times::seconds, write};

#[test]
fn a_shorter_timeout_acts_on_what_is_out() {
    let sites = SharedSites::new();
    let mut browser = Browser::from(sites.site());
    browser.visit(write);
    let first = browser.jar.clone();
    browser.now = 600;
    browser.site = sites.site().idle_timeout(seconds(601)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
    browser.site = sites.site().idle_timeout(seconds(600)).build().unwrap();
    browser.jar = first;
    assert_rejected(&mut browser, Reason::Idle);
    let site = sites.site().absolute_timeout(seconds(600));
    browser.site = site.build().unwrap();
    assert_rejected(&mut browser, Reason::Expired);
}

#[test]
fn a_longer_timeout_acts_on_what_is_out() {
    let sites = SharedSites::new();
    let mut browser = Browser::from(sites.site());
    browser.visit(write);
    let first = browser.jar.clone();
    browser.now = 1800;
    browser.site = sites.site().idle_timeout(seconds(1801)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
    browser.now = 43_200;
    browser.jar = first;
    let site = sites.site().idle_timeout(None);
    browser.site = site.absolute_timeout(seconds(43_201)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
}

#[test]
fn durations_out_of_range_are_refused_with_a_sentence() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, option: &str) {
        match site.build() {
            Err(error) => assert_eq!(error.setting(), Some(option), "{error}"),
            other => panic!("{other:?}"),
        }
    }
    let too_long = seconds(u64::from(u32::MAX) + 1);
    check(site().absolute_timeout(seconds(0)), "absolute_timeout");
    check(site().absolute_timeout(too_long), "absolute_timeout");
    check(site().absolute_timeout(Duration::MAX), "absolute_timeout");
    check(
        site().absolute_timeout(Duration::from_millis(999)),
        "absolute_timeout",
    );
    check(site().idle_timeout(seconds(0)), "idle_timeout");
    check(site().idle_timeout(too_long), "idle_timeout");
    check(site().clock_skew(seconds(301)), "clock_skew");
    check(
        site().clock_skew(Duration::from_millis(300_001)),
        "clock_skew",
    );
    let half = RefreshAfter::Interval(seconds(900));
    assert!(site().refresh_after(half).build().is_ok());
    check(
        site().refresh_after(RefreshAfter::Interval(seconds(901))),
        "refresh_after",
    );
    let forever = RefreshAfter::Interval(Duration::MAX);
    check(site().refresh_after(forever), "refresh_after");
    assert!(
        site()
            .idle_timeout(None)
            .refresh_after(forever)
            .build()
            .is_ok()
    );
}

#[test]
fn an_idle_timeout_that_no_session_reaches_is_refused_where_it_was_asked_for() {
    let week = seconds(7 * 86_400);
    let Err(error) = site().idle_timeout(week).build() else {
        panic!("12 hours are less than a week")
    };
    assert_eq!(
        error.to_string(),
        "`idle_timeout` is longer than `absolute_timeout` (7d and 12h; the default is 12h), so it would never take effect; \
         set `absolute_timeout` to at least the same, or a shorter `idle_timeout`"
    );
    assert!(
        site()
            .idle_timeout(week)
            .absolute_timeout(week)
            .build()
            .is_ok()
    );
    // Remembered sessions have no idle timeout, and all others end with the absolute one.
    assert!(
        site()
            .idle_timeout(week)
            .remember_up_to(2 * week)
            .build()
            .is_err()
    );
    // The default idle timeout is not the application's choice, so it conflicts with nothing.
    assert!(site().absolute_timeout(seconds(60)).build().is_ok());
    let half_an_hour = seconds(1800);
    let site = site().idle_timeout(half_an_hour);
    assert!(site.absolute_timeout(seconds(60)).build().is_err());
}

#[test]
fn an_idle_timeout_of_remembered_sessions_that_cannot_hold_is_refused() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, sentence: &str) {
        assert_eq!(site.build().unwrap_err().to_string(), sentence);
    }
    let (day, week) = (seconds(86_400), seconds(7 * 86_400));
    check(
        site().remembered_idle_timeout(week),
        "`remembered_idle_timeout` needs `remember_up_to`, without which no session is remembered; set both, or leave this out",
    );
    let site = || site().remember_up_to(week);
    check(
        site().remembered_idle_timeout(seconds(0)),
        "`remembered_idle_timeout` is out of range: 0ns; give at least 1 second and at most 136 years, or leave it out",
    );
    check(
        site().remembered_idle_timeout(week + seconds(1)),
        "`remembered_idle_timeout` is longer than `remember_up_to` (7d 1s and 7d), so it would never take effect; set \
         `remember_up_to` to at least the same, or a shorter `remembered_idle_timeout`",
    );
    assert!(site().remembered_idle_timeout(week).build().is_ok());
    let short = || site().idle_timeout(None).remembered_idle_timeout(day);
    let duration = |duration| RefreshAfter::Interval(seconds(duration));
    assert!(short().refresh_after(duration(43_200)).build().is_ok());
    check(
        short().refresh_after(duration(43_201)),
        "`refresh_after` is longer than half of `remembered_idle_timeout` (12h 1s and 1d), so active visitors would be \
         signed out; choose at most half",
    );
}
