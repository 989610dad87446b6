//! The examples, most of them as processes over a socket.

#![allow(clippy::unwrap_used, reason = "tests")]

mod jwt;
mod openid;
mod passkeys;
mod server_functions;
mod traces;
mod vault;

use hardtack_scenarios::{Client, Server, example};

/// Starts an example, and a browser in front of it.
fn start(name: &str) -> Client {
    Client::of(Server::spawn(example(name).arg("0")))
}
