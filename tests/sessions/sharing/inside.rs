//! A session used inside its own `read` and `update`.

use std::{convert::Infallible, future::ready};

use hardtack::{
    Session, SessionError,
    session::{Map, Payload, Validity::Valid},
};

use super::{
    Pair,
    common::{at, block_on, builder, cookie, says, sealed, seconds},
    count, in_time, pair_session, pairs, panic_of, session,
};

#[test]
fn reading_may_use_the_session() {
    in_time(|| {
        let session = pair_session();
        session.read(|pair| {
            assert_eq!(session.id(), None);
            assert_eq!(session.created_at(), Some(at(0)));
            assert!(!session.is_new());
            let id = session.ensure_id().unwrap();
            assert_eq!(session.id(), Some(id));
            session.read(|again| assert_eq!(pair, again));
        });
    });
}

#[test]
fn what_is_read_stays_as_it_was_while_it_is_read() {
    in_time(|| {
        let session = pair_session();
        session.read(|before| {
            session.update(|pair| pair.set(8)).unwrap();
            session.read(|after| assert_eq!((before.left, after.left), (7, 8)));
            session.replace(Pair::default()).unwrap();
            session.invalidate().unwrap();
            assert_eq!((before.left, before.right), (7, 7));
        });
        session.read(|pair| assert_eq!(*pair, Pair::default()));
    });
}

type Work<T> = (&'static str, fn(&Session<T>) -> Result<(), SessionError>);

/// Calls that every kind of session has.
fn works<T: Payload>() -> Vec<Work<T>> {
    vec![
        ("clear", |session| session.clear()),
        ("ensure_id", |session| session.ensure_id().map(drop)),
        ("renew", |session| session.renew()),
        ("renew_id", |session| session.renew_id()),
        ("invalidate", |session| session.invalidate().map(drop)),
        ("discard", |session| session.discard()),
        ("save", |session| session.save()),
        ("sign_in", |session| session.sign_in().map(drop)),
        ("limit_to", |session| session.limit_to(seconds(60))),
        ("remember_for", |session| {
            session.remember_for(seconds(60)).map(drop)
        }),
        ("forget", |session| session.forget()),
        ("flash", |session| session.flash("", "text")),
        ("flash_once", |session| session.flash_once("", "text")),
        ("take_flashes", |session| session.take_flashes("").map(drop)),
        ("csrf_token", |session| session.csrf_token().map(drop)),
    ]
}

#[test]
fn every_result_inside_an_update_is_an_error() {
    let of_dictionaries: [Work<Map>; 7] = [
        ("get", |session| session.get::<u32>("count").map(drop)),
        ("to", |session| {
            session.deserialize::<serde_json::Value>().map(drop)
        }),
        ("insert", |session| session.insert("count", 8)),
        ("update", |session| {
            session.update("count", |_: &mut u32| ())
        }),
        ("remove", |session| session.remove("count").map(drop)),
        ("take", |session| session.take::<u32>("count").map(drop)),
        ("insert of a clone", |session| {
            session.clone().insert("count", 8)
        }),
    ];
    for (name, work) in works().into_iter().chain(of_dictionaries) {
        in_time(move || {
            let session = session();
            let change = |value: &mut u32| {
                assert!(
                    matches!(work(&session), Err(SessionError::InsideUpdate)),
                    "{name}"
                );
                *value += 1;
            };
            session.update("count", change).unwrap();
            assert_eq!(count(&session), 8, "{name}");
            assert_eq!((session.len(), session.id()), (1, None), "{name}");
        });
    }
}

#[test]
fn every_result_inside_a_typed_update_is_an_error() {
    let of_types: [Work<Pair>; 2] = [
        ("update", |session| session.update(|pair| pair.set(9))),
        ("replace", |session| session.replace(Pair::default())),
    ];
    for (name, work) in works().into_iter().chain(of_types) {
        in_time(move || {
            let session = pair_session();
            let change = |pair: &mut Pair| {
                assert!(
                    matches!(work(&session), Err(SessionError::InsideUpdate)),
                    "{name}"
                );
                pair.set(8);
            };
            session.update(change).unwrap();
            session.read(|pair| assert_eq!((pair.left, pair.right), (8, 8), "{name}"));
            assert_eq!(session.id(), None, "{name}");
        });
    }
}

#[test]
fn an_accessor_without_a_result_panics_inside_an_update_and_harms_nothing() {
    type Look = fn(&Session);
    let looks: &[(&str, Look)] = &[
        ("contains", |session| _ = session.contains_key("count")),
        ("keys", |session| _ = session.keys()),
        ("len", |session| _ = session.len()),
        ("is_empty", |session| _ = session.is_empty()),
        ("id", |session| _ = session.id()),
        ("is_new", |session| _ = session.is_new()),
        ("outcome", |session| _ = session.outcome()),
        ("created_at", |session| _ = session.created_at()),
        ("last_active_at", |session| _ = session.last_active_at()),
        ("expires_at", |session| _ = session.expires_at()),
        ("remaining_bytes", |session| _ = session.remaining_bytes()),
        ("size_report", |session| _ = session.size_report()),
        ("is_persistent", |session| _ = session.is_persistent()),
        ("is_recent", |session| _ = session.is_recent(seconds(60))),
        ("is_alive", |session| _ = session.is_alive()),
        ("flashes", |session| _ = session.flashes("")),
        ("verify_csrf", |session| _ = session.verify_csrf("token")),
        ("device", |session| _ = session.device()),
    ];
    for &(name, look) in looks {
        in_time(move || {
            let session = session();
            let change = |value: &mut u32| {
                *value += 1;
                look(&session);
            };
            let panic = panic_of(|| session.update("count", change));
            assert_eq!(panic, SessionError::InsideUpdate.to_string(), "{name}");
            assert_eq!(count(&session), 7, "{name}");
            session.insert("count", 8).unwrap();
            assert_eq!(count(&session), 8, "{name}");
        });
    }
}

#[test]
fn reading_panics_inside_a_typed_update_and_harms_nothing() {
    in_time(|| {
        let session = pair_session();
        let change = |pair: &mut Pair| {
            pair.set(8);
            session.read(|pair| pair.left)
        };
        let panic = panic_of(|| session.update(change));
        assert_eq!(panic, SessionError::InsideUpdate.to_string());
        session.read(|pair| assert_eq!((pair.left, pair.right), (7, 7)));
        session.update(|pair| pair.set(9)).unwrap();
        session.read(|pair| assert_eq!((pair.left, pair.right), (9, 9)));
    });
}

#[test]
fn asking_the_application_inside_an_update_is_an_error() {
    in_time(|| {
        let asking = builder().revalidate_after(seconds(60), |_| ready(Ok::<_, Infallible>(Valid)));
        let asking = asking.build().unwrap();
        let pair = sealed(&asking, at(0), |session| {
            session.insert("count", 7).unwrap()
        });
        let session = asking.load([pair], at(1));
        let ask = |_: &mut u32| block_on(session.validate());
        let answer = session.update("count", ask).unwrap();
        assert!(matches!(answer, Err(SessionError::InsideUpdate)));
    });
}

#[test]
fn another_session_can_be_used_inside_an_update() {
    in_time(|| {
        let (outer, inner) = (session(), session());
        let change = |value: &mut u32| {
            inner.insert("count", *value + 1).unwrap();
            let back = inner.update("count", |_: &mut u32| outer.get::<u32>("count").map(drop));
            assert!(matches!(back, Ok(Err(SessionError::InsideUpdate))));
            *value = count(&inner) + 1;
        };
        outer.update("count", change).unwrap();
        assert_eq!((count(&outer), count(&inner)), (9, 8));
    });
}

#[test]
fn saving_inside_an_update_is_an_error_and_the_session_goes_on() {
    in_time(|| {
        let session = session();
        let save = |value: &mut u32| {
            *value = 8;
            let saved = cookie().save(&session);
            assert!(says(&saved, "inside an `update`"));
        };
        session.update("count", save).unwrap();
        assert_eq!(cookie().save(&session).unwrap().iter().count(), 1);
        let session = pair_session();
        session
            .update(|_| assert!(pairs().save(&session).is_err()))
            .unwrap();
    });
}

#[test]
fn cloning_dropping_and_debug_printing_inside_an_update_is_fine() {
    in_time(|| {
        let session = session();
        session
            .update("count", |value: &mut u32| {
                *value += format!("{:?}", session.clone()).len() as u32
            })
            .unwrap();
        assert!(count(&session) > 7);
    });
}
