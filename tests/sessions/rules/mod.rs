//! Rules about sessions that no vector can say: hooks, contexts, rings in use, logs, and what handlers are told. The
//! vectors themselves run through every adapter (`tests/vectors/run/adapters.rs`).

mod alive;
mod attributes;
mod bindings;
mod caches;
mod companions;
mod contexts;
mod denying;
#[cfg(feature = "tracing")]
mod events;
mod flash;
mod formerly;
mod header;
#[cfg(feature = "tracing")]
mod in_use;
#[cfg(feature = "cookie")]
mod jars;
mod keys_in_use;
#[cfg(feature = "tracing")]
mod lately;
mod observability;
#[cfg(feature = "tracing")]
mod overlap;
mod payloads;
mod read_before;
mod reading;
mod remember;
mod retiring;
mod revocation;
mod rotation;
mod said;
mod savers;
mod sign_in;
mod unknown_keys;
mod writing;

use crate::common;
#[cfg(feature = "tracing")]
use crate::common::told;

use hardtack::{Session, SessionData, SessionError, session::Map};
use serde::{Deserialize, Serialize};

/// The use of a session by the application.
type Work<T = Map> = fn(&Session<T>) -> Result<(), SessionError>;

fn look(session: &Session) -> Result<(), SessionError> {
    session.get::<u32>("user").map(drop)
}

/// A typed session.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Login {
    name: String,
    visits: u32,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

/// The type in a newer version of the application, whose payload `Login` cannot read.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct NewerLogin {
    name: String,
}

impl SessionData for NewerLogin {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 2;
}
