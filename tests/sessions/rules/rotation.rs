//! Sessions while their keys rotate.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use hardtack::{
    Clock, EncryptionKey, KeyRing, Session, SessionCookie, SessionError, SessionHeader,
    SessionToken,
    carrier::TokenChange,
    keys::{RingKey, SharedKeyRing},
    session::{Outcome, Reason},
};

use super::{
    Work,
    common::{
        ENDED, HOUR, READ, REFRESHED, Visit, WRITTEN, at, check, key, sealed, seconds, signed_in,
    },
    look,
};

fn cookie(keys: impl Into<SharedKeyRing>) -> SessionCookie {
    SessionCookie::encrypted(keys).build().unwrap()
}

/// A ring of these keys, the first of which seals.
fn ring<const N: usize>(keys: [usize; N]) -> KeyRing {
    KeyRing::from_keys(keys.map(key)).unwrap()
}

/// Without a `seal_from` a ring does not tell since when the next key seals.
#[test]
fn a_ring_can_be_replaced_while_it_is_in_use() {
    let shared = SharedKeyRing::from(key(0));
    let rotating = cookie(shared.clone());
    let pair = signed_in(&rotating);
    check(&Visit::to(&rotating).with(&pair), look, READ);

    shared.replace(ring([1, 0])).unwrap();
    let answer = check(&Visit::to(&rotating).with(&pair), look, REFRESHED);

    shared.replace(key(1)).unwrap();
    check(&Visit::to(&rotating).with(answer.pair()), look, READ);
    let session = rotating.load([&pair], at(0));
    assert!(matches!(
        session.outcome(),
        Outcome::Rejected {
            reason: Reason::UnknownKey,
            ..
        }
    ));
}

#[test]
fn two_keys_with_one_id_are_refused_with_advice() {
    let [first, second] = [
        "hardtack_key_v1_xaes_UhQpxLolwtNca5QsNcZuS2Xe9sOeteyRen3XxYgeSej49TF9",
        "hardtack_key_v1_xaes_-GgNn9zHhZrObij-rLw1zhdfg_vlQK0BJDq3pjHjvoPlHG5S",
    ]
    .map(|text| text.parse::<EncryptionKey>().unwrap());
    assert_eq!(first.id(), second.id());
    let refused = KeyRing::from_keys([first, second]).unwrap_err().to_string();
    assert!(
        refused.starts_with("key a6662840 is listed twice"),
        "{refused}"
    );
    assert!(refused.ends_with("so generate another key"), "{refused}");
}

#[test]
fn a_key_that_has_retired_is_not_in_use() {
    let retiring = RingKey::from(key(0)).accept_until(at(24 * HOUR));
    let next = RingKey::from(key(1)).seal_from(at(HOUR));
    let cookie = cookie(KeyRing::from_keys([retiring, next]).unwrap());
    let [old, new] = [key(0).id(), key(1).id()];
    for (now, seals, accepts) in [
        (0, old, &[old, new][..]),
        (HOUR, new, &[old, new]),
        (24 * HOUR - 1, new, &[old, new]),
        (24 * HOUR, new, &[new]),
    ] {
        let keys = cookie.keys_in_use(at(now));
        assert_eq!((keys.seals, &*keys.accepts), (seals, accepts), "{now}");
    }
}

/// Uses of a session whose results keep something of it. With `look` a refresh is due.
const KEEPING: [Work; 8] = [
    look,
    |session| session.insert("user", 43),
    |session| session.renew(),
    |session| session.renew_id().map(drop),
    |session| session.remember_for(seconds(50_000)).map(drop),
    |session| session.flash("", "hello"),
    |session| session.save(),
    |session| {
        session.renew()?;
        session.insert("user", 43)?;
        session.save()
    },
];

/// Work that looks at its session under key 0, and goes on after `shared` was replaced by `next`.
fn overtaken(
    shared: &SharedKeyRing,
    next: KeyRing,
    work: Work,
) -> impl Fn(&Session) -> Result<(), SessionError> + Send + Sync + 'static {
    let shared = shared.clone();
    move |session| {
        // For each adapter again.
        shared.replace(key(0)).unwrap();
        look(session)?;
        shared.replace(next.clone()).unwrap();
        work(session)
    }
}

fn remembering(keys: impl Into<SharedKeyRing>) -> SessionCookie {
    let builder = SessionCookie::encrypted(keys);
    builder.remember_up_to(seconds(100_000)).build().unwrap()
}

#[test]
fn a_session_whose_key_is_dropped_between_load_and_save_is_not_sealed_under_the_new_one() {
    let shared = SharedKeyRing::from(key(0));
    let site = remembering(shared.clone());
    let pair = signed_in(&site);
    let visit = Visit::to(&site).with(&pair).at(600);
    // Key 0 is gone, or has retired.
    let retired = RingKey::from(key(0)).accept_until(at(600));
    let retired = KeyRing::from_keys([RingKey::from(key(1)), retired]).unwrap();
    for next in [ring([1]), ring([1, 2]), retired] {
        for work in KEEPING {
            check(&visit, overtaken(&shared, next.clone(), work), READ);
        }
    }
    // A change that was made before.
    let change = |session: &Session| session.insert("user", 43);
    let keys = shared.clone();
    let work = move |session: &Session| {
        keys.replace(key(0)).unwrap();
        change(session)?;
        keys.replace(key(1)).unwrap();
        Ok(())
    };
    check(&visit, work, READ);
}

#[test]
fn neither_is_one_in_a_header_or_a_token() {
    let shared = SharedKeyRing::from(key(0));
    let header = SessionHeader::encrypted(shared.clone(), "x-session");
    let header = header.remember_up_to(seconds(100_000)).build().unwrap();
    let tokens = SessionToken::encrypted(shared.clone(), "mobile");
    let tokens = tokens.remember_up_to(seconds(100_000)).build().unwrap();
    let set = |change| match change {
        TokenChange::Store(token) => token,
        other => panic!("{other:?}"),
    };
    let [first, second] = [
        header.load(None::<&str>, at(0)),
        tokens.load(None::<&str>, at(0)),
    ];
    first.insert("user", 42).unwrap();
    second.insert("user", 42).unwrap();
    let in_header = set(header.save(&first).unwrap());
    let in_token = set(tokens.save(&second).unwrap());
    for work in KEEPING {
        let work = overtaken(&shared, ring([1]), work);
        let session = header.load([&in_header], at(600));
        work(&session).unwrap();
        assert_eq!(header.save(&session).unwrap(), TokenChange::Keep);
        shared.replace(key(0)).unwrap();
        let session = tokens.load(Some(&in_token), at(600));
        work(&session).unwrap();
        assert_eq!(tokens.save(&session).unwrap(), TokenChange::Keep);
    }
}

#[test]
fn a_session_whose_key_is_dropped_can_be_ended_and_another_begun() {
    let shared = SharedKeyRing::from(key(0));
    let site = remembering(shared.clone());
    let pair = sealed(&site, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.flash("", "of before").unwrap();
        session.remember_for(seconds(50_000)).unwrap();
    });
    let visit = Visit::to(&site).with(&pair).at(600);
    let ends: [Work; 4] = [
        |session| session.invalidate().map(drop),
        |session| session.clear(),
        // What is put in after that has the dates of before.
        |session| {
            session.clear()?;
            session.flash("", "goodbye")
        },
        |session| session.remove("user").and_then(|_| session.clear()),
    ];
    for work in ends {
        check(&visit, overtaken(&shared, ring([1]), work), ENDED);
    }
    let begins: [Work; 2] = [
        |session| session.sign_in().map(drop),
        |session| {
            session.invalidate()?;
            session.renew()
        },
    ];
    for work in begins {
        let answer = check(&visit, overtaken(&shared, ring([1]), work), WRITTEN);
        let session = site.load([answer.pair()], at(600));
        assert_eq!(
            session.outcome(),
            Outcome::Opened {
                key_id: key(1).id()
            }
        );
        assert_eq!(session.created_at(), Some(at(600)));
        assert!(session.is_empty() && !session.is_persistent());
        assert!(session.take_flashes("").unwrap().is_empty());
    }
}

#[test]
fn a_session_whose_key_stays_accepted_is_carried_over_while_its_request_runs() {
    let shared = SharedKeyRing::from(key(0));
    let site = remembering(shared.clone());
    let pair = signed_in(&site);
    let visit = Visit::to(&site).with(&pair).at(100);
    // The request began a second before.
    let retiring = RingKey::from(key(0)).accept_until(at(101));
    let retiring = KeyRing::from_keys([RingKey::from(key(1)), retiring]).unwrap();
    for next in [ring([1, 0]), retiring] {
        let work = overtaken(&shared, next, look);
        let answer = check(&visit, work, REFRESHED);
        let session = cookie(key(1)).load([answer.pair()], at(101));
        assert_eq!(session.get("user").unwrap(), Some(42));
    }
}

#[test]
fn a_request_that_goes_on_after_its_key_has_retired_loses_nothing() {
    let keys = [
        RingKey::from(key(0)).accept_until(at(HOUR)),
        RingKey::from(key(1)).seal_from(at(10)),
    ];
    let site = remembering(KeyRing::from_keys(keys).unwrap());
    let pair = sealed(&site, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.remember_for(seconds(50_000)).unwrap();
    });
    let now = Arc::new(AtomicU64::new(HOUR - 1));
    let clock = Arc::clone(&now);
    let clock = Clock::from_fn(move || at(clock.load(Ordering::Relaxed)));
    let session = site.load([&pair], clock);
    session.insert("visits", 1).unwrap();
    now.store(HOUR, Ordering::Relaxed);
    let fields = site.save(&session).unwrap();
    assert!(site.load([&pair], at(HOUR)).is_new());
    let session = site.load(&fields, at(HOUR));
    assert_eq!(
        session.outcome(),
        Outcome::Opened {
            key_id: key(1).id()
        }
    );
    assert_eq!(session.keys(), ["user", "visits"]);
}

#[test]
fn a_session_that_not_before_refuses_by_now_is_not_renewed() {
    let shared = SharedKeyRing::from(key(0));
    let pair = signed_in(&cookie(key(0)));
    for work in KEEPING {
        // Of the ring.
        let site = remembering(shared.clone());
        let next = ring([0]).with_not_before(at(1));
        let work_of_ring = overtaken(&shared, next, work);
        check(&Visit::to(&site).with(&pair).at(600), work_of_ring, READ);
        // Of the cookie.
        shared.replace(key(0)).unwrap();
        let session = site.load([&pair], at(600));
        look(&session).unwrap();
        site.raise_not_before(at(1));
        work(&session).unwrap();
        assert!(site.save(&session).unwrap().is_empty());
    }
}
