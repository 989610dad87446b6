//! `hardtack inspect` of an application, which shows the values of its own type:
//!
//! ```sh
//! cargo run -p hardtack-cli --example inspect -- --keys session.keys < cookie.txt
//! ```

use std::process::ExitCode;

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default, PartialEq)]
struct Login {
    user: u64,
    language: String,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 7;
}

fn main() -> ExitCode {
    hardtack_cli::inspect::<Login>()
}
