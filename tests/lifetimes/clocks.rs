//! Uses of the clock, and clocks that disagree.
//!
//! Clocks that are wrong, and the first and the last time of the format.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    Clock, Session,
    carrier::{RefreshAfter, SessionCookieBuilder, TokenChange},
    session::Reason,
};
use proptest::prelude::*;

use super::{
    assert_rejected,
    browser::Browser,
    cases::cases,
    check_end, check_times, says, site,
    times::{at, seconds},
    tokens, write,
};

#[test]
fn the_clock_is_asked_once_and_at_the_first_touch() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    let asked = Arc::new(AtomicUsize::new(0));
    let times_asked = || asked.load(Ordering::Relaxed);
    let clock = Clock::from_fn({
        let asked = Arc::clone(&asked);
        move || at(400 + 100 * asked.fetch_add(1, Ordering::Relaxed) as u64)
    });
    let session = browser.site.load(browser.jar.pairs(), clock.clone());
    assert_eq!(times_asked(), 0);
    let twin = session.clone();
    assert!(!twin.is_empty());
    assert_eq!(times_asked(), 1);
    session.insert("a", 2).unwrap();
    session.renew().unwrap();
    assert_eq!(session.created_at(), Some(at(400)));
    assert_eq!(browser.site.save(&session).unwrap().iter().len(), 1);
    assert_eq!(session.created_at(), Some(at(400)));
    assert_eq!(times_asked(), 1);

    assert!(!browser.site.load(browser.jar.pairs(), clock).is_new());
    assert_eq!(times_asked(), 2);
}

#[test]
fn a_session_that_is_not_touched_asks_no_clock() {
    fn never() -> SystemTime {
        panic!("asked for the time")
    }
    let mut browser = Browser::from(site());
    browser.visit(write);
    let clock = Clock::from(never as fn() -> SystemTime);
    let session = browser.site.load(browser.jar.pairs(), clock.clone());
    assert!(browser.site.save(&session).unwrap().is_empty());

    let tokens = tokens().build().unwrap();
    let session = tokens.load(Some("token"), clock);
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::Keep);
}

#[test]
fn a_session_from_a_clock_that_is_ahead_is_accepted_within_the_skew() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, ahead: u64, is_accepted: bool) {
        let mut browser = Browser::from(site);
        browser.now = 1000 + ahead;
        browser.visit(write);
        browser.now = 1000;
        if is_accepted {
            assert_eq!(browser.visit(Session::created_at), Some(at(1000 + ahead)));
        } else {
            assert_rejected(&mut browser, Reason::NotYetValid);
        }
    }
    check(site(), 60, true);
    check(site(), 61, false);
    check(site().clock_skew(seconds(0)), 0, true);
    check(site().clock_skew(seconds(0)), 1, false);
    check(site().clock_skew(seconds(300)), 300, true);
    check(site().clock_skew(seconds(300)), 301, false);
}

#[test]
fn an_activity_from_a_clock_that_is_ahead_is_accepted_within_the_skew() {
    let mut browser = Browser::from(site());
    browser.visit(write);
    browser.now = 1060;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 1000;
    check_times(&mut browser, 0, 1060, 2860);
    browser.now = 999;
    assert_rejected(&mut browser, Reason::NotYetValid);
}

#[test]
fn there_is_no_skew_at_the_end() {
    check_end(site().clock_skew(seconds(300)), 1800, Reason::Idle);
}

#[test]
fn a_clock_that_stands_shows_its_time() {
    let time = at(7);
    assert_eq!(
        format!("{:?}", Clock::from(time)),
        format!("Clock({time:?})")
    );
    assert_eq!(format!("{:?}", Clock::from_fn(move || time)), "Clock(..)");
    assert_eq!(format!("{:?}", Clock::system()), "Clock(..)");
}

#[test]
fn a_new_session_is_written_in_the_range_of_the_format_only() {
    #[track_caller]
    fn check(clock: SystemTime, is_written: bool) {
        let site = site().build().unwrap();
        let changes: [fn(&Session); 3] = [
            write,
            |session| _ = session.ensure_id().unwrap(),
            |session| session.renew().unwrap(),
        ];
        for change in changes {
            let session = site.load(None::<&str>, clock);
            change(&session);
            match site.save(&session) {
                Ok(sent) => assert!(is_written && !sent.is_empty(), "at {clock:?}"),
                refused => assert!(!is_written && says(&refused, "the clock shows")),
            }
        }
    }
    check(first() - seconds(1), false);
    check(first(), true);
    check(last(), true);
    check(last() + seconds(1), false);
    for clock in extreme_clocks() {
        check(clock, false);
    }
}

#[test]
fn a_bare_token_is_written_in_the_range_of_the_format_only() {
    let tokens = tokens().build().unwrap();
    for clock in extreme_clocks() {
        let session = tokens.load(None::<&str>, clock);
        write(&session);
        assert!(says(&tokens.save(&session), "the clock shows"));
    }
}

#[test]
fn a_session_is_read_beyond_the_last_time_of_the_format_and_not_written() {
    let mut browser = Browser::from(site().refresh_after(RefreshAfter::Always));
    let last = last().duration_since(at(0)).unwrap().as_secs();
    browser.now = last;
    browser.visit(write);
    browser.now = last + 1000;
    // A refresh that cannot be written is left out.
    check_times(&mut browser, last, last, last + 1800);
    assert_eq!(browser.sent.len(), 0);
    let changes: [fn(&Session); 3] = [
        |session| session.insert("a", 2).unwrap(),
        |session| session.renew().unwrap(),
        |session| session.save().unwrap(),
    ];
    for change in changes {
        let session = browser.site.load(browser.jar.pairs(), at(browser.now));
        change(&session);
        let saved = browser.site.save(&session);
        assert!(says(&saved, "the clock shows"));
    }
}

#[test]
fn a_bare_token_is_read_beyond_the_last_time_of_the_format_and_not_written() {
    let tokens = tokens().refresh_after(RefreshAfter::Always);
    let tokens = tokens.build().unwrap();
    let session = tokens.load(None::<&str>, last());
    write(&session);
    let TokenChange::Store(token) = tokens.save(&session).unwrap() else {
        panic!("a session with content is written");
    };
    let session = tokens.load(Some(&token), last() + seconds(1000));
    assert_eq!(session.get("a").unwrap(), Some(1));
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::Keep);
    let session = tokens.load(Some(&token), last() + seconds(1000));
    session.insert("a", 2).unwrap();
    assert!(says(&tokens.save(&session), "the clock shows"));
}

#[test]
fn a_session_from_the_first_second_of_the_format_opens() {
    let site = site().build().unwrap();
    let session = site.load(None::<&str>, first());
    write(&session);
    let sent: Vec<_> = site.save(&session).unwrap().into_iter().collect();
    let (cookie, _) = sent[0].split_once(';').unwrap();
    for clock in [first(), first() - seconds(60)] {
        let session = site.load([cookie], clock);
        assert_eq!(session.created_at(), Some(first()));
        assert_eq!(session.expires_at(), Some(first() + seconds(1800)));
    }
    assert!(site.load([cookie], first() - seconds(61)).is_new());
}

#[test]
fn options_take_any_time() {
    for time in extreme_clocks() {
        let mut browser = Browser::from(site().not_before(time));
        browser.visit(write);
        let is_past = time < at(0);
        assert_eq!(browser.visit(Session::is_new), !is_past, "{time:?}");
    }
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn no_clock_panics(first: (i64, u32), second: (i64, u32)) {
        let clock = |(seconds, nanos): (i64, u32)| {
            let duration = Duration::new(seconds.unsigned_abs(), nanos % 1_000_000_000);
            let time = if seconds < 0 {
                UNIX_EPOCH.checked_sub(duration)
            } else {
                UNIX_EPOCH.checked_add(duration)
            };
            time.unwrap_or(UNIX_EPOCH)
        };
        let browser = Browser::from(site());
        let session = browser.site.load(None::<&str>, clock(first));
        write(&session);
        let sent = browser.site.save(&session).unwrap_or_default();
        let cookie = sent.iter().next().and_then(|field| field.split(';').next());
        let session = browser.site.load(cookie, clock(second));
        assert!(session.created_at() <= session.last_active_at());
        assert!(session.last_active_at() <= session.expires_at());
        session.renew().unwrap();
        assert!(session.created_at() <= session.expires_at());
        drop(browser.site.save(&session));
    }
}

/// The first time that a token can carry: 2026-01-01T00:00:00Z.
fn first() -> SystemTime {
    UNIX_EPOCH + seconds(1_767_225_600)
}

/// The last one, in the year 2162.
fn last() -> SystemTime {
    first() + seconds(u32::MAX.into())
}

/// Times that a token cannot carry.
fn extreme_clocks() -> [SystemTime; 8] {
    [
        UNIX_EPOCH - seconds(1 << 40),
        UNIX_EPOCH - seconds(3600),
        UNIX_EPOCH,
        UNIX_EPOCH + seconds(1),
        first() - seconds(1000),
        last() + seconds(1000),
        UNIX_EPOCH + seconds(1 << 40),
        // The last whole second of `SystemTime` on most systems.
        UNIX_EPOCH
            .checked_add(seconds(i64::MAX as u64))
            .unwrap_or(last() + seconds(1 << 33)),
    ]
}
