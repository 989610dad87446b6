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
mod functions;
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

use hardtack::{Session, SessionError, session::Map};

/// The use of a session by the application.
type Work<T = Map> = fn(&Session<T>) -> Result<(), SessionError>;

fn look(session: &Session) -> Result<(), SessionError> {
    session.get::<u32>("user").map(drop)
}
