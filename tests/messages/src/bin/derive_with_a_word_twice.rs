//! error: given twice
//! error: given twice
//! error: given twice
//! error: given twice
//! error: expected `label`, `schema`, `from` or `from_dictionary`

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 1, label = "visit")]
struct Labels {}

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 1)]
#[session(schema = 2)]
struct Schemas {}

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 1, from = Labels, from = Schemas)]
struct Versions {}

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 1, from_dictionary, from_dictionary)]
struct Dictionaries {}

#[derive(Default, Deserialize, Serialize, SessionData)]
#[session(label = "login", schema = 1, version = 2)]
struct Unknown {}

fn main() {
    let _ = (
        Labels {},
        Schemas {},
        Versions {},
        Dictionaries {},
        Unknown {},
    );
}
