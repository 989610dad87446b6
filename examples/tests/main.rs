//! The demo from outside: a process of its own, a socket, and clients with cookie jars.

#![allow(clippy::unwrap_used, reason = "tests")]

mod browser;
mod chromium;
mod demo;

mod guard;
mod pages;
mod playground;
mod program;
mod responses;
mod rotation;
mod time;
