//! All tests of the crate as its users see it, in one program: it is linked once, and has one set of helpers.

#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(not(hardtack_repository))]
compile_error!("the vectors do not run, because tests/build.rs did not");

mod adapters;
mod common;
mod documents;
mod hardening;
mod keys;
mod metrics;
#[cfg(feature = "migrate")]
mod migration;
#[cfg(all(feature = "axum", debug_assertions))]
mod mistakes;
mod sessions;
mod settings;
