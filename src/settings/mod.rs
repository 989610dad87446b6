//! Settings from outside the program: files of any format, environment variables, ini files of earlier systems.
//!
//! [`SessionSettings`] reads them, and a [`SettingsError`] names every refused setting.

mod build;
mod error;
mod known;
mod read;
pub(crate) mod session_settings;
mod value;

pub use error::SettingsError;
use session_settings::SessionSettings;

pub use crate::base::duration::{parse_duration, show_duration};
