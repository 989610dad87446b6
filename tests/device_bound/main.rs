//! Sessions bound to a device, with a client that speaks the protocol as a browser does, and as none does.

#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(feature = "actix")]
mod actix;
mod alive;
mod answers;
mod binding;
mod bound_cookies;
mod browser;
#[path = "../common/cases.rs"]
mod cases;
mod ending;
mod grace;
mod handlers;
mod model;
mod proofs;
mod refresh;
mod register;
mod sensitive;
mod settings;
mod site;
mod stale;
mod tenants;
#[cfg(feature = "tracing")]
#[path = "../common/told.rs"]
mod told;
