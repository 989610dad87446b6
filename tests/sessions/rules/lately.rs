//! What a default log shows of requests, at most once a minute: a clock that is wrong, and a program that lacks a setting
//! of another.

use hardtack::{
    KeyRing, SessionCookie,
    keys::{RingKey, SharedKeyRing},
    session::Reason,
};
use tracing::Level;

use super::{
    common::{at, builder, cookie, key, reason, sealed, signed_in},
    remember::{DAY, days, month, remembered},
    told::{Told, told_by},
};

/// What is told above debug.
fn shown(work: impl FnOnce()) -> Vec<Told> {
    let told = told_by(work).into_iter();
    told.filter(|told| told.level <= Level::INFO).collect()
}

/// Reads one session in each of these seconds.
fn read(cookie: &SessionCookie, pair: &str, seconds: impl IntoIterator<Item = u64>) {
    for second in seconds {
        let _ = cookie.load([pair], at(second)).is_new();
    }
}

#[track_caller]
fn check(told: &[Told], level: Level, expected: &[&str]) {
    let fields: Vec<_> = told.iter().map(|told| &*told.fields).collect();
    assert_eq!(fields.len(), expected.len(), "{fields:?}");
    for (told, expected) in told.iter().zip(expected) {
        assert_eq!(told.level, level, "{told:?}");
        assert!(told.fields.contains(expected), "{expected} in {told:?}");
    }
}

const MANY: &str = "many sessions of this minute had expired";

/// One instance of two is a day ahead. Visitors go from one to the other.
#[test]
fn a_clock_that_is_ahead_shows_in_the_log_of_both_instances() {
    let (good, ahead) = (cookie(), cookie());
    let told = shown(|| read(&ahead, &signed_in(&good), DAY..DAY + 20));
    let numbers = "count=10 expired_for_least=43200 expired_for_most=43209 ";
    check(&told, Level::INFO, &[numbers]);
    assert!(told[0].fields.contains(MANY), "{told:?}");
    assert!(
        told[0].fields.contains("purpose=\"__Host-session\""),
        "{told:?}"
    );

    let session = ahead.load(None::<&str>, at(DAY));
    session.insert("user", 1).unwrap();
    let fields = ahead.save(&session).unwrap();
    let pair = fields.iter().next().unwrap().split(';').next().unwrap();
    let told = shown(|| read(&good, pair, 0..2));
    check(&told, Level::WARN, &["ahead_by=86400 "]);
}

/// The program that lacks the ring may have no log that anybody reads.
#[test]
fn a_session_that_was_sealed_under_an_earlier_key_too_late_is_told_of_once_a_minute() {
    let next = RingKey::from(key(1)).seal_from(at(0));
    let ring = KeyRing::from_keys([RingKey::from(key(0)), next]).unwrap();
    let new = SessionCookie::encrypted(ring).build().unwrap();
    let pair = sealed(&cookie(), at(100), |it| it.insert("user", 7).unwrap());
    let told = shown(|| read(&new, &pair, [100, 101, 159, 160]));
    check(&told, Level::WARN, &["late_by=100 ", "left_out=2 "]);
    let sentence = "a session was sealed under an earlier key after the next one had begun: a program lacks the ring";
    assert!(told[0].fields.contains(sentence), "{told:?}");
    assert!(told[0].fields.contains(&format!("key_id={} ", key(0).id())));
    // With the ring, each program seals under the next key in time.
    let pair = sealed(&cookie(), at(60 - 1), |it| it.insert("user", 7).unwrap());
    assert!(shown(|| read(&new, &pair, [60])).is_empty());
}

#[test]
fn many_sessions_that_are_over_are_told_of_once_a_minute() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let told = |from: u64, count: u64| shown(|| read(&cookie, &pair, from..from + count));
    assert!(told(1_800, 9).is_empty());
    check(
        &told(1_809, 50),
        Level::INFO,
        &["expired_for_least=0 expired_for_most=9 "],
    );
    // From the first second after the minute on.
    let next = told(1_860, 30);
    check(
        &next,
        Level::INFO,
        &["expired_for_least=60 expired_for_most=69 "],
    );
    // Few in each minute are what happens every day.
    assert!(shown(|| read(&cookie, &pair, (2_000..20_000).step_by(7))).is_empty());
}

#[test]
fn sessions_of_different_purposes_are_counted_apart() {
    let (one, other) = (cookie(), builder().name("cart").build().unwrap());
    let pairs = [&one, &other].map(signed_in);
    let told = shown(|| {
        read(&one, &pairs[0], 1_800..1_809);
        read(&other, &pairs[1], 1_800..1_809);
    });
    assert!(told.is_empty(), "{told:?}");
}

/// A token with another id of a key, or another last character but three.
fn forged(pair: &str, place: usize) -> String {
    let other = if &pair[place..=place] == "A" {
        "B"
    } else {
        "A"
    };
    format!("{}{other}{}", &pair[..place], &pair[place + 1..])
}

/// Anyone can send these.
#[test]
fn a_thousand_forged_cookies_are_a_line_a_minute_for_each_reason() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let forgeries = [
        // The id of the key begins with the second character.
        (
            "reason=UnknownKey",
            forged(&pair, "__Host-session=".len() + 3),
        ),
        ("reason=Auth", forged(&pair, pair.len() - 3)),
    ];
    for (reason, forgery) in &forgeries {
        let told = shown(|| read(&cookie, forgery, [0; 1_000]));
        check(&told, Level::INFO, &[reason]);
        assert!(!told[0].fields.contains("left_out"), "{told:?}");
    }
    let told = shown(|| {
        for (_, forgery) in &forgeries {
            read(&cookie, forgery, [59, 60, 61]);
        }
    });
    check(&told, Level::INFO, &["left_out=1000 "; 2]);
    let told = shown(|| read(&cookie, &forgeries[0].1, [120]));
    check(&told, Level::INFO, &["left_out=1 "]);
}

/// As when an operator pushes an old ring while somebody forges cookies.
#[test]
fn forged_cookies_do_not_hide_sessions_under_a_key_that_the_ring_lost() {
    let keys = SharedKeyRing::from(key(0));
    let cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let lost = signed_in(&cookie);
    keys.replace(key(1)).unwrap();
    let forgery = forged(&lost, "__Host-session=".len() + 3);
    let told = shown(|| {
        read(&cookie, &forgery, 0..50);
        read(&cookie, &lost, 50..59);
    });
    check(
        &told,
        Level::INFO,
        &["reason=UnknownKey key_id=", "known=\"dropped\" "],
    );
    assert!(!told[0].fields.contains("known="), "{told:?}");
    let key_id = format!("key_id={} ", key(0).id());
    assert!(told[1].fields.contains(&key_id), "{told:?}");
}

const LACKING: &str = "this program has no `remember_up_to`";

/// A visitor who was remembered for 30 days by one program, and is signed out by another one after half an hour.
#[test]
fn a_remembered_session_is_warned_of_where_none_is_remembered() {
    let pair = remembered();
    let cookie = cookie();
    let told = shown(|| read(&cookie, &pair, [1, 2, 60]));
    check(&told, Level::WARN, &[LACKING]);
    assert!(
        told[0].fields.contains("purpose=\"__Host-session\""),
        "{told:?}"
    );
    // Also when it is over here, and lives on where it came from.
    let told = shown(|| {
        let session = cookie.load([&pair], at(1_900));
        assert_eq!(reason(&session), Some(Reason::Idle));
    });
    check(&told, Level::WARN, &[LACKING]);
    assert!(!month().load([&pair], at(1_900)).is_new());
}

/// As a mistyped `not_before` does, with which nobody can stay signed in. The cookie told of it when it was built.
#[test]
fn a_session_that_a_not_before_in_the_future_refuses_is_warned_of_every_five_minutes() {
    let pair = signed_in(&cookie());
    let ahead = builder().not_before(at(DAY)).build().unwrap();
    let told = shown(|| read(&ahead, &pair, (0..900).step_by(10)));
    let left = ["ahead_by=86400 ", "ahead_by=86100 ", "ahead_by=85800 "];
    check(&told, Level::WARN, &left);
    assert!(
        told[0].fields.contains("`not_before` is in the future"),
        "{told:?}"
    );
    // Sessions from before one that has passed are no mistake.
    let passed = builder().not_before(at(1)).build().unwrap();
    assert!(shown(|| read(&passed, &pair, 2..900)).is_empty());
}

#[test]
fn a_clock_that_was_set_back_begins_another_minute() {
    let pair = remembered();
    let cookie = cookie();
    let told = shown(|| read(&cookie, &pair, [1_000, 100, 101]));
    check(&told, Level::WARN, &[LACKING, LACKING]);
}

#[test]
fn a_program_that_remembers_less_or_a_session_that_is_not_remembered_are_no_mistakes() {
    let pair = remembered();
    let less = builder().remember_up_to(days(1)).build().unwrap();
    assert!(shown(|| read(&less, &pair, [1])).is_empty());
    let cookie = cookie();
    assert!(shown(|| read(&cookie, &signed_in(&cookie), [1])).is_empty());
}
