//! Settings from files, from the environment and from options of other systems.

mod formats;
mod keys;
mod refusals;
mod ring_sources;
mod secrets;
mod together;
#[cfg(feature = "toml")]
mod toml;
mod translated;
mod values;
mod variables;

use crate::common::browser;
use crate::common::cases;
use crate::common::folder;
use crate::common::new_key as key;
use crate::common::settings::{field, refused, toml};
use crate::common::times;

use std::collections::BTreeSet;

/// The settings of docs/settings.md, whose table is that of the program.
fn documented() -> BTreeSet<&'static str> {
    let page = include_str!("../../docs/settings.md").lines();
    let rows = page.skip_while(|line| !line.starts_with("| `mode` |"));
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('`').nth(1).unwrap()).collect()
}
