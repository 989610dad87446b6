//! A policy that changed after the session was sealed, and policies that are refused.
//!
//! Every rule by which the last activity of a session may move, for cases that try them all.
//!
//! When a session ends.

use std::{convert::Infallible, future::ready, time::Duration};

use hardtack::{
    RefreshAfter, Session, SessionCookie,
    carrier::SessionCookieBuilder,
    session::{Reason, Validity},
};

use super::{
    SharedSites, assert_rejected,
    browser::Browser,
    check_end, site,
    times::{at, seconds},
    write,
};

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
fn durations_out_of_range_are_refused_with_a_sentence() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, option: &str) {
        match site.build() {
            Err(error) => assert_eq!(error.settings().next(), Some(option), "{error}"),
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
    let part = Duration::from_millis(999);
    assert!(
        site()
            .idle_timeout(week + part)
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
        "`remembered_idle_timeout` is 0 seconds; give 1 second to 136 years, or leave it out",
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

#[derive(Clone, Copy, Debug)]
pub(super) enum Refresh {
    By(RefreshAfter),
    /// The application is asked after so many seconds, and says that every session goes on.
    ByAnswers(u64),
}

impl Refresh {
    /// Returns one of the rules for each number, with `duration` where it has one.
    pub(super) fn of(number: u8, duration: u64) -> Refresh {
        match number {
            0 => Refresh::By(RefreshAfter::Never),
            1 => Refresh::By(RefreshAfter::OnChange),
            2 => Refresh::By(RefreshAfter::Always),
            3 => Refresh::By(RefreshAfter::EveryRequest),
            4 if duration > 0 => Refresh::ByAnswers(duration),
            _ => Refresh::By(RefreshAfter::Interval(seconds(duration))),
        }
    }

    pub(super) fn build(self, site: SessionCookieBuilder) -> SessionCookie {
        match self {
            Refresh::By(refresh) => site.refresh_after(refresh).build(),
            Refresh::ByAnswers(after) => site
                .revalidate_after(seconds(after), |_| {
                    ready(Ok::<_, Infallible>(Validity::Valid))
                })
                .build(),
        }
        .unwrap()
    }
}

#[test]
fn a_session_is_alive_one_second_before_its_idle_timeout_and_dead_at_it() {
    check_end(site(), 1800, Reason::Idle);
    check_end(site().idle_timeout(seconds(1)), 1, Reason::Idle);
    check_end(site().idle_timeout(seconds(86)), 86, Reason::Idle);
}

#[test]
fn a_session_is_alive_one_second_before_its_absolute_timeout_and_dead_at_it() {
    let untiring = || site().idle_timeout(None);
    check_end(untiring(), 43_200, Reason::Expired);
    let site = untiring().absolute_timeout(seconds(1));
    check_end(site, 1, Reason::Expired);
    let site = untiring().absolute_timeout(seconds(u32::MAX.into()));
    check_end(site, u32::MAX.into(), Reason::Expired);
}

#[test]
fn fractions_of_a_second_are_cut_off() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    let almost = at(1800) - Duration::from_nanos(1);
    let session = browser.site.load(browser.jar.pairs(), almost);
    assert!(!session.is_new());
    assert_eq!(session.created_at(), Some(at(0)));
}
