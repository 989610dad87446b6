//! Sessions while their keys rotate.

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie,
    carrier::Padding,
    keys::{IntoKeys, RingKey, SharedKeyRing},
    session::{Outcome, Reason},
};

use super::{
    common::{HOUR, READ, REFRESHED, Visit, at, check, key, sealed, signed_in, token_of},
    look,
};

fn cookie(keys: impl IntoKeys<EncryptionKey>) -> SessionCookie {
    SessionCookie::encrypted(keys).build().unwrap()
}

/// A ring of these keys, the first of which seals.
fn ring<const N: usize>(keys: [usize; N]) -> KeyRing<EncryptionKey> {
    KeyRing::from_keys(keys.map(key)).unwrap()
}

#[test]
fn a_session_under_an_earlier_key_is_sealed_again_with_nothing_else_changed() {
    let (old, new) = (cookie(key(0)), cookie(ring([1, 0])));
    let pair = sealed(&old, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let id = old.load([&pair], at(0)).id();
    let answer = check(&Visit::to(&new).with(&pair).at(100), look, REFRESHED);
    assert_eq!(answer.pair().len(), pair.len());
    assert_ne!(answer.pair(), pair);
    // Under the new key alone.
    let session = cookie(key(1)).load([answer.pair()], at(200));
    assert_eq!(
        session.outcome(),
        Outcome::Opened {
            key_id: key(1).id()
        }
    );
    assert_eq!(session.get("user").unwrap(), Some(42));
    assert_eq!(session.id(), id);
    assert_eq!(session.created_at(), Some(at(0)));
    assert_eq!(session.last_active_at(), Some(at(0)));
    // It is sealed again only once.
    check(&Visit::to(&new).with(answer.pair()).at(100), look, READ);
}

#[test]
fn a_session_that_is_sealed_again_keeps_the_padding_that_it_had() {
    let padded = SessionCookie::encrypted(key(0)).padding(Padding::Padme);
    let padded = padded.build().unwrap();
    let plain = |keys| SessionCookie::encrypted(keys).build().unwrap();
    let pair = sealed(&padded, at(0), |session| {
        session.insert("note", "a".repeat(100)).unwrap();
    });
    let unpadded = sealed(&plain(ring([0])), at(0), |session| {
        session.insert("note", "a".repeat(100)).unwrap();
    });
    assert!(pair.len() > unpadded.len());
    let answer = check(
        &Visit::to(&plain(ring([1, 0]))).with(&pair).at(100),
        look,
        REFRESHED,
    );
    assert_eq!(answer.pair().len(), pair.len());
    // With a refresh it is written anew.
    let later = Visit::to(&plain(ring([1, 0]))).with(&pair).at(1_000);
    assert!(check(&later, look, REFRESHED).pair().len() < pair.len());
}

/// Key 0 seals at first, key 1 an hour after the tests begin.
fn staged() -> SessionCookie {
    let later = RingKey::new(key(1)).seal_from(at(HOUR));
    cookie(KeyRing::from_keys([RingKey::new(key(0)), later]).unwrap())
}

#[test]
fn a_session_is_sealed_again_from_the_second_at_which_another_key_seals() {
    let begun = HOUR - 10;
    let pair = sealed(&staged(), at(begun), |session| {
        session.insert("user", 42).unwrap()
    });
    check(&Visit::to(&staged()).with(&pair).at(HOUR - 1), look, READ);
    check(&Visit::to(&staged()).with(&pair).at(HOUR), look, REFRESHED);
}

/// Without a `seal_from` a ring does not tell since when the next key seals.
#[test]
fn a_key_that_retires_at_once_is_refused_only_where_the_next_one_has_a_time() {
    let retiring = || RingKey::new(key(0)).accept_until(at(60));
    let build =
        |next| SessionCookie::encrypted(KeyRing::from_keys([next, retiring()]).unwrap()).build();
    assert!(build(RingKey::new(key(1)).seal_from(at(0))).is_err());
    assert!(build(RingKey::new(key(1))).is_ok());
}

#[test]
fn a_ring_can_be_replaced_while_it_is_in_use() {
    let shared = SharedKeyRing::new(key(0));
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
fn rings_that_seal_with_different_keys_have_different_fingerprints() {
    assert_ne!(ring([0, 1]).fingerprint(), ring([1, 0]).fingerprint());
    // If times decide, the order of the list makes no difference.
    let (first, second) = (
        || RingKey::new(key(0)).seal_from(at(10)),
        || RingKey::new(key(1)).seal_from(at(20)),
    );
    let listed = KeyRing::from_keys([first(), second()]).unwrap();
    let other_way_round = KeyRing::from_keys([second(), first()]).unwrap();
    assert_eq!(listed.fingerprint(), other_way_round.fingerprint());
}

#[test]
fn a_session_moves_between_suites() {
    let other = EncryptionKey::generate_xchacha20().unwrap();
    let other_id = other.id();
    let both = cookie(KeyRing::from_keys([other, key(0)]).unwrap());
    let pair = signed_in(&cookie(key(0)));
    let answer = check(&Visit::to(&both).with(&pair).at(1), look, REFRESHED);
    assert_eq!(token_of(answer.pair()).len(), token_of(&pair).len());
    let session = both.load([answer.pair()], at(1));
    assert_eq!(session.outcome(), Outcome::Opened { key_id: other_id });
}

#[test]
fn a_key_that_has_retired_is_not_in_use() {
    let retiring = RingKey::new(key(0)).accept_until(at(24 * HOUR));
    let next = RingKey::new(key(1)).seal_from(at(HOUR));
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
