//! The rules about reading, writing, messages, caches, ending, time, revocation and rotation. Each
//! scenario is run without an adapter and through `http`, `tower` and `axum`, and all have to answer the
//! same.

#![cfg(feature = "axum")]
#![allow(clippy::unwrap_used, reason = "tests")]

mod alive;
mod attributes;
mod bindings;
mod caches;
#[path = "../common/mod.rs"]
mod common;
mod contexts;
mod denying;
mod discarding;
mod ending;
#[cfg(feature = "tracing")]
mod events;
mod flash;
mod flash_room;
mod formerly;
mod header;
mod header_answers;
mod ids_and_dates;
mod observability;
mod optional;
mod overlap;
mod payloads;
mod reading;
mod recent;
mod remember;
mod revocation;
mod rotation;
mod savers;
mod split;
mod time;
mod tokens;
#[cfg(feature = "tracing")]
#[path = "../common/told.rs"]
mod told;
mod writing;

use hardtack::SessionData;
use serde::{Deserialize, Serialize};

/// A typed session.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Login {
    name: String,
    visits: u32,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}
