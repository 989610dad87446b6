#![doc = include_str!("../README.md")]

mod beaker;
mod crypto;
mod expiry_date;
mod format;
mod ini;
mod jar;
mod jar_key;
mod pyramid;

pub use beaker::Beaker;
pub use ini::settings_from_ini;
pub use jar::{Jar, JarValue};
pub use jar_key::{JarKey, JarKeyError};
pub use pyramid::Pyramid;

/// Examples of the guides, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/ini.md")]
#[doc = include_str!("../../docs/moving-in.md")]
struct Guides;
