//! The command line, as a process.

#![allow(clippy::unwrap_used, reason = "tests")]

mod add;
mod check;
mod desk;
mod editing;
mod end_sessions;
mod files;
#[path = "../../../../tests/common/folder.rs"]
#[allow(dead_code, reason = "other tests use the rest")]
mod folder;
mod guide;
mod hand_over;
mod help;
mod in_common;
mod inspect;
mod leaked;
mod notes;
mod overlap;
mod promote;
mod reasons;
mod reference;
mod retire;
mod rotate;
mod rotation;
mod secrets;
mod settings;
mod show;
mod terminal;
mod typed;
mod variable;
mod vectors;
