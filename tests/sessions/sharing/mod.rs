//! One session used in several places at once: inside its own `update`, in threads and in tasks.

mod inside;
mod panics;
mod rollback;
mod threads;

use crate::common;

use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::mpsc,
    thread,
    time::Duration,
};

use common::{at, builder_of, sealed};
use hardtack::{Session, SessionCookie, SessionData};
use serde::{Deserialize, Serialize, Serializer, ser::Error};

/// A typed session whose type is not `Clone`.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Pair {
    #[serde(serialize_with = "all_but_one")]
    left: u32,
    right: u32,
    text: String,
}

impl SessionData for Pair {
    const LABEL: &str = "pair";
    const SCHEMA: u32 = 1;
}

impl Pair {
    fn set(&mut self, value: u32) {
        (self.left, self.right) = (value, value);
    }
}

fn all_but_one<S: Serializer>(value: &u32, serializer: S) -> Result<S::Ok, S::Error> {
    match *value {
        UNWRITABLE => Err(S::Error::custom("on purpose")),
        value => serializer.serialize_u32(value),
    }
}

/// The one number that cannot be serialized.
const UNWRITABLE: u32 = u32::MAX;

fn pairs() -> SessionCookie<Pair> {
    builder_of().build().unwrap()
}

/// A session that arrived with 7 on both sides.
fn pair_session() -> Session<Pair> {
    let pair = sealed(&pairs(), at(0), |session| {
        session.update(|pair| pair.set(7)).unwrap()
    });
    pairs().load([pair], at(1))
}

/// A session that arrived with `count: 7`.
fn session() -> Session {
    let cookie = common::cookie();
    let pair = sealed(&cookie, at(0), |session| {
        session.insert("count", 7).unwrap()
    });
    cookie.load([pair], at(1))
}

fn count(session: &Session) -> u32 {
    session.get("count").unwrap().unwrap()
}

/// The message with which `work` panics.
#[track_caller]
fn panic_of<R>(work: impl FnOnce() -> R) -> String {
    let Err(panic) = catch_unwind(AssertUnwindSafe(work)) else {
        panic!("no panic");
    };
    match panic.downcast::<String>() {
        Ok(text) => *text,
        Err(panic) => (*panic.downcast::<&str>().unwrap()).to_owned(),
    }
}

/// Runs `work`, and fails if it hangs.
#[track_caller]
fn in_time<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> R {
    let (send, receive) = mpsc::channel();
    let worker = thread::spawn(move || send.send(work()).unwrap());
    match receive.recv_timeout(Duration::from_secs(60)) {
        Ok(result) => result,
        Err(mpsc::RecvTimeoutError::Timeout) => panic!("hangs"),
        Err(mpsc::RecvTimeoutError::Disconnected) => panic!("failed: {:?}", worker.join()),
    }
}
