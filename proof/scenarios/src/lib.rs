//! One scenario for every framework, runtime and proxy: sign in, count, tamper, rotate, sign out.
//!
//! A server is started with a ring and spoken to over a socket, by a client with a cookie jar of its own.
//! [`answers_the_table`] panics with a sentence where an answer is not the expected one.

#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a failed test panics"
)]

mod browser;
mod client;
mod connection;
mod program;
mod scenario;
mod server;
mod sign_in;
mod site;

pub use browser::{Answer, Browser};
pub use client::{Client, Request};
pub use program::{Log, Program, free_ports, until};
pub use scenario::{answers_the_table, fresh_key};
pub use server::{Server, example, program, workerd};
pub use sign_in::leads_to_the_sign_in;
pub use site::{Site, Visitor};
pub use ureq::http::Method;
