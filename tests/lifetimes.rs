//! When a session begins, is renewed and ends, to the second (SPEC.md § 7.7, § 8).

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    Clock, ConfigError, EncryptionKey, KeyRing, Outcome, Reason, RenewAfter, RingKey, SaveError,
    Session, SessionCookie, SessionCookieBuilder, SharedKeyRing, TokenChange,
};
use proptest::prelude::*;

// The end

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
fn the_earlier_timeout_ends_a_session() {
    check_end(
        site().absolute_timeout(seconds(1000)),
        1000,
        Reason::Expired,
    );
    check_end(
        site().absolute_timeout(seconds(1800)),
        1800,
        Reason::Expired,
    );
    check_end(site().absolute_timeout(seconds(1801)), 1800, Reason::Idle);
}

#[test]
fn fractions_of_a_second_are_cut_off() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    let almost = at(1800) - Duration::from_nanos(1);
    let session = browser.site.load(&browser.cookie, almost);
    assert!(!session.is_new());
    assert_eq!(session.created_at(), Some(at(0)));
}

#[test]
fn activity_restarts_the_idle_timeout_and_moves_no_absolute_deadline() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    for minute in 1..48 {
        browser.now = minute * 15 * 60;
        assert!(!browser.visit(Session::is_new), "at {}", browser.now);
        assert_eq!(browser.visit(Session::created_at), Some(at(0)));
    }
    browser.now = 43_199;
    assert!(!browser.visit(Session::is_new));
    browser.now = 43_200;
    assert_rejected(&mut browser, Reason::Expired);
}

#[test]
fn a_sign_in_begins_the_absolute_timeout_anew() {
    let mut browser = Browser::of(site().idle_timeout(None));
    browser.visit(write);
    browser.now = 43_199;
    browser.visit(|session| session.renew().unwrap());
    browser.now = 43_199 + 43_199;
    assert_eq!(browser.visit(Session::created_at), Some(at(43_199)));
    browser.now += 1;
    assert_rejected(&mut browser, Reason::Expired);
}

#[test]
fn a_new_id_moves_no_deadline() {
    let mut browser = Browser::of(site().idle_timeout(None));
    browser.visit(write);
    browser.now = 43_199;
    browser.visit(|session| session.renew_id().unwrap());
    assert!(!browser.visit(Session::is_new));
    browser.now = 43_200;
    assert_rejected(&mut browser, Reason::Expired);
}

#[test]
fn an_expired_session_is_new_in_every_respect() {
    let mut browser = Browser::of(site());
    browser.visit(|session| {
        write(session);
        session.ensure_id().unwrap();
    });
    browser.now = 1800;
    browser.visit(|session| {
        assert!(session.is_new() && session.is_empty());
        assert_eq!((session.id(), session.created_at()), (None, None));
        assert_eq!(
            (session.last_active_at(), session.expires_at()),
            (None, None)
        );
        write(session);
    });
    browser.now = 1801;
    assert_eq!(browser.visit(Session::created_at), Some(at(1800)));
}

// Another policy than when the session was sealed

#[test]
fn a_shorter_timeout_acts_on_what_is_out() {
    let sites = SharedSites::new();
    let mut browser = Browser::of(sites.site());
    browser.visit(write);
    browser.now = 600;
    browser.site = sites.site().idle_timeout(seconds(601)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
    browser.site = sites.site().idle_timeout(seconds(600)).build().unwrap();
    browser.cookie = browser.first.clone();
    assert_rejected(&mut browser, Reason::Idle);
    let site = sites.site().absolute_timeout(seconds(600));
    browser.site = site.build().unwrap();
    assert_rejected(&mut browser, Reason::Expired);
}

#[test]
fn a_longer_timeout_acts_on_what_is_out() {
    let sites = SharedSites::new();
    let mut browser = Browser::of(sites.site());
    browser.visit(write);
    browser.now = 1800;
    browser.site = sites.site().idle_timeout(seconds(1801)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
    browser.now = 43_200;
    browser.cookie = browser.first.clone();
    let site = sites.site().idle_timeout(None);
    browser.site = site.absolute_timeout(seconds(43_201)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
}

#[test]
fn a_session_issued_before_not_before_is_revoked_and_one_issued_at_it_is_not() {
    let sites = SharedSites::new();
    let mut browser = Browser::of(sites.site());
    browser.visit(write);
    browser.now = 10;
    browser.site = sites.site().not_before(at(0)).build().unwrap();
    assert!(!browser.visit(Session::is_new));
    browser.site = sites.site().not_before(at(1)).build().unwrap();
    assert_rejected(&mut browser, Reason::Revoked);
}

#[test]
fn the_later_not_before_of_ring_and_cookie_counts() {
    #[track_caller]
    fn check(ring: u64, cookie: u64, is_revoked: bool) {
        let sites = SharedSites::new();
        let mut browser = Browser::of(sites.site().not_before(at(cookie)));
        browser.now = 100;
        browser.visit(write);
        let current = sites.ring.current();
        sites.ring.replace(current.not_before(at(ring))).unwrap();
        assert_eq!(browser.visit(Session::is_new), is_revoked);
    }
    check(100, 50, false);
    check(101, 50, true);
    check(50, 100, false);
    check(50, 101, true);
}

#[test]
fn a_key_opens_until_the_second_before_its_end_and_the_next_seals_from_its_second_on() {
    let (old, new) = (
        EncryptionKey::generate().unwrap(),
        EncryptionKey::generate().unwrap(),
    );
    let (old_id, new_id) = (old.id(), new.id());
    let ring = KeyRing::from_keys([
        RingKey::new(old).accept_until(at(44_000)),
        RingKey::new(new).seal_from(at(500)),
    ]);
    let site = SessionCookie::encrypted(ring.unwrap())
        .danger_retire_early()
        .idle_timeout(None)
        .absolute_timeout(seconds(100_000))
        .build()
        .unwrap();
    let mut browser = Browser::of_built(site);
    browser.now = 499;
    browser.visit(write);
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, Outcome::Opened { key_id: old_id });

    let under_old = browser.cookie.clone();
    browser.now = 500;
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, Outcome::OpenedUnderAcceptedKey { key_id: old_id });
    assert_eq!(browser.sent, 1);
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, Outcome::Opened { key_id: new_id });

    browser.cookie.clone_from(&under_old);
    browser.now = 43_999;
    assert!(!browser.visit(Session::is_new));
    browser.cookie = under_old;
    browser.now = 44_000;
    assert_rejected(&mut browser, Reason::RetiredKey);
}

// Renewal

#[test]
fn renewal_is_due_from_its_second_on() {
    check_renewals(
        site(),
        &[(449, false), (450, true), (899, false), (900, true)],
    );
    let span = |span| site().renew_after(RenewAfter::Span(seconds(span)));
    check_renewals(span(900), &[(899, false), (900, true), (1800, true)]);
    check_renewals(span(1), &[(0, false), (1, true), (1, false), (2, true)]);
    check_renewals(span(0), &[(0, true), (0, true)]);
}

#[test]
fn every_touched_session_is_renewed_always() {
    let site = site().renew_after(RenewAfter::Always);
    check_renewals(site, &[(0, true), (1, true), (1, true), (1800, true)]);
}

#[test]
fn reading_never_renews_where_only_changes_do() {
    let on_change = site().renew_after(RenewAfter::OnChange);
    check_renewals(on_change, &[(1, false), (1799, false)]);
    let without_idle = site().idle_timeout(None);
    check_renewals(without_idle, &[(1, false), (43_199, false)]);
}

#[test]
fn a_change_restarts_the_idle_timeout_unless_renewal_is_off() {
    #[track_caller]
    fn check(renew_after: RenewAfter, expected: u64) {
        let mut browser = Browser::of(site().renew_after(renew_after));
        browser.visit(write);
        browser.now = 10;
        browser.visit(|session| session.insert("a", 2).unwrap());
        let last_active = browser.visit(Session::last_active_at);
        assert_eq!(last_active, Some(at(expected)), "{renew_after:?}");
    }
    check(RenewAfter::Never, 0);
    check(RenewAfter::OnChange, 10);
    check(RenewAfter::Span(seconds(900)), 10);
    check(RenewAfter::Always, 10);
}

#[test]
fn a_session_that_is_never_renewed_ends_after_its_idle_timeout() {
    let mut browser = Browser::of(site().renew_after(RenewAfter::Never));
    browser.visit(write);
    for now in [600, 1200, 1799] {
        browser.now = now;
        browser.visit(|session| session.insert("a", now).unwrap());
    }
    browser.now = 1800;
    assert_rejected(&mut browser, Reason::Idle);
}

#[test]
fn an_untouched_session_is_not_renewed() {
    let mut browser = Browser::of(site().renew_after(RenewAfter::Always));
    browser.visit(write);
    browser.now = 1000;
    browser.visit(|_| ());
    assert_eq!(browser.sent, 0);
}

// What a session says of its times

#[test]
fn a_session_that_was_not_sent_has_no_times() {
    let mut browser = Browser::of(site());
    browser.visit(|session| {
        write(session);
        session.ensure_id().unwrap();
        assert_eq!(
            (session.created_at(), session.last_active_at()),
            (None, None)
        );
        assert_eq!(session.expires_at(), None);
    });
}

#[test]
fn the_times_are_those_of_the_last_write() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    browser.now = 450;
    // The renewal is written at the end of this request.
    check_times(&mut browser, 0, 0, 1800);
    browser.now = 460;
    check_times(&mut browser, 0, 450, 2250);
}

#[test]
fn a_session_expires_at_the_earlier_deadline() {
    let mut browser = Browser::of(site().absolute_timeout(seconds(2000)));
    browser.visit(write);
    check_times(&mut browser, 0, 0, 1800);
    browser.now = 1000;
    browser.visit(|session| session.insert("a", 2).unwrap());
    check_times(&mut browser, 0, 1000, 2000);

    let mut untiring = Browser::of(site().idle_timeout(None));
    untiring.visit(write);
    untiring.now = 1000;
    check_times(&mut untiring, 0, 0, 43_200);
}

#[test]
fn the_end_that_a_session_announces_is_its_end() {
    let mut browser = Browser::of(site().idle_timeout(seconds(77)));
    browser.visit(write);
    let end = browser.visit(Session::expires_at).unwrap();
    let is_new = |at: SystemTime| browser.site.load(&browser.cookie, at).is_new();
    assert!(!is_new(end - seconds(1)));
    assert!(is_new(end));
}

#[test]
fn a_sign_in_shows_its_times_at_once() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    browser.now = 100;
    browser.visit(|session| {
        session.renew().unwrap();
        assert_eq!(session.created_at(), Some(at(100)));
        assert_eq!(session.last_active_at(), Some(at(100)));
        assert_eq!(session.expires_at(), Some(at(1900)));
    });
    check_times(&mut browser, 100, 100, 1900);
}

#[test]
fn clearing_keeps_the_times_and_invalidating_drops_them() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    browser.now = 100;
    let mut cleared = browser.clone();
    cleared.visit(|session| {
        session.clear().unwrap();
        assert_eq!(session.created_at(), Some(at(0)));
        session.insert("b", 2).unwrap();
    });
    check_times(&mut cleared, 0, 100, 1900);

    browser.visit(|session| {
        session.invalidate().unwrap();
        assert_eq!((session.created_at(), session.expires_at()), (None, None));
        write(session);
    });
    check_times(&mut browser, 100, 100, 1900);
}

// Clocks that disagree

#[test]
fn a_session_from_a_clock_that_is_ahead_is_accepted_within_the_skew() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, ahead: u64, is_accepted: bool) {
        let mut browser = Browser::of(site);
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
    let mut browser = Browser::of(site());
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
fn a_clock_that_stepped_back_changes_no_times() {
    let mut browser = Browser::of(site().clock_skew(seconds(300)));
    browser.now = 1000;
    browser.visit(write);
    browser.now = 1400;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 1100;
    browser.visit(|session| session.insert("a", 3).unwrap());
    check_times(&mut browser, 1000, 1400, 3200);
}

#[test]
fn a_clock_that_stepped_back_before_the_beginning_changes_no_times() {
    let mut browser = Browser::of(site());
    browser.now = 1000;
    browser.visit(write);
    browser.now = 950;
    browser.visit(|session| {
        session.insert("a", 2).unwrap();
        session.ensure_id().unwrap();
    });
    check_times(&mut browser, 1000, 1000, 2800);
}

#[test]
fn a_clock_that_stepped_back_renews_nothing() {
    let mut browser = Browser::of(site().clock_skew(seconds(300)));
    browser.now = 1000;
    browser.visit(write);
    browser.now = 1450;
    browser.visit(|session| session.len());
    assert_eq!(browser.sent, 1);
    for back in 0..300 {
        browser.now = 1450 - back;
        browser.visit(|session| session.len());
        assert_eq!(browser.sent, 0, "at {}", browser.now);
    }
}

#[test]
fn a_clock_that_jumps_to_and_fro_renews_once_for_each_span() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    let mut renewals = 0;
    for second in 0..1800 {
        browser.now = second + 60 - (second * 37) % 60;
        browser.visit(|session| session.len());
        renewals += browser.sent;
    }
    assert_eq!(renewals, 1800 / 450);
}

#[test]
fn a_sign_in_on_a_clock_that_is_behind_begins_at_that_clock() {
    let mut browser = Browser::of(site());
    browser.now = 1000;
    browser.visit(write);
    browser.now = 950;
    browser.visit(|session| session.renew().unwrap());
    check_times(&mut browser, 950, 950, 2750);
}

// Clocks that are wrong

#[test]
fn any_clock_reads() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    for clock in extreme_clocks() {
        for cookie in [&browser.cookie, &None] {
            let session = browser.site.load(cookie, clock);
            assert!(session.is_new() && session.is_empty(), "at {clock:?}");
            assert_eq!((session.created_at(), session.expires_at()), (None, None));
            assert!(browser.site.save(&session).unwrap().is_empty());
        }
    }
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
            let session = site.load([""], clock);
            change(&session);
            match site.save(&session) {
                Ok(sent) => assert!(is_written && !sent.is_empty(), "at {clock:?}"),
                Err(error) => assert!(!is_written && matches!(error, SaveError::Clock)),
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
    let tokens = site().build_token("mobile").unwrap();
    for clock in extreme_clocks() {
        let session = tokens.load(None::<&str>, clock);
        write(&session);
        assert!(matches!(tokens.save(&session), Err(SaveError::Clock)));
    }
}

#[test]
fn what_need_not_be_written_fails_on_no_clock() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    let ends: [fn(&Session); 4] = [
        |session| _ = session.invalidate().unwrap(),
        |session| session.clear().unwrap(),
        |session| {
            write(session);
            session.discard().unwrap();
        },
        |session| session.save().unwrap(),
    ];
    for clock in extreme_clocks() {
        for end in ends {
            let session = browser.site.load(&browser.cookie, clock);
            end(&session);
            assert!(browser.site.save(&session).is_ok(), "at {clock:?}");
        }
    }
}

#[test]
fn a_session_is_read_beyond_the_last_moment_of_the_format_and_not_written() {
    let mut browser = Browser::of(site().renew_after(RenewAfter::Always));
    let last = last().duration_since(at(0)).unwrap().as_secs();
    browser.now = last;
    browser.visit(write);
    browser.now = last + 1000;
    // What could as well be left out fails nothing.
    check_times(&mut browser, last, last, last + 1800);
    assert_eq!(browser.sent, 0);
    let changes: [fn(&Session); 3] = [
        |session| session.insert("a", 2).unwrap(),
        |session| session.renew().unwrap(),
        |session| session.save().unwrap(),
    ];
    for change in changes {
        let session = browser.site.load(&browser.cookie, at(browser.now));
        change(&session);
        let saved = browser.site.save(&session);
        assert!(matches!(saved, Err(SaveError::Clock)));
    }
}

#[test]
fn a_bare_token_is_read_beyond_the_last_moment_of_the_format_and_not_written() {
    let tokens = site().renew_after(RenewAfter::Always).build_token("mobile");
    let tokens = tokens.unwrap();
    let session = tokens.load(None::<&str>, last());
    write(&session);
    let TokenChange::Set(token) = tokens.save(&session).unwrap() else {
        panic!("a session with content is written");
    };
    let session = tokens.load(Some(&token), last() + seconds(1000));
    assert_eq!(session.get("a").unwrap(), Some(1));
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::None);
    let session = tokens.load(Some(&token), last() + seconds(1000));
    session.insert("a", 2).unwrap();
    assert!(matches!(tokens.save(&session), Err(SaveError::Clock)));
}

#[test]
fn a_session_from_the_first_second_of_the_format_opens() {
    let site = site().build().unwrap();
    let session = site.load([""], first());
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
fn options_take_any_moment() {
    for moment in extreme_clocks() {
        let mut browser = Browser::of(site().not_before(moment));
        browser.visit(write);
        let is_past = moment < at(0);
        assert_eq!(browser.visit(Session::is_new), !is_past, "{moment:?}");
    }
}

// Asking for the time

#[test]
fn the_clock_is_asked_once_and_at_the_first_touch() {
    let mut browser = Browser::of(site());
    browser.visit(write);
    let asked = Arc::new(AtomicUsize::new(0));
    let times_asked = || asked.load(Ordering::Relaxed);
    let clock = Clock::from_fn({
        let asked = Arc::clone(&asked);
        move || at(400 + 100 * asked.fetch_add(1, Ordering::Relaxed) as u64)
    });
    let session = browser.site.load(&browser.cookie, clock.clone());
    assert_eq!(times_asked(), 0);
    let twin = session.clone();
    assert!(!twin.is_empty());
    assert_eq!(times_asked(), 1);
    session.insert("a", 2).unwrap();
    session.renew().unwrap();
    assert_eq!(session.created_at(), Some(at(400)));
    let _ = browser.site.save(&session).unwrap();
    assert_eq!(session.created_at(), Some(at(400)));
    assert_eq!(times_asked(), 1);

    let _ = browser.site.load(&browser.cookie, clock).len();
    assert_eq!(times_asked(), 2);
}

#[test]
fn a_session_that_is_not_touched_asks_no_clock() {
    fn never() -> SystemTime {
        panic!("asked for the time")
    }
    let mut browser = Browser::of(site());
    browser.visit(write);
    let clock = Clock::from(never as fn() -> SystemTime);
    let session = browser.site.load(&browser.cookie, clock.clone());
    assert!(browser.site.save(&session).unwrap().is_empty());

    let tokens = site().build_token("mobile").unwrap();
    let session = tokens.load(Some("token"), clock);
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::None);
}

// Configuration

#[test]
fn spans_out_of_range_are_refused_with_a_sentence() {
    #[track_caller]
    fn check(site: SessionCookieBuilder, option: &str) {
        match site.build() {
            Err(error @ ConfigError::Lifetime(_)) => {
                assert!(error.to_string().starts_with(option), "{error}");
            }
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
    let half = RenewAfter::Span(seconds(900));
    assert!(site().renew_after(half).build().is_ok());
    check(
        site().renew_after(RenewAfter::Span(seconds(901))),
        "renew_after",
    );
    let forever = RenewAfter::Span(Duration::MAX);
    check(site().renew_after(forever), "renew_after");
    assert!(
        site()
            .idle_timeout(None)
            .renew_after(forever)
            .build()
            .is_ok()
    );
}

// Everything at once

/// What SPEC.md § 7.7 and § 8 say, in the simplest words.
#[derive(Clone, Copy, Debug)]
struct Model {
    issued: i64,
    seen: i64,
}

#[derive(Clone, Copy, Debug)]
struct Policy {
    idle: Option<i64>,
    absolute: i64,
    skew: i64,
    renew_after: RenewAfter,
}

impl Policy {
    fn is_alive(self, model: Model, now: i64) -> bool {
        model.seen <= now + self.skew
            && now < model.issued + self.absolute
            && self.idle.is_none_or(|idle| now < model.seen + idle)
    }

    fn site(self, key: EncryptionKey) -> SessionCookie {
        let span = |span: i64| seconds(span.unsigned_abs());
        SessionCookie::encrypted(key)
            .idle_timeout(self.idle.map(span))
            .absolute_timeout(span(self.absolute))
            .clock_skew(span(self.skew))
            .renew_after(self.renew_after)
            .build()
            .unwrap()
    }
}

fn policy() -> impl Strategy<Value = Policy> {
    let idle = prop::option::of(2..3000i64);
    (idle, 1..10_000i64, 0..300i64, 0..4u8, 0..=100i64).prop_map(
        |(idle, absolute, skew, renew_after, percent)| Policy {
            idle,
            absolute,
            skew,
            renew_after: match renew_after {
                0 => RenewAfter::Never,
                1 => RenewAfter::OnChange,
                2 => RenewAfter::Always,
                _ => {
                    let span = idle.unwrap_or(3000) / 2 * percent / 100;
                    RenewAfter::Span(seconds(span.unsigned_abs()))
                }
            },
        },
    )
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Nothing,
    Read,
    Write,
    Renew,
    RenewId,
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        1 => Just(Deed::Nothing),
        3 => Just(Deed::Read),
        2 => Just(Deed::Write),
        1 => Just(Deed::Renew),
        1 => Just(Deed::RenewId),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sessions_live_as_the_specification_says_on_clocks_that_step_both_ways(
        policy in policy(),
        visits in prop::collection::vec((-200..2000i64, deed()), 1..20),
    ) {
        let mut browser = Browser::of_built(policy.site(EncryptionKey::generate().unwrap()));
        let mut model: Option<Model> = None;
        let mut now = 10_000i64;
        for (count, (later, deed)) in visits.into_iter().enumerate() {
            now += later;
            browser.now = now.unsigned_abs();
            let alive = model.filter(|&model| policy.is_alive(model, now));
            let (times, expires) = browser.visit(|session| {
                if matches!(deed, Deed::Nothing) {
                    return (None, None);
                }
                let read = (session.created_at(), session.last_active_at());
                let read = (Some(read), session.expires_at());
                match deed {
                    Deed::Nothing | Deed::Read => {}
                    Deed::Write => session.insert("count", count).unwrap(),
                    Deed::Renew => session.renew().unwrap(),
                    Deed::RenewId => session.renew_id().unwrap(),
                }
                read
            });
            let moment = |moment: i64| at(moment.unsigned_abs());
            if let Some(times) = times {
                prop_assert_eq!(times.0, alive.map(|model| moment(model.issued)));
                prop_assert_eq!(times.1, alive.map(|model| moment(model.seen)));
                let end = alive.map(|model| {
                    let absolute = model.issued + policy.absolute;
                    policy.idle.map_or(absolute, |idle| absolute.min(model.seen + idle))
                });
                prop_assert_eq!(expires, end.map(moment));
            }
            let written = match (alive, deed) {
                (_, Deed::Nothing) | (None, Deed::Read) => None,
                (_, Deed::Renew) | (None, _) => Some(Model { issued: now, seen: now }),
                (Some(alive), Deed::Write | Deed::RenewId) => Some(match policy.renew_after {
                    RenewAfter::Never => alive,
                    _ => Model { seen: alive.seen.max(now), ..alive },
                }),
                (Some(alive), Deed::Read) => match policy.renew_after {
                    RenewAfter::Span(span) if now >= alive.seen + span.as_secs() as i64 => {
                        Some(Model { seen: alive.seen.max(now), ..alive })
                    }
                    RenewAfter::Always => Some(Model { seen: alive.seen.max(now), ..alive }),
                    _ => None,
                },
            };
            prop_assert_eq!(browser.sent, usize::from(written.is_some()));
            model = written.or(model);
        }
    }

    #[test]
    fn no_clock_panics(first: (i64, u32), second: (i64, u32)) {
        let clock = |(seconds, nanos): (i64, u32)| {
            let span = Duration::new(seconds.unsigned_abs(), nanos % 1_000_000_000);
            let moment = if seconds < 0 {
                UNIX_EPOCH.checked_sub(span)
            } else {
                UNIX_EPOCH.checked_add(span)
            };
            moment.unwrap_or(UNIX_EPOCH)
        };
        let browser = Browser::of(site());
        let session = browser.site.load([""], clock(first));
        write(&session);
        let sent = browser.site.save(&session).unwrap_or_default();
        let cookie = sent.iter().next().and_then(|field| field.split(';').next());
        let session = browser.site.load(cookie, clock(second));
        let _ = (session.created_at(), session.last_active_at(), session.expires_at());
        session.renew().unwrap();
        let _ = (session.created_at(), session.last_active_at(), session.expires_at());
        let _ = browser.site.save(&session);
    }
}

// What the tests above have in common

/// A browser that knows one site, and a clock that moves when it is told to.
#[derive(Clone)]
struct Browser {
    site: SessionCookie,
    /// What it sends: `name=value`.
    cookie: Option<String>,
    /// The first cookie that it got.
    first: Option<String>,
    /// How many fields it got last.
    sent: usize,
    now: u64,
}

impl Browser {
    fn of(site: SessionCookieBuilder) -> Browser {
        Browser::of_built(site.build().unwrap())
    }

    fn of_built(site: SessionCookie) -> Browser {
        Browser {
            site,
            cookie: None,
            first: None,
            sent: 0,
            now: 0,
        }
    }

    fn visit<R>(&mut self, page: impl FnOnce(&Session) -> R) -> R {
        let session = self.site.load(&self.cookie, at(self.now));
        let result = page(&session);
        let fields = self.site.save(&session).unwrap();
        self.sent = fields.iter().count();
        for field in fields {
            let (cookie, attributes) = field.split_once("; ").unwrap();
            let is_kept = !attributes.contains("Max-Age=0");
            self.cookie = is_kept.then(|| cookie.to_owned());
            self.first = self.first.take().or(self.cookie.clone());
        }
        result
    }
}

/// Sites with one key and different options.
struct SharedSites {
    ring: SharedKeyRing<EncryptionKey>,
}

impl SharedSites {
    fn new() -> SharedSites {
        SharedSites {
            ring: EncryptionKey::generate().unwrap().into(),
        }
    }

    fn site(&self) -> SessionCookieBuilder {
        SessionCookie::encrypted(self.ring.clone())
    }
}

fn site() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

fn write(session: &Session) {
    session.insert("a", 1).unwrap();
}

/// A session that is written once is alive at `end - 1` and dead at `end`.
#[track_caller]
fn check_end(site: SessionCookieBuilder, end: u64, reason: Reason) {
    let mut browser = Browser::of(site);
    browser.visit(write);
    let cookie = browser.cookie.clone();
    browser.now = end - 1;
    assert!(!browser.visit(Session::is_new));
    browser.cookie = cookie;
    browser.now = end;
    assert_rejected(&mut browser, reason);
}

#[track_caller]
fn check_renewals(site: SessionCookieBuilder, expected: &[(u64, bool)]) {
    let mut browser = Browser::of(site);
    browser.visit(write);
    for &(now, is_renewed) in expected {
        browser.now = now;
        browser.visit(|session| session.len());
        assert_eq!(browser.sent, usize::from(is_renewed), "at {now}");
    }
}

#[track_caller]
fn check_times(browser: &mut Browser, created: u64, last_active: u64, expires: u64) {
    browser.visit(|session| {
        assert_eq!(session.created_at(), Some(at(created)));
        assert_eq!(session.last_active_at(), Some(at(last_active)));
        assert_eq!(session.expires_at(), Some(at(expires)));
    });
}

#[track_caller]
fn assert_rejected(browser: &mut Browser, expected: Reason) {
    match browser.visit(Session::outcome) {
        Outcome::Rejected { reason, .. } => assert_eq!(reason, expected),
        outcome => panic!("{outcome:?}"),
    }
    assert_eq!(browser.sent, 0);
}

/// The first moment that a token can carry: 2026-01-01T00:00:00Z.
fn first() -> SystemTime {
    UNIX_EPOCH + seconds(1_767_225_600)
}

/// The last one, in the year 2162.
fn last() -> SystemTime {
    first() + seconds(u32::MAX.into())
}

/// Moments that a token cannot carry.
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

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Seconds after the beginning of the test.
fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + seconds(1_800_000_000 + second)
}
