//! Sessions of [`hardtack`] bound to the visitor's device, so that a stolen cookie soon opens nothing elsewhere.
//! Experimental: this package has a version of its own, because the protocol is a draft.
//!
//! The browser keeps a private key in the device, and proves every few minutes that it has the key
//! ([Device Bound Session Credentials]). No store is needed for the public key, because sealed tokens carry everything
//! that the two endpoints need ([docs/devices.md]). The [README] is the guide.
//!
//! # Examples
//!
//! ```
//! use hardtack::{EncryptionKey, SessionCookie, SessionLayer, companion::CompanionLayer};
//! use hardtack_device::{BindToDevice, DeviceBound};
//!
//! let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
//!     .device_bound(DeviceBound::at("/.session"))
//!     .build()?;
//! let layer = CompanionLayer::new(SessionLayer::new(cookie)); // answers `/.session/register` and `/.session/refresh`
//! # Ok::<_, Box<dyn std::error::Error>>(())
//! ```
//!
//! [Device Bound Session Credentials]: https://w3c.github.io/webappsec-dbsc/
//! [docs/devices.md]: https://github.com/hardtack-rs/hardtack/blob/main/crates/device/docs/devices.md
//! [README]: https://github.com/hardtack-rs/hardtack/blob/main/crates/device/README.md

#![cfg_attr(docsrs, feature(doc_cfg))]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod binding;
mod cookies;
mod devices;
mod endpoint;
mod endpoints;
mod es256;
mod events;
mod options;
mod proof;
mod response;
mod strict_json;

pub use binding::{BindToDevice, DeviceBinding};
pub use options::{DeviceBound, Initiators};

// Used by the vectors, which run in the library's tests.
#[cfg(test)]
#[allow(unused_imports, reason = "the tests of this package do not use them")]
pub(crate) use {
    devices::{device_id, tag},
    es256::{KEY_LEN, PublicKey},
    proof::{Proof, ProofError},
};

/// Examples of README.md, compiled and run.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
