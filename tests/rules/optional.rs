//! Refresh and re-sealing, which are left out wherever they could do harm.

use std::time::Duration;

use hardtack::{RefreshAfter, Session, SessionError};

use crate::common::{
    HOUR, Jar, READ, REFRESHED, Visit, WRITTEN, at, builder, check, cookie, sealed, seconds,
    signed_in,
};

fn look(session: &Session) -> Result<(), SessionError> {
    session.get::<u32>("user").map(drop)
}

#[test]
fn a_touched_session_is_renewed_from_a_quarter_of_its_idle_timeout_on() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for (seconds, expected) in [
        (0, READ),
        (1, READ),
        (449, READ),
        (450, REFRESHED),
        (1799, REFRESHED),
    ] {
        check(&Visit::to(&cookie).with(&pair).at(seconds), look, expected);
    }
}

#[test]
fn refresh_restarts_the_idle_timeout_and_keeps_all_else() {
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
    // The window begins anew.
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
    let mut jar = Jar::of(signed_in(&cookie));
    for now in (1000..12 * HOUR).step_by(1000) {
        let answer = check(
            &Visit::to(&cookie).with(jar.cookie_field()).at(now),
            look,
            REFRESHED,
        );
        jar.receive(&answer.headers);
        let session = cookie.load([jar.cookie_field()], at(now));
        assert_eq!(session.created_at(), Some(at(0)));
        assert_eq!(session.expires_at(), Some(at((now + 1800).min(12 * HOUR))));
    }
    let gone = |session: &Session| {
        assert!(session.is_new() && session.is_empty());
        Ok(())
    };
    check(
        &Visit::to(&cookie).with(jar.cookie_field()).at(12 * HOUR),
        gone,
        READ,
    );
}

/// The last activity that is written by a look and by a change, 100 and 900 seconds after the sign-in.
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
        RefreshAfter::Span(seconds(900)),
        [None, Some(900)],
        [100, 900],
    );
    check_policy(
        RefreshAfter::Span(seconds(100)),
        [Some(100), Some(900)],
        [100, 900],
    );
    check_policy(RefreshAfter::Always, [Some(100), Some(900)], [100, 900]);
}

#[test]
fn a_session_that_always_renews_is_written_even_in_the_second_it_began() {
    let cookie = builder()
        .refresh_after(RefreshAfter::Always)
        .build()
        .unwrap();
    check(
        &Visit::to(&cookie).with(&signed_in(&cookie)),
        look,
        REFRESHED,
    );
    check(&Visit::to(&cookie), look, READ);
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

#[test]
fn more_than_half_the_idle_timeout_is_refused_as_a_refresh_span() {
    let build = |span| {
        builder()
            .refresh_after(RefreshAfter::Span(seconds(span)))
            .build()
    };
    assert!(build(900).is_ok());
    let error = build(901).unwrap_err().to_string();
    assert!(
        error.contains("refresh_after") && error.contains("half"),
        "{error}"
    );
}

/// A visit with which the session would be refreshed, and one with which it would be sealed again.
fn optional_writes() -> [Visit; 2] {
    use crate::common::key;
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
        for status in [200, 201, 204, 206, 301, 302, 303, 304, 307] {
            check(&visit.clone().answered(status), look, REFRESHED);
        }
        for status in [400, 401, 403, 404, 410, 429, 499, 500, 502, 503] {
            check(&visit.clone().answered(status), look, READ);
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
    }
}

#[test]
fn a_session_that_opened_with_nothing_to_renew_stays_as_it_is() {
    let cookie = cookie();
    for cookies in ["", "__Host-session=junk", "__Host-session="] {
        check(&Visit::to(&cookie).with(cookies).at(1000), look, READ);
    }
}

#[test]
fn clocks_that_step_back_renew_nothing() {
    let cookie = cookie();
    let pair = sealed(&cookie, at(100), |session| {
        session.insert("user", 42).unwrap()
    });
    for now in [40, 99, 100, 549] {
        check(&Visit::to(&cookie).with(&pair).at(now), look, READ);
    }
    // A change on the slow clock does not move the last activity back.
    let visit = Visit::to(&cookie).with(&pair).at(40);
    let answer = check(&visit, |session| session.insert("user", 43), WRITTEN);
    let session = cookie.load([answer.pair()], at(50));
    assert_eq!(session.created_at(), Some(at(100)));
    assert_eq!(session.last_active_at(), Some(at(100)));
}

#[test]
fn a_slow_clock_does_not_move_the_last_activity_back() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&signed_in(&cookie)).at(500);
    let refreshed = check(&visit, look, REFRESHED);
    let visit = Visit::to(&cookie).with(refreshed.pair()).at(450);
    let answer = check(&visit, |session| session.insert("user", 43), WRITTEN);
    let session = cookie.load([answer.pair()], at(500));
    assert_eq!(session.created_at(), Some(at(0)));
    assert_eq!(session.last_active_at(), Some(at(500)));
}
