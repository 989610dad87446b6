//! error: a session that holds a `Login` has no keys
//! label: a method of dictionaries, which are `Session` without a type
//! note: a typed session is read by `read`, and changed by `update` or `replace`: `session.update(|value| …)?`

use hardtack::{Session, SessionData, SessionError};
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, Serialize)]
struct Login {
    user: u64,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

fn user(session: &Session<Login>) -> Result<Option<u64>, SessionError> {
    session.take::<u64>("user")
}

fn main() {
    let _ = user;
}
