//! Sessions in several cookies (docs/spec/carriers.md § 9.2, § 9.4 to § 9.7), and padding (§ 5.6).

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/filled.rs"]
mod filled;
#[path = "../common/moments.rs"]
mod moments;
#[path = "../common/outcome.rs"]
mod outcome;
#[path = "../common/sites.rs"]
mod sites;

mod arithmetic;
mod client;
mod options;
mod parts;

mod broken;
mod expiry;
mod formerly;
mod hostile;
mod narrowing;
mod padding;
mod refusals;
mod report;
mod sequences;
mod sizes;
mod tokens;

use filled::{AGES, fill, long_lived};
