//! Settings from files, from the environment and from options of other systems.

mod formats;
mod keys;
mod looks;
mod refusals;
mod ring_sources;
mod rows;
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
