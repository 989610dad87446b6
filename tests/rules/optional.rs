//! Refresh and sealing again, which are left out wherever they could do harm.

use std::time::Duration;

use hardtack::{Session, carrier::RefreshAfter};

use super::{
    common::{
        HOUR, Jar, PREFETCHES, READ, REFRESHED, UNTOUCHED, Visit, WRITTEN, at, builder, check,
        cookie, sealed, seconds, set_cookies, signed_in,
    },
    look,
};

#[test]
fn a_touched_session_is_refreshed_from_the_second_at_which_that_is_due() {
    let duration = |duration| builder().refresh_after(RefreshAfter::Interval(seconds(duration)));
    // By default a quarter of the idle timeout.
    for (builder, due) in [
        (builder(), 450),
        (duration(900), 900),
        (duration(1), 1),
        (duration(0), 0),
        (builder().refresh_after(RefreshAfter::Always), 0),
    ] {
        let cookie = builder.build().unwrap();
        let visit = Visit::to(&cookie).with(&signed_in(&cookie));
        if due > 0 {
            check(&visit.clone().at(due - 1), look, READ);
        }
        check(&visit.clone().at(due), look, REFRESHED);
        check(&visit.at(1799), look, REFRESHED);
    }
}

#[test]
fn refresh_restarts_the_idle_timeout_and_keeps_the_rest() {
    let cookie = cookie();
    let pair = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let id = cookie.load([&pair], at(0)).id();
    let answer = check(&Visit::to(&cookie).with(&pair).at(500), look, REFRESHED);
    let session = cookie.load([answer.pair()], at(600));
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert_eq!(session.id(), id);
    assert_eq!(session.created_at(), Some(at(0)));
    assert_eq!(session.last_active_at(), Some(at(500)));
    assert_eq!(session.expires_at(), Some(at(2300)));
    // The window restarts.
    check(&Visit::to(&cookie).with(answer.pair()).at(949), look, READ);
    check(
        &Visit::to(&cookie).with(answer.pair()).at(950),
        look,
        REFRESHED,
    );
}

#[test]
fn refresh_never_moves_the_absolute_deadline() {
    let cookie = cookie();
    let mut jar = Jar::of(&signed_in(&cookie));
    for now in (1000..12 * HOUR).step_by(1000) {
        let answer = check(
            &Visit::to(&cookie).with(&jar.field()).at(now),
            look,
            REFRESHED,
        );
        jar.receive(set_cookies(&answer.headers));
        let session = cookie.load([&jar.field()], at(now));
        assert_eq!(session.created_at(), Some(at(0)));
        assert_eq!(session.expires_at(), Some(at((now + 1800).min(12 * HOUR))));
    }
    let gone = |session: &Session| {
        assert!(session.is_new() && session.is_empty());
        Ok(())
    };
    check(
        &Visit::to(&cookie).with(&jar.field()).at(12 * HOUR),
        gone,
        READ,
    );
}

/// Asserts the last activity that reading and changing write, 100 and 900 seconds after the sign-in.
#[track_caller]
fn check_policy(refresh_after: RefreshAfter, looks: [Option<u64>; 2], changes: [u64; 2]) {
    let cookie = builder().refresh_after(refresh_after).build().unwrap();
    let pair = signed_in(&cookie);
    for (now, last_active) in [100, 900].into_iter().zip(looks) {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        let expected = if last_active.is_some() {
            REFRESHED
        } else {
            READ
        };
        let answer = check(&visit, look, expected);
        if let Some(last_active) = last_active {
            let session = cookie.load([answer.pair()], at(now));
            assert_eq!(session.last_active_at(), Some(at(last_active)));
        }
    }
    for (now, last_active) in [100, 900].into_iter().zip(changes) {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        for work in [
            |session: &Session| session.insert("user", 43),
            |session: &Session| session.save(),
        ] {
            let answer = check(&visit, work, WRITTEN);
            let session = cookie.load([answer.pair()], at(now));
            assert_eq!(session.last_active_at(), Some(at(last_active)));
            assert_eq!(session.created_at(), Some(at(0)));
        }
    }
}

#[test]
fn each_refresh_policy_writes_what_it_says() {
    check_policy(RefreshAfter::Never, [None, None], [0, 0]);
    check_policy(RefreshAfter::OnChange, [None, None], [100, 900]);
    check_policy(
        RefreshAfter::Interval(seconds(900)),
        [None, Some(900)],
        [100, 900],
    );
    check_policy(
        RefreshAfter::Interval(seconds(100)),
        [Some(100), Some(900)],
        [100, 900],
    );
    check_policy(RefreshAfter::Always, [Some(100), Some(900)], [100, 900]);
}

#[test]
fn without_an_idle_timeout_a_look_renews_nothing() {
    let cookie = builder().idle_timeout(None::<Duration>).build().unwrap();
    let pair = signed_in(&cookie);
    for now in [1, 1800, 12 * HOUR - 1] {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        check(&visit, look, READ);
        let answer = check(&visit, |session| session.insert("user", 43), WRITTEN);
        let session = cookie.load([answer.pair()], at(now));
        assert_eq!(session.last_active_at(), Some(at(now)));
        assert_eq!(session.expires_at(), Some(at(12 * HOUR)));
    }
}

/// A visit with which the session would be refreshed, and one with which it would be sealed again.
fn optional_writes() -> [Visit; 2] {
    use super::common::key;
    use hardtack::{KeyRing, SessionCookie};

    let cookie = cookie();
    let renewing = Visit::to(&cookie).with(&signed_in(&cookie)).at(1000);
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionCookie::encrypted(ring).build().unwrap();
    let resealing = Visit::to(&rotated).with(&signed_in(&cookie)).at(1);
    [renewing, resealing]
}

#[test]
fn optional_writes_are_sent_with_success_and_redirection_only() {
    for visit in optional_writes() {
        for status in [101, 200, 201, 204, 206, 301, 302, 303, 307] {
            check(&visit.clone().answered(status), look, REFRESHED);
        }
        // The fields of a 304 become those of a response that a cache has.
        for status in [304, 400, 401, 403, 404, 410, 429, 499, 500, 502, 503] {
            check(&visit.clone().answered(status), look, READ);
        }
    }
}

#[test]
fn a_page_that_the_browser_prefetches_is_refreshed_like_any_other() {
    for visit in optional_writes() {
        for prefetch in PREFETCHES {
            let ahead = visit.clone().purposed(prefetch);
            check(&ahead, look, REFRESHED);
            check(&ahead.clone().loading("document"), look, REFRESHED);
            check(&ahead.loading("image"), look, READ);
        }
    }
}

#[test]
fn optional_writes_are_left_out_for_what_a_page_loads_beside_itself() {
    for visit in optional_writes() {
        for part in [
            "image", "script", "style", "font", "audio", "video", "track", "worker",
        ] {
            check(&visit.clone().loading(part), look, READ);
        }
        for page in [
            "document", "empty", "iframe", "frame", "embed", "object", "images", "",
        ] {
            check(&visit.clone().loading(page), look, REFRESHED);
        }
        // The first of several fields counts.
        let two = |first, second| visit.clone().loading(first).loading(second);
        check(&two("image", "document"), look, READ);
        check(&two("document", "image"), look, REFRESHED);
    }
}

#[test]
fn a_session_that_opened_with_nothing_to_renew_stays_as_it_is() {
    let cookie = cookie();
    for cookies in ["", "__Host-session=junk", "__Host-session="] {
        check(&Visit::to(&cookie).with(cookies).at(1000), look, READ);
    }
}

/// In every adapter: a page that leaves its session alone.
#[test]
fn by_choice_every_request_that_brings_a_session_refreshes_it() {
    let every = builder().refresh_after(RefreshAfter::EveryRequest);
    let cookie = every.build().unwrap();
    let pair = signed_in(&cookie);
    let nothing = |_: &Session| Ok(());
    let visit = || Visit::to(&cookie).with(&pair);
    let answer = check(&visit().at(1), nothing, REFRESHED);
    let session = cookie.load([answer.pair()], at(1));
    assert_eq!(session.last_active_at(), Some(at(1)));
    assert_eq!(session.get("user").unwrap(), Some(42));
    check(&visit().at(1), look, REFRESHED);
    // Nothing is refreshed by what a page loads, nor by a failure.
    check(&visit().at(1).loading("image"), nothing, UNTOUCHED);
    for prefetch in PREFETCHES {
        check(&visit().at(1).purposed(prefetch), nothing, REFRESHED);
    }
    check(&visit().at(1).answered(404), nothing, UNTOUCHED);
    let public = visit().at(1).saying("cache-control", "public");
    check(&public, nothing, &["cache-control: public"]);
    // The request has no session: the response does not depend on one.
    for cookies in ["", "other=1", "__Host-session=junk"] {
        check(&Visit::to(&cookie).with(cookies).at(1), nothing, UNTOUCHED);
    }
    check(&visit().at(1800), nothing, UNTOUCHED);
    // Others pay nothing.
    let always = builder()
        .refresh_after(RefreshAfter::Always)
        .build()
        .unwrap();
    check(
        &Visit::to(&always).with(&signed_in(&always)).at(1),
        nothing,
        UNTOUCHED,
    );
}
