//! error: evaluation panicked: `Login` has itself a `from` of a later schema, so each could ask the other without end; leave out one of the two
//! error: evaluation panicked: `from` is a type of the same schema, and has to be another version

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 1, from = NextLogin)]
struct Login {}

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 2, from = Login)]
struct NextLogin {}

/// Every type converts from itself.
#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "visit", schema = 1, from = Visit)]
struct Visit {}

impl From<NextLogin> for Login {
    fn from(NextLogin {}: NextLogin) -> Login {
        Login {}
    }
}

impl From<Login> for NextLogin {
    fn from(Login {}: Login) -> NextLogin {
        NextLogin {}
    }
}

fn main() {
    let _ = (Login {}, NextLogin {}, Visit {});
}
