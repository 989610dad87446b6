use std::{
    env,
    path::PathBuf,
    process::{Command, Stdio},
};

use hardtack_scenarios::Server;

/// The demo server, on a port of its own.
#[derive(Debug)]
pub struct Demo(Server);

impl Demo {
    /// Starts it with this ring and these flags.
    #[must_use]
    pub fn start(ring: &str, flags: &[&str]) -> Demo {
        let mut command = Command::new(program());
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

/// The folder of the demo is beside that of the tests.
fn program() -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join("demo");
    assert!(
        program.exists(),
        "build it first: cargo build --package hardtack-examples --example demo"
    );
    program
}
