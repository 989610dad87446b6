//! Settings from outside the program: files of any format, environment variables, and translated options of other
//! systems.
//!
//! [`SessionSettings`](crate::SessionSettings) reads them, and a [`ConfigError`](crate::ConfigError) names the refused
//! settings.

mod build;
mod effects;
mod names;
pub(crate) mod sources;
mod table;
mod value;

pub use crate::base::duration::parse_duration;
