//! error: the trait bound `Login: Default` is not satisfied
//! help: consider annotating `Login` with `#[derive(Default)]`

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Deserialize, Serialize)]
struct Login {
    user: u64,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

fn main() {
    let _ = Login { user: 42 }.user;
}
