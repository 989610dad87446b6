use std::{any::Any, env, fmt, fs, path::Path, process::Command};

use serde_json::Value;

use crate::{Log, Program};

/// A server that runs until this is dropped.
pub struct Server {
    base: String,
    _running: Box<dyn Any>,
}

impl Server {
    /// Starts a program that says `listening on http://127.0.0.1:PORT`.
    #[must_use = "the server ends when it is dropped"]
    pub fn spawn(command: &mut Command) -> Server {
        let (program, line) = Program::until_line(command, LISTENING);
        Server::at(line.trim().replacen(LISTENING, "", 1), program)
    }

    /// Starts [`workerd`]. Returns its console and the number of its process, too.
    #[must_use = "the server ends when it is dropped"]
    pub fn of_workerd(command: &mut Command) -> (Server, Log, u32) {
        // It reports each socket as a line of JSON.
        let (program, line) = Program::until_line(command, "\"port\"");
        let report: Value = serde_json::from_str(&line).unwrap();
        let base = format!("http://127.0.0.1:{}", report["port"]);
        let (log, id) = (program.log(), program.id());
        (Server::at(base, program), log, id)
    }

    /// Describes a server that runs already, at a URL such as `http://127.0.0.1:3000`. `running` is dropped with it.
    #[must_use = "the server ends when it is dropped"]
    pub fn at(base: impl Into<String>, running: impl Any) -> Server {
        Server {
            base: base.into(),
            _running: Box::new(running),
        }
    }

    /// Returns the URL without a path, such as `http://127.0.0.1:3000`.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }
}

/// Returns the command that starts an example. Cargo puts examples into the folder beside that of the test, and builds
/// those of a package before its tests.
#[must_use]
pub fn example(name: &str) -> Command {
    program(&format!("examples/{name}"))
}

/// Returns the command that starts a program of another package, which is built before.
#[must_use]
pub fn program(name: &str) -> Command {
    let test = env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join(name);
    let program = program.with_extension(env::consts::EXE_EXTENSION);
    assert!(program.exists(), "build {name} first");
    let mut command = Command::new(program);
    command.env_remove("SESSION_KEYS");
    command
}

/// Returns the command that starts workerd with a configuration, at a free port. It is one of the packages in `folder`: the
/// program itself, because its wrapper of the same name starts it as a child, which outlives the wrapper.
#[must_use]
pub fn workerd(folder: &Path, config: &Path) -> Command {
    let packages = fs::read_dir(folder.join("node_modules/@cloudflare"));
    let mut packages = packages.expect("run the script `build` of the example first");
    let program = packages.next().unwrap().unwrap().path().join("bin/workerd");
    let mut command = Command::new(program);
    command.args(["serve", "--socket-addr", "http=127.0.0.1:0"]);
    command.args(["--control-fd", "1"]).arg(config);
    command
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base", &self.base).finish()
    }
}

const LISTENING: &str = "listening on ";
