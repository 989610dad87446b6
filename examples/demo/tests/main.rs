//! The demo as a process, used over a socket by clients with cookie jars.

#![allow(clippy::unwrap_used, reason = "tests")]

mod demo;

mod batch;
mod csrf;
mod device;
mod eager;
mod flash;
mod formerly;
mod guard;
mod header;
mod messages;
mod pages;
mod playground;
mod program;
mod remember;
mod responses;
mod revocation;
mod rotation;
mod sign_in;
mod size;
mod texts;
mod time;
