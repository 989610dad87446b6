//! An `update` that fails changes nothing.

use hardtack::{Session, SessionError};
use serde::{Deserialize, Serialize};

use super::{
    Pair, UNWRITABLE,
    common::{at, cookie},
    count, pair_session, pairs, panic_of, session,
};

/// The session is as it arrived and can be used.
#[track_caller]
fn assert_as_before(session: &Session) {
    assert_eq!(session.keys(), ["count"]);
    assert_eq!(count(session), 7);
    session
        .update("count", |count: &mut u32| *count += 1)
        .unwrap();
    assert_eq!(count(session), 8);
    session.insert("count", 7).unwrap();
    assert!(cookie().save(session).unwrap().is_empty());
}

#[track_caller]
fn assert_pair_as_before(session: &Session<Pair>) {
    let seven = |pair: &Pair| assert_eq!((pair.left, pair.right, &*pair.text), (7, 7, ""));
    session.read(seven);
    session.update(|pair| pair.set(8)).unwrap();
    session.update(|pair| pair.set(7)).unwrap();
    session.read(seven);
    assert!(pairs().save(session).unwrap().is_empty());
}

fn set_and_panic(pair: &mut Pair) {
    pair.left = 8;
    panic!("on purpose");
}

#[test]
fn a_panic_inside_an_update_changes_nothing() {
    let session = session();
    let change = |count: &mut u32| {
        *count = 8;
        panic!("on purpose");
    };
    assert_eq!(panic_of(|| session.update("count", change)), "on purpose");
    let change = |_: &mut u32| panic!("on purpose");
    assert_eq!(panic_of(|| session.update("other", change)), "on purpose");
    assert_as_before(&session);
}

#[test]
fn a_panic_inside_a_typed_update_changes_nothing() {
    let session = pair_session();
    // Before it was read for the first time, and after.
    for _ in 0..2 {
        assert_eq!(panic_of(|| session.update(set_and_panic)), "on purpose");
        session.read(|pair| assert_eq!((pair.left, pair.right), (7, 7)));
    }
    assert_pair_as_before(&session);
}

#[test]
fn a_panic_goes_back_to_the_last_change_and_not_to_what_arrived() {
    let session = pair_session();
    session.update(|pair| pair.set(9)).unwrap();
    session.ensure_id().unwrap();
    assert_eq!(panic_of(|| session.update(set_and_panic)), "on purpose");
    session.read(|pair| assert_eq!((pair.left, pair.right), (9, 9)));
    let field = pairs().save(&session).unwrap().into_iter().next().unwrap();
    let saved = pairs().load([field.split(';').next().unwrap()], at(2));
    saved.read(|pair| assert_eq!((pair.left, pair.right), (9, 9)));
    assert_eq!(saved.id(), session.id());
}

#[test]
fn a_panic_in_a_new_session_leaves_it_empty() {
    let session = pairs().load(None::<&str>, at(0));
    assert_eq!(panic_of(|| session.update(set_and_panic)), "on purpose");
    session.read(|pair| assert_eq!(*pair, Pair::default()));
    assert!(pairs().save(&session).unwrap().is_empty());
}

#[test]
fn a_panic_while_somebody_reads_leaves_the_reader_and_the_session_as_they_were() {
    let session = pair_session();
    session.read(|before| {
        assert_eq!(panic_of(|| session.update(set_and_panic)), "on purpose");
        assert_eq!((before.left, before.right), (7, 7));
        session.read(|after| assert_eq!(after, before));
    });
    assert_pair_as_before(&session);
}

#[test]
fn a_panic_while_reading_harms_nothing() {
    let session = pair_session();
    assert_eq!(
        panic_of(|| session.read(|_| panic!("on purpose"))),
        "on purpose"
    );
    assert_pair_as_before(&session);
}

#[test]
fn what_does_not_fit_changes_nothing() {
    let large = "x".repeat(5000);
    let is_too_large = |error| matches!(error, SessionError::TooLarge(_));

    let session = session();
    let push = |text: &mut String| text.push_str(&large);
    assert!(is_too_large(session.update("text", push).unwrap_err()));
    assert!(is_too_large(session.insert("count", &large).unwrap_err()));
    assert!(is_too_large(session.insert(&large, 1).unwrap_err()));
    assert_as_before(&session);

    let session = pair_session();
    let push = |pair: &mut Pair| {
        pair.set(8);
        pair.text.push_str(&large);
    };
    assert!(is_too_large(session.update(push).unwrap_err()));
    session.read(|before| {
        assert!(is_too_large(session.update(push).unwrap_err()));
        assert_eq!((before.left, &*before.text), (7, ""));
    });
    let pair = Pair {
        text: large.clone(),
        ..Pair::default()
    };
    assert!(is_too_large(session.replace(pair).unwrap_err()));
    assert_pair_as_before(&session);
}

#[test]
fn what_cannot_be_encoded_changes_nothing() {
    #[derive(Default, Serialize, Deserialize)]
    struct Number(#[serde(serialize_with = "super::all_but_one")] u32);

    let session = session();
    let set = |number: &mut Number| number.0 = UNWRITABLE;
    assert!(matches!(
        session.update("number", set),
        Err(SessionError::Encode { .. })
    ));
    assert!(matches!(
        session.insert("count", Number(UNWRITABLE)),
        Err(SessionError::Encode { .. })
    ));
    assert_as_before(&session);

    let session = pair_session();
    assert!(matches!(
        session.update(|pair| pair.set(UNWRITABLE)),
        Err(SessionError::Encode { .. })
    ));
    let pair = Pair {
        left: UNWRITABLE,
        ..Pair::default()
    };
    assert!(matches!(
        session.replace(pair),
        Err(SessionError::Encode { .. })
    ));
    assert_pair_as_before(&session);
}

#[test]
fn a_value_of_another_type_changes_nothing() {
    let session = session();
    let change = |_: &mut String| unreachable!("there is no such value");
    assert!(matches!(
        session.update("count", change),
        Err(SessionError::Decode { .. })
    ));
    assert!(matches!(
        session.take::<String>("count"),
        Err(SessionError::Decode { .. })
    ));
    assert_as_before(&session);
}
