//! The demo as a process.

use std::{
    env,
    ffi::OsStr,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, ExitStatus, Output, Stdio},
};

use hardtack::{EncryptionKey, SigningKey};

/// A demo that runs on a port of its own until this is dropped.
pub(crate) struct Demo {
    process: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) base: String,
}

impl Demo {
    /// Starts a demo with these flags, separated by spaces.
    pub(crate) fn start(flags: &str) -> Demo {
        Demo::run(command(flags.split_whitespace()))
    }

    /// Starts a demo with this ring in the environment.
    pub(crate) fn with_keys(ring: &str, flags: &str) -> Demo {
        let mut command = command(flags.split_whitespace());
        command.env("SESSION_KEYS", ring);
        Demo::run(command)
    }

    fn run(mut command: Command) -> Demo {
        let command = command.args(["--port", "0"]).stderr(Stdio::null());
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = process.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").unwrap();
        Demo {
            base: base.to_owned(),
            process,
        }
    }

    pub(crate) fn port(&self) -> &str {
        self.base.rsplit(':').next().unwrap()
    }

    /// Presses Ctrl-C and waits for the end.
    pub(crate) fn interrupt(mut self) -> ExitStatus {
        let id = self.process.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.unwrap().success());
        self.process.wait().unwrap()
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The output of a demo that does not start.
pub(crate) fn output<A: AsRef<OsStr>>(flags: impl IntoIterator<Item = A>) -> Output {
    command(flags).output().unwrap()
}

/// The demo, without a ring in its environment.
pub(crate) fn command<A: AsRef<OsStr>>(flags: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(program());
    command.args(flags).env_remove("SESSION_KEYS");
    command
}

/// Cargo builds a package's examples before it runs the package's tests, into the folder beside theirs.
fn program() -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join("demo");
    let program = program.with_extension(env::consts::EXE_EXTENSION);
    assert!(
        program.exists(),
        "build it first: cargo build --example demo"
    );
    program
}

/// The text of a fresh encryption key.
pub(crate) fn encryption_key() -> String {
    EncryptionKey::generate()
        .unwrap()
        .expose_secret()
        .to_string()
}

/// The text of a fresh signing key.
pub(crate) fn signing_key() -> String {
    SigningKey::generate().unwrap().expose_secret().to_string()
}

/// The key id of a key's text.
pub(crate) fn id_of(key: &str) -> String {
    let key: EncryptionKey = key.parse().unwrap();
    key.id().to_string()
}
