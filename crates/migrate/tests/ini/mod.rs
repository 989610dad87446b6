//! Ini files of Beaker, Pylons and Pyramid.

#[path = "../../../../tests/common/browser.rs"]
#[allow(dead_code, unused_imports, reason = "other tests use the rest")]
mod browser;
mod files;
mod lifetimes;
mod refusals;
mod secrets;
#[path = "../../../../tests/common/settings.rs"]
mod settings;
#[path = "../../../../tests/common/times.rs"]
mod times;

use settings::{cookie, field, fields, refused, toml};
