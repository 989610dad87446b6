//! error: name the type's sessions: `#[session(label = "login", schema = 1)]`
//! error: name the type's sessions: `#[session(label = "login", schema = 1)]`
//! error: name the type's sessions: `#[session(label = "login", schema = 1)]`

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login")]
struct WithoutSchema {}

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(schema = 1)]
struct WithoutLabel {}

#[derive(Default, Deserialize, Serialize, SessionData)]
struct WithoutAttribute {}

fn main() {
    let _ = (WithoutSchema {}, WithoutLabel {}, WithoutAttribute {});
}
