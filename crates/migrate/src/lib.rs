#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]
#![cfg_attr(
    not(feature = "default"),
    allow(dead_code, unused_imports, reason = "for other readers")
)]

#[cfg(feature = "beaker")]
mod beaker;
mod crypto;
#[cfg(feature = "jar")]
mod expiry_date;
mod format;
#[cfg(feature = "ini")]
mod ini;
#[cfg(feature = "itsdangerous")]
mod itsdangerous;
#[cfg(feature = "jar")]
mod jar;
#[cfg(feature = "jar")]
mod jar_key;
#[cfg(feature = "pyramid")]
mod pyramid;
mod python;

#[cfg(feature = "beaker")]
pub use beaker::Beaker;
#[cfg(feature = "ini")]
pub use ini::settings_from_ini;
#[cfg(feature = "itsdangerous")]
pub use itsdangerous::Itsdangerous;
#[cfg(feature = "jar")]
pub use jar::{Jar, JarValue};
#[cfg(feature = "jar")]
pub use jar_key::{JarKey, JarKeyError};
#[cfg(feature = "pyramid")]
pub use pyramid::Pyramid;

/// Examples of the guides, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../docs/python.md")]
// Not in the published package.
#[cfg_attr(hardtack_repository, doc = include_str!("../../../docs/moving.md"))]
struct Guides;
