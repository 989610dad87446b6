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

use hardtack::{Clock, Session, carrier::TokenChange};
use proptest::prelude::*;

use super::{
    browser::Browser,
    cases::cases,
    site,
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
