//! What was read before an action. Every handle has what holds after it, and nothing else is saved.

use std::panic::{AssertUnwindSafe, catch_unwind};

use hardtack::{
    Session, SessionError,
    session::{Map, Payload},
};

use super::{
    Work,
    common::{Login, at, builder_of, sealed, seconds},
};

/// Content of one number, by a type or in a dictionary.
trait Counting: Payload {
    fn count(session: &Session<Self>) -> u32;

    fn add(session: &Session<Self>, more: u32) -> Result<(), SessionError>;

    /// Changes the number in an update that does not fit.
    fn fail(session: &Session<Self>) -> Result<(), SessionError>;

    /// Changes the number in an update that panics.
    fn panic(session: &Session<Self>) -> Result<(), SessionError>;
}

fn caught(work: impl FnOnce() -> Result<(), SessionError>) -> Result<(), SessionError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_err();
    Ok(())
}

impl Counting for Login {
    fn count(session: &Session<Login>) -> u32 {
        session.read(|login| login.visits)
    }

    fn add(session: &Session<Login>, more: u32) -> Result<(), SessionError> {
        session.update(|login| login.visits += more)
    }

    fn fail(session: &Session<Login>) -> Result<(), SessionError> {
        let refused = session.update(|login| {
            login.visits = 100;
            login.name = "x".repeat(9_000);
        });
        assert!(refused.is_err());
        Ok(())
    }

    fn panic(session: &Session<Login>) -> Result<(), SessionError> {
        caught(|| {
            session.update(|login| {
                login.visits = 100;
                panic!("a bug");
            })
        })
    }
}

impl Counting for Map {
    fn count(session: &Session) -> u32 {
        session.get("visits").unwrap().unwrap_or_default()
    }

    fn add(session: &Session, more: u32) -> Result<(), SessionError> {
        session.update("visits", |visits: &mut u32| *visits += more)
    }

    fn fail(session: &Session) -> Result<(), SessionError> {
        let refused = session.update("visits", |visits: &mut serde_json::Value| {
            *visits = "x".repeat(9_000).into();
        });
        assert!(refused.is_err());
        Ok(())
    }

    fn panic(session: &Session) -> Result<(), SessionError> {
        caught(|| {
            session.update("visits", |visits: &mut u32| {
                *visits = 100;
                panic!("a bug");
            })
        })
    }
}

/// An action, and whether the content and the CSRF tokens of before are those of after.
type Action<T> = (&'static str, Work<T>, bool, bool);

fn actions<T: Counting>() -> [Action<T>; 14] {
    [
        ("sign_in", |s| s.sign_in().map(drop), false, false),
        (
            "sign_in twice",
            |s| s.sign_in().and(s.sign_in()).map(drop),
            false,
            false,
        ),
        ("invalidate", |s| s.invalidate().map(drop), false, false),
        ("clear", |s| s.clear(), false, false),
        (
            "clear and renew",
            |s| s.clear().and(s.renew()),
            false,
            false,
        ),
        ("renew", |s| s.renew(), true, false),
        ("renew_id", |s| s.renew_id(), true, false),
        ("save", |s| s.save(), true, true),
        ("discard", |s| s.discard(), true, true),
        ("limit_to", |s| s.limit_to(seconds(900)), true, true),
        (
            "remember_for",
            |s| s.remember_for(seconds(900)).map(drop),
            true,
            true,
        ),
        ("forget", |s| s.forget(), true, true),
        ("an update that does not fit", T::fail, true, true),
        ("an update that panics", T::panic, true, true),
    ]
}

fn check<T: Counting>() {
    let cookie = builder_of::<T>().remember_up_to(seconds(1_000));
    let cookie = cookie.build().unwrap();
    let pair = sealed(&cookie, at(0), |session| {
        T::add(session, 7).unwrap();
        session.flash("", "for ada").unwrap();
        session.ensure_id().unwrap();
    });
    for (name, act, keeps_content, keeps_tokens) in actions::<T>() {
        let session = cookie.load([&pair], at(1));
        let handle = session.clone();
        assert_eq!((T::count(&handle), handle.flashes("").len()), (7, 1));
        let token = handle.csrf_token().unwrap();
        act(&session).unwrap();
        let (count, messages) = if keeps_content { (7, 1) } else { (0, 0) };
        for of in [&handle, &session] {
            assert_eq!(
                (T::count(of), of.flashes("").len()),
                (count, messages),
                "{name}"
            );
            assert_eq!(of.verify_csrf(&token).is_ok(), keeps_tokens, "{name}");
        }
        T::add(&handle, 1).unwrap();
        session.save().unwrap();
        let fields = cookie.save(&session).unwrap();
        let next = cookie.load(&fields, at(2));
        assert_eq!(
            (T::count(&next), next.flashes("").len()),
            (count + 1, messages),
            "{name}"
        );
    }
}

#[test]
fn a_typed_session_has_after_an_action_what_holds_then() {
    check::<Login>();
}

#[test]
fn a_dictionary_has_after_an_action_what_holds_then() {
    check::<Map>();
}

#[test]
fn a_value_that_is_replaced_is_gone_for_every_handle() {
    let cookie = builder_of::<Login>().build().unwrap();
    let pair = sealed(&cookie, at(0), |session| Login::add(session, 7).unwrap());
    let session = cookie.load([&pair], at(1));
    let handle = session.clone();
    handle.read(|before| {
        session.replace(Login::default()).unwrap();
        assert_eq!((before.visits, Login::count(&handle)), (7, 0));
        // A look at what was there before keeps nothing of it.
        Login::add(&session, 1).unwrap();
        session.sign_in().unwrap();
        assert_eq!((before.visits, Login::count(&handle)), (7, 0));
    });
    Login::add(&session, 2).unwrap();
    let fields = cookie.save(&session).unwrap();
    assert_eq!(Login::count(&cookie.load(&fields, at(2))), 2);
}

#[cfg(feature = "migrate")]
#[test]
fn a_session_that_was_taken_over_leaves_no_value_either() {
    use hardtack::{
        SessionData,
        migrate::{OldCookie, OldSession, Reader},
        session::Reason,
    };
    use serde::{Deserialize, Serialize};

    struct Visited;

    impl Reader for Visited {
        fn read(&self, _: &str, _: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
            let entry = ("visits".to_owned(), 7.into());
            Ok(OldSession::new([entry].into_iter().collect()))
        }
    }

    #[derive(Default, Serialize, Deserialize, PartialEq)]
    struct Moved {
        visits: u32,
    }

    impl SessionData for Moved {
        const LABEL: &str = "";
        const SCHEMA: u32 = 1;

        fn convert(schema: u32, bytes: &[u8]) -> Option<Moved> {
            (schema == 0).then(|| Map::decode(bytes))?
        }
    }

    let old = OldCookie::new("old", Visited);
    let cookie = builder_of::<Moved>().migrate_from(old, at(0)..at(10));
    let cookie = cookie.build().unwrap();
    let ends: [Work<Moved>; 3] = [
        |session| session.sign_in().map(drop),
        |session| session.invalidate().map(drop),
        |session| session.clear(),
    ];
    for end in ends {
        let session = cookie.load(["old=x"], at(1));
        let visits = |session: &Session<Moved>| session.read(|moved| moved.visits);
        let handle = session.clone();
        assert_eq!(visits(&handle), 7);
        end(&session).unwrap();
        assert_eq!(visits(&handle), 0);
        session.update(|moved| moved.visits += 1).unwrap();
        let fields = cookie.save(&session).unwrap();
        assert_eq!(visits(&cookie.load(&fields, at(2))), 1);
    }
}
