//! The command line, as a process.

#![allow(clippy::unwrap_used, reason = "tests")]

mod desk;
mod files;
#[path = "../../../../tests/common/folder.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod folder;
mod guide;
mod help;
mod inspect;
mod names;
mod pipeline;
mod reference;
mod secrets;
mod sequences;
mod settings;
mod terminal;
mod transcript;
mod typed;
mod vectors;
