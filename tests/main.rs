//! All tests of the crate as its users see it, in one program: it is linked once, and has one set of helpers.

#![allow(clippy::unwrap_used, reason = "tests")]

#[cfg(not(hardtack_repository))]
compile_error!("the vectors do not run, because tests/build.rs did not");

#[cfg(all(feature = "actix", feature = "axum"))]
mod actix;
mod architecture;
mod audit;
mod blocks;
mod common;
mod copies;
#[cfg(feature = "axum")]
mod csrf_guard;
#[cfg(feature = "derive")]
mod derive;
mod documents;
mod fleet;
#[cfg(feature = "axum")]
mod guides;
#[cfg(feature = "tracing")]
mod incidents;
#[cfg(feature = "axum")]
mod interleavings;
mod kinds;
mod lifetimes;
mod links;
mod metrics;
#[cfg(feature = "migrate")]
mod migration;
#[cfg(all(feature = "axum", debug_assertions))]
mod mistakes;
mod properties;
#[cfg(feature = "axum")]
mod reasons;
#[cfg(feature = "axum")]
mod recipes;
#[cfg(feature = "axum")]
mod rules;
mod secrecy;
mod settings;
#[cfg(feature = "axum")]
mod sharing;
#[cfg(feature = "axum")]
mod signed_in;
mod sizes;
mod specification;
mod stolen_copies;
mod surface;
#[cfg(feature = "axum")]
mod tower_layer;
#[cfg(feature = "axum")]
mod validation;
#[cfg(feature = "watch")]
mod watched_ring;
