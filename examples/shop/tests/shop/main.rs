//! What visitors of the shop do, without a socket and on a clock that the test sets.

#![allow(clippy::unwrap_used, reason = "tests")]

mod accounts;
mod admin;
mod browser;
mod cart;
mod forms;
mod keys;
