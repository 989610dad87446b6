//! Clocks out of the range of the format.

use std::time::{SystemTime, UNIX_EPOCH};

use hardtack::Session;

use super::{
    Work,
    common::{READ, UNTOUCHED, Visit, check, cookie, seconds, signed_in},
};

/// Seconds since 1970 that a token cannot carry: before 2026 and after 2162.
const EPOCH: u64 = 1_767_225_600;
const OUT_OF_RANGE: [u64; 5] = [0, 1, EPOCH - 1, EPOCH + (1 << 32), 1 << 40];

fn time(seconds_since_1970: u64) -> SystemTime {
    UNIX_EPOCH + seconds(seconds_since_1970)
}

#[test]
fn a_clock_out_of_range_fails_the_response_that_has_to_be_written() {
    let works: [Work; 3] = [
        |session| session.insert("user", 42),
        |session| session.renew(),
        |session| session.insert("user", 42).and(session.save()),
    ];
    for now in OUT_OF_RANGE {
        for work in works {
            let answer = Visit::to(&cookie()).at_time(time(now)).run(work);
            assert_eq!(answer.status, 500, "{now}");
            assert!(!answer.headers.contains_key("set-cookie"), "{now}");
        }
    }
}

#[test]
fn a_clock_out_of_range_fails_nothing_else() {
    let cookie = cookie();
    for now in OUT_OF_RANGE {
        for cookies in ["", "__Host-session=junk", &signed_in(&cookie)] {
            let visit = Visit::to(&cookie).with(cookies).at_time(time(now));
            let answer = check(&visit, |_| Ok(()), UNTOUCHED);
            assert_eq!(answer.status, 200);
            let answer = check(&visit, |session| session.get::<u32>("user").map(drop), READ);
            assert_eq!(answer.status, 200);
            let work = |session: &Session| session.insert("user", 42).and(session.discard());
            assert_eq!(check(&visit, work, READ).status, 200);
            let endings: [Work; 3] = [
                |session| session.invalidate().map(drop),
                |session| session.clear(),
                |session| session.save(),
            ];
            for work in endings {
                assert_eq!(visit.run(work).status, 200);
            }
        }
    }
}

#[test]
fn a_response_that_could_not_be_saved_is_kept_from_caches_as_if_it_had_been() {
    let visit = Visit::to(&cookie()).at_time(time(0));
    for visit in [
        visit.clone(),
        visit.saying("cache-control", "public, max-age=60"),
    ] {
        let answer = visit.run(|session| session.insert("user", 42));
        assert_eq!(answer.status, 500);
        assert_eq!(answer.lines(), ["cache-control: no-store", "vary: Cookie"]);
    }
}

#[test]
fn a_failed_save_says_what_is_wrong() {
    let cookie = cookie();
    let session = cookie.load(None::<&str>, time(0));
    session.insert("user", 42).unwrap();
    let error = cookie.save(&session).unwrap_err().to_string();
    assert!(error.contains("clock") && error.contains("2026"), "{error}");
}
