//! Functions that a builder takes: each is called, whichever is given first.

use std::{
    collections::BTreeSet,
    convert::Infallible,
    sync::{Arc, Mutex},
};

use hardtack::{
    SessionCookie,
    carrier::SessionCookieBuilder,
    session::{Payload, Validity},
};

use super::common::{
    at, block_on, builder, companion::Admits, login::Login, sealed_of, seconds, signed_in,
};

/// Names of functions that were called.
#[derive(Clone, Default)]
struct Called(Arc<Mutex<BTreeSet<&'static str>>>);

impl Called {
    fn note(&self, name: &'static str) {
        self.0.lock().unwrap().insert(name);
    }

    fn take(&self) -> BTreeSet<&'static str> {
        std::mem::take(&mut *self.0.lock().unwrap())
    }
}

/// Those that `typed` has to precede come last.
const FUNCTIONS: [&str; 4] = ["on_outcome", "companion", "revoked_if", "revalidate_after"];

fn give<T: Payload>(
    name: &'static str,
    builder: SessionCookieBuilder<T>,
    called: &Called,
) -> SessionCookieBuilder<T> {
    let called = called.clone();
    match name {
        "on_outcome" => builder.on_outcome(move |_| called.note(name)),
        "companion" => builder.companion(move |_| {
            let called = called.clone();
            let note = move || {
                called.note(name);
                Ok(Vec::new())
            };
            Ok(Arc::new(Admits(note)))
        }),
        "revoked_if" => builder.revoked_if(move |_| {
            called.note(name);
            false
        }),
        _ => builder.revalidate_after(seconds(60), move |_| {
            called.note(name);
            async { Ok::<_, Infallible>(Validity::Valid) }
        }),
    }
}

/// Reads a session whose last answer is old, and ends it.
fn use_session<T: Payload>(cookie: &SessionCookie<T>, pair: &str) {
    let session = cookie.load([pair], at(100));
    assert_eq!(block_on(session.validate()).unwrap(), Validity::Valid);
    session.invalidate().unwrap();
    assert!(!cookie.save(&session).unwrap().is_empty());
}

#[test]
fn of_two_functions_each_is_called_in_either_order() {
    let (called, pair) = (Called::default(), signed_in(&builder().build().unwrap()));
    for first in FUNCTIONS {
        for second in FUNCTIONS.into_iter().filter(|second| *second != first) {
            let builder = give(second, give(first, builder(), &called), &called);
            use_session(&builder.build().unwrap(), &pair);
            assert_eq!(called.take(), BTreeSet::from([first, second]));
        }
    }
}

#[test]
fn functions_that_are_given_before_the_type_are_called() {
    let (called, pair) = (
        Called::default(),
        sealed_of::<Login>(at(0), |session| {
            session.update(|login| login.visits = 1).unwrap();
        }),
    );
    for before in 0..=2 {
        let (first, rest) = FUNCTIONS.split_at(before);
        let builder = first
            .iter()
            .fold(builder(), |builder, name| give(name, builder, &called));
        let builder = rest.iter().fold(builder.typed::<Login>(), |builder, name| {
            give(name, builder, &called)
        });
        use_session(&builder.build().unwrap(), &pair);
        assert_eq!(called.take(), BTreeSet::from(FUNCTIONS), "{first:?}");
    }
}
