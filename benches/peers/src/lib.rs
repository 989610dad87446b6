//! Parts that the programs of src/bin/program.rs share: the content of their session, and their ports.

use std::{env, io, net::TcpListener};

pub const USER: u64 = 48_151_623;
/// 32 random bytes as base64url.
pub const CSRF: &str = "q9Jf3v0mXl7Rk2sTzD8hWbYp5uCgNe4iA1oVrEwMx6Q";
pub const LANGUAGE: &str = "en-GB";

/// Listens at the port in the variable `PORT`.
pub fn listener() -> io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", port("PORT", 3000)))
}

/// Address of the Redis at the port in the variable `REDIS_PORT`.
pub fn redis() -> String {
    format!("redis://127.0.0.1:{}", port("REDIS_PORT", 6379))
}

fn port(variable: &str, default: u16) -> u16 {
    let text = env::var(variable).ok();
    text.and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// The same for axum.
#[cfg(feature = "tokio")]
pub fn tokio_listener() -> io::Result<tokio::net::TcpListener> {
    let listener = listener()?;
    listener.set_nonblocking(true)?;
    tokio::net::TcpListener::from_std(listener)
}
