//! The rules about reading, writing, messages, caches, ending, time, revocation and rotation, each scenario without
//! an adapter and through `http`, a jar, `tower`, `axum` and `actix`, with the same result.

mod alive;
mod attributes;
mod bindings;
mod caches;
mod changes;
mod companions;
mod contexts;
mod denying;
mod ending;
#[cfg(feature = "tracing")]
mod events;
mod flash;
mod flash_room;
mod formerly;
mod header;
mod header_answers;
mod ids_and_dates;
#[cfg(feature = "tracing")]
mod in_use;
#[cfg(feature = "cookie")]
mod jars;
mod keys_in_use;
#[cfg(feature = "tracing")]
mod lately;
mod observability;
#[cfg(feature = "migrate")]
mod option_pairs;
mod optional;
mod other_sites;
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
mod split;
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
