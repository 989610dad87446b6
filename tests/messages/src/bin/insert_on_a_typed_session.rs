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

fn sign_in(session: &Session<Login>) -> Result<(), SessionError> {
    session.insert("user", 42)
}

fn main() {
    let _ = sign_in;
}
