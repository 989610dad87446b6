//! The demo as a process, used over a socket by clients with cookie jars.

#![allow(clippy::unwrap_used, reason = "tests")]

mod demo;

mod api;
mod forms;
mod pages;
mod program;
