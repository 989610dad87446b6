use std::process::Stdio;

use hardtack_scenarios::{Server, example};

/// The demo server, on a port of its own.
#[derive(Debug)]
pub struct Demo(Server);

impl Demo {
    /// Starts it with this ring and these flags.
    #[must_use]
    pub fn start(ring: &str, flags: &[&str]) -> Demo {
        let mut command = example("demo");
        command.args(["--port", "0"]).args(flags);
        command.stderr(Stdio::null());
        Demo(Server::spawn(command.env("SESSION_KEYS", ring)))
    }

    /// The server itself, without a proxy.
    #[must_use]
    pub fn server(&self) -> &Server {
        &self.0
    }

    /// Its port.
    #[must_use]
    pub fn port(&self) -> u16 {
        let (_, port) = self.0.base().rsplit_once(':').unwrap();
        port.parse().unwrap()
    }
}
