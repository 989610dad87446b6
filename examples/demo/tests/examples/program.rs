//! An example as a process.

use std::{
    env,
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// An example that runs on a port of its own until this is dropped.
pub(crate) struct Program {
    process: Child,
    /// `http://127.0.0.1:PORT`
    pub(crate) base: String,
}

impl Program {
    /// Starts it with a fresh key.
    pub(crate) fn start(example: &str) -> Program {
        Program::run(command(example).env_remove("SESSION_KEYS"))
    }

    /// Starts it with this ring in the environment.
    pub(crate) fn with_keys(example: &str, ring: &str) -> Program {
        Program::run(command(example).env("SESSION_KEYS", ring))
    }

    fn run(command: &mut Command) -> Program {
        let mut process = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let out = process.stdout.as_mut().unwrap();
        BufReader::new(out).read_line(&mut line).unwrap();
        let base = line.trim().strip_prefix("listening on ").unwrap();
        Program {
            base: base.to_owned(),
            process,
        }
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Cargo builds a package's examples before it runs the package's tests, into the folder beside theirs.
fn command(example: &str) -> Command {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join(example);
    let program = program.with_extension(env::consts::EXE_EXTENSION);
    assert!(
        program.exists(),
        "build it first: cargo build --examples --package hardtack-examples"
    );
    let mut command = Command::new(program);
    command.arg("0");
    command
}
