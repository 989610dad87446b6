use std::{
    any::Any,
    env, fmt,
    io::{BufRead, BufReader},
    process::{Child, ChildStdout, Command, Stdio},
};

/// A server that runs until this is dropped.
pub struct Server {
    base: String,
    _running: Box<dyn Any>,
}

impl Server {
    /// Starts a program whose standard output begins with the line `listening on http://127.0.0.1:PORT`. The process
    /// is killed when the server is dropped.
    #[must_use = "the server ends when it is dropped"]
    pub fn spawn(command: &mut Command) -> Server {
        let mut process = command
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("cannot start {command:?}: {error}"));
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let process = Process {
            process,
            _output: output,
        };
        let base = line.trim().strip_prefix("listening on ");
        let base = base.unwrap_or_else(|| panic!("{command:?} began with the line {line:?}"));
        let base = base.to_owned();
        Server::at(base, process)
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

/// Returns the command that starts an example of this workspace. Cargo puts examples into the folder beside that of
/// the test, and builds those of a package before its tests.
#[must_use]
pub fn example(name: &str) -> Command {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join(name);
    let program = program.with_extension(env::consts::EXE_EXTENSION);
    assert!(
        program.exists(),
        "build it first: cargo build --package hardtack-examples --example {name}"
    );
    let mut command = Command::new(program);
    command.env_remove("SESSION_KEYS");
    command
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("base", &self.base).finish()
    }
}

/// Kills its process when it is dropped. The output stays open until then, so that the process can print.
struct Process {
    process: Child,
    _output: BufReader<ChildStdout>,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
