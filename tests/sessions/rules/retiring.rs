//! A key opens nothing from its `accept_until` on, whoever uses it: sessions, CSRF tokens, streams, proofs of companions, and
//! pages about the keys.

use std::{
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    Clock, Context, KeyRing, SessionCookie, SessionHeader, SessionToken,
    carrier::TokenChange,
    companion::{Companion, Seal, Setup},
    keys::{KeyRole, RingEvent, RingKey, SharedKeyRing},
    session::{Outcome, Reason},
};

use super::common::{
    HOUR, accepted_keys, at, companion::Admits, key, pair_of, says, sealed, signed_in,
};

/// Key 1 seals from this second on. Key 0, under which everything of these tests was sealed in second 0, is needed for half
/// an hour and a minute more.
const TURN: u64 = 600;

/// When key 0 ends: as key 1 begins, with the next second, too early, and when it is needed no more.
const ENDS: [u64; 4] = [TURN, TURN + 1, TURN + 300, TURN + 1860];

fn retiring(end: u64) -> KeyRing {
    let old = RingKey::from(key(0)).accept_until(at(end));
    KeyRing::from_keys([RingKey::from(key(1)).seal_from(at(TURN)), old]).unwrap()
}

/// Asserts that something opens in the last second of key 0, and not in the next one. `under` builds what opens it, of a ring
/// that is as it is or is replaced later.
#[track_caller]
fn check<Opens: Fn(u64) -> bool>(under: impl Fn(&SharedKeyRing) -> Opens) {
    for end in ENDS {
        let shared = SharedKeyRing::from(KeyRing::from_keys([key(0), key(1)]).unwrap());
        let [built, replaced] = [&retiring(end).into(), &shared].map(&under);
        assert!(replaced(end));
        shared.replace(retiring(end)).unwrap();
        for opens in [built, replaced] {
            assert_eq!([end - 1, end].map(opens), [true, false], "{end}");
        }
    }
}

/// A cookie whose sessions last for longer than every key.
fn site(keys: &SharedKeyRing) -> SessionCookie {
    let site = SessionCookie::encrypted(keys.clone()).idle_timeout(None);
    site.build().unwrap()
}

/// A cookie of the same name and settings, which has key 0 alone.
fn before() -> SessionCookie {
    site(&key(0).into())
}

#[test]
fn sessions_in_cookies_headers_and_tokens() {
    let pair = signed_in(&before());
    check(|keys| {
        let site = site(keys);
        let pair = pair.clone();
        move |now| match site.load([&pair], at(now)).outcome() {
            Outcome::OpenedUnderAcceptedKey { .. } | Outcome::Opened { .. } => true,
            Outcome::Rejected { reason, .. } => {
                assert_eq!(reason, Reason::RetiredKey);
                false
            }
            outcome => panic!("{outcome:?}"),
        }
    });
    let stored = |change| match change {
        TokenChange::Store(token) => token,
        change => panic!("{change:?}"),
    };
    let header = |keys: &SharedKeyRing| {
        let header = SessionHeader::encrypted(keys.clone(), "x-session");
        header.idle_timeout(None).build().unwrap()
    };
    let of_old = header(&key(0).into());
    let session = of_old.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let token = stored(of_old.save(&session).unwrap());
    check(|keys| {
        let (header, token) = (header(keys), token.clone());
        move |now| !header.load([&token], at(now)).is_new()
    });
    let bare = |keys: &SharedKeyRing| {
        let bare = SessionToken::encrypted(keys.clone(), "mobile");
        bare.idle_timeout(None).build().unwrap()
    };
    let of_old = bare(&key(0).into());
    let session = of_old.load(None::<&str>, at(0));
    session.insert("user", 42).unwrap();
    let token = stored(of_old.save(&session).unwrap());
    check(|keys| {
        let (bare, token) = (bare(keys), token.clone());
        move |now| !bare.load(Some(&token), at(now)).is_new()
    });
}

/// Of a session that was sealed again under the next key.
#[test]
fn csrf_tokens() {
    let mut token = String::new();
    let pair = sealed(&before(), at(0), |session| {
        session.insert("user", 42).unwrap();
        token = session.csrf_token().unwrap();
    });
    check(|keys| {
        let (site, pair, token) = (site(keys), pair.clone(), token.clone());
        move |now| {
            let session = site.load([&pair], at(now.min(TURN)));
            session.insert("visits", 1).unwrap();
            let fields = site.save(&session).unwrap();
            let pair = pair_of(fields.iter().next().unwrap()).to_owned();
            let session = site.load([pair], at(now));
            assert!(!session.is_new());
            session.verify_csrf(&token).is_ok()
        }
    });
}

#[test]
fn streams() {
    let pair = signed_in(&before());
    check(|keys| {
        let clock = Arc::new(Mutex::new(at(1)));
        let shown = Arc::clone(&clock);
        let session = site(keys).load([&pair], Clock::from_fn(move || *shown.lock().unwrap()));
        assert!(session.is_alive());
        move |now| {
            *clock.lock().unwrap() = at(now);
            session.is_alive()
        }
    });
}

/// A cookie with a companion, and the seal of that.
fn with_seal(keys: &SharedKeyRing) -> (SessionCookie, Arc<OnceLock<Seal>>) {
    let given = Arc::<OnceLock<Seal>>::default();
    let to = Arc::clone(&given);
    let prepare = move |setup: &Setup<'_>| {
        to.get_or_init(|| setup.seal("proof", None).unwrap());
        Ok(Arc::new(Admits(|| Ok(Vec::new()))) as Arc<dyn Companion>)
    };
    let site = SessionCookie::encrypted(keys.clone()).companion(prepare);
    (site.build().unwrap(), given)
}

#[test]
fn proofs_of_companions() {
    let context = Context::default();
    let (old, seal) = with_seal(&key(0).into());
    let id = {
        let session = old.load(None::<&str>, at(0));
        session.ensure_id().unwrap()
    };
    let seal = seal.get().unwrap();
    let proof = seal.seal(&context, id, at(0), &[7; 16], at(0)).unwrap();
    check(|keys| {
        let ((site, seal), context, proof) = (with_seal(keys), context.clone(), proof.clone());
        move |now| {
            assert!(site.keys_in_use(at(now)).accepts.contains(&key(1).id()));
            match seal.get().unwrap().open::<16>(&context, &proof, at(now)) {
                Ok((about, _, payload)) => about == id && payload == [7; 16],
                Err(reason) => {
                    assert_eq!(reason, Reason::RetiredKey);
                    false
                }
            }
        }
    });
}

#[test]
fn pages_about_the_keys() {
    let (old, key_1) = (key(0).id(), key(1).id());
    for end in ENDS {
        let ring = retiring(end);
        let site = site(&ring.clone().into());
        for (now, opens) in [(end - 1, true), (end, false)] {
            let keys = site.keys_in_use(at(now));
            assert_eq!(keys.accepts.contains(&old), opens);
            let (key, role) = if now < TURN {
                (key_1, KeyRole::Sealing)
            } else {
                (old, KeyRole::Retired)
            };
            let at = at(end);
            assert_eq!(keys.next, opens.then_some(RingEvent { at, key, role }));
        }
        let before = match end {
            TURN => KeyRole::Sealing,
            _ => KeyRole::Accepted,
        };
        assert_eq!(ring.role(old, at(end - 1)), Some(before));
        assert_eq!(ring.role(old, at(end)), Some(KeyRole::Retired));
        assert_eq!(accepted_keys(&ring, at(end)), [key_1]);
    }
}

#[test]
fn a_forgery_under_a_key_that_was_retired_is_not_sealed_again_under_the_next_one() {
    for end in ENDS {
        let forged = sealed(&before(), at(end), |session| {
            session.insert("user", 1).unwrap();
        });
        let site = site(&retiring(end).into());
        let session = site.load([&forged], at(end));
        assert!(session.is_new() && session.is_empty());
        assert!(site.save(&session).unwrap().is_empty());
    }
}

/// Also of a request that came in the last second of the old key, and is answered later.
#[test]
fn nothing_comes_under_the_next_key_where_the_earlier_one_ends_as_it_begins() {
    let forged = signed_in(&before());
    let site = site(&retiring(TURN).into());
    for now in [1, TURN - 1, TURN, TURN + 1] {
        let session = site.load([&forged], at(now));
        assert_eq!(session.is_new(), now >= TURN);
        session.insert("visits", 1).unwrap();
        let fields = site.save(&session).unwrap();
        let written = site.load([pair_of(fields.iter().next().unwrap())], at(TURN));
        assert_eq!(written.get::<u64>("user").unwrap(), None);
        assert_eq!(written.is_new(), now < TURN);
    }
}

#[test]
fn a_ring_that_retires_a_key_too_early_has_the_fingerprint_of_its_text() {
    let keys = SharedKeyRing::from(key(0));
    let site = site(&keys);
    keys.replace(retiring(TURN + 1)).unwrap();
    let expected = retiring(TURN + 1).fingerprint();
    assert_eq!(keys.current().fingerprint(), expected);
    assert_eq!(site.keys_in_use(at(0)).fingerprint, expected);
}

/// Keys 0 to 2, each of which seals for an hour and opens for `overlaps` seconds more.
fn in_turn(overlaps: [i64; 2]) -> [RingKey; 3] {
    [0, 1, 2].map(|number| {
        let from = number as u64 * HOUR;
        let key = RingKey::from(key(number)).seal_from(at(from));
        match overlaps.get(number) {
            Some(&overlap) => key.accept_until(at((from + HOUR).saturating_add_signed(overlap))),
            None => key,
        }
    })
}

#[test]
fn a_key_that_retires_before_the_next_one_seals_is_refused_wherever_it_stands() {
    assert!(KeyRing::from_keys(in_turn([0, 0])).is_ok());
    for (overlaps, number) in [([-1, 0], 0), ([0, -1], 1)] {
        let sentence = KeyRing::from_keys(in_turn(overlaps))
            .unwrap_err()
            .to_string();
        let [key, next] = [number, number + 1].map(|number| key(number).id());
        assert!(
            sentence.starts_with(&format!("key {key} retires at ")),
            "{sentence}"
        );
        assert!(
            sentence.contains(&format!("but key {next} seals only")),
            "{sentence}"
        );
    }
}

#[test]
fn a_key_that_is_listed_twice_is_refused_wherever_it_stands() {
    for number in 0..3 {
        let again = RingKey::from(key(number));
        let ring = KeyRing::from_keys(in_turn([1, 1]).into_iter().chain([again]));
        assert!(says(
            &ring,
            &format!("key {} is listed twice", key(number).id())
        ));
    }
}

#[test]
fn a_time_before_the_format_begins_is_refused_wherever_it_stands() {
    let begin = UNIX_EPOCH + Duration::from_secs(1_767_225_600);
    type SetTime = fn(RingKey, SystemTime) -> RingKey;
    let set: [SetTime; 2] = [RingKey::seal_from, RingKey::accept_until];
    for set_time in set {
        for place in 0..3 {
            let ring = |time| {
                KeyRing::from_keys([0, 1, 2].map(|number| {
                    let key = RingKey::from(key(number));
                    if number == place {
                        set_time(key, time)
                    } else {
                        key
                    }
                }))
            };
            let id = key(place).id();
            let sentence =
                format!("key {id} has a `seal_from` or `accept_until` before 2026-01-01");
            let is_refused = |time| says(&ring(time), &sentence);
            assert!(is_refused(begin - Duration::from_secs(1)), "{place}");
            assert!(is_refused(UNIX_EPOCH), "{place}");
            assert!(!is_refused(begin), "{place}");
        }
    }
}
