//! Sessions bound to a device, with a client that speaks the protocol as a browser does, and as none does.

#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(feature = "actix")]
mod actix;
mod browser;
#[path = "../common/cases.rs"]
mod cases;
mod model;
mod refresh;
mod register;
mod sensitive;
mod sessions;
mod settings;
mod site;
