//! Runs the program for a test, in a new folder and at a fixed time.

use std::{
    env,
    ffi::OsStr,
    fs,
    io::{self, Write},
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::KeyRing;
use serde_json::Value;

use super::folder::Folder;

/// The variable names another program to be tested, such as that of crates/cli/npm.
pub(crate) static PROGRAM: LazyLock<String> = LazyLock::new(|| {
    let other = env::var("HARDTACK_PROGRAM");
    other.unwrap_or_else(|_| env!("CARGO_BIN_EXE_hardtack").to_owned())
});
/// The time at which the tests begin.
pub(crate) const NOW: &str = "2027-03-01T06:00:00Z";

/// This many seconds after the tests begin.
pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_803_880_800 + seconds)
}

/// Starts a process whose output is read.
///
/// Wine loses one of hundreds before it runs anything, which is an error of this number, so another takes its place.
#[track_caller]
pub(crate) fn started(command: &mut Command) -> Child {
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let is_lost = |error: &io::Error| cfg!(windows) && error.raw_os_error() == Some(1359);
    let mut tries = (0..3).map(|_| command.spawn());
    let started = tries.find(|process| !process.as_ref().is_err_and(is_lost));
    started.expect("one of three starts").unwrap()
}

pub(crate) struct Desk {
    folder: Folder,
    pub(crate) now: String,
}

impl Desk {
    pub(crate) fn new() -> Desk {
        Desk {
            folder: Folder::new(),
            now: NOW.to_owned(),
        }
    }

    /// With a ring of one key in the file `keys`. Its id.
    pub(crate) fn with_ring() -> (Desk, String) {
        Desk::with_ring_for("")
    }

    /// The same for sessions that these options describe, which the file notes.
    pub(crate) fn with_ring_for(options: &str) -> (Desk, String) {
        let desk = Desk::new();
        desk.done(&format!("ring add keys {options}"));
        let id = desk.sealing();
        (desk, id)
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub(crate) fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        self.folder.write(name, text);
    }

    /// Names of all files, in order.
    pub(crate) fn files(&self) -> Vec<String> {
        let names = fs::read_dir(self.path("")).unwrap();
        let mut names: Vec<_> = names
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// The ring in the file `keys`, as the library reads it.
    pub(crate) fn ring(&self) -> KeyRing {
        self.read("keys").parse().unwrap()
    }

    pub(crate) fn command<I: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = I>,
    ) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(self.path(""))
            .env("HARDTACK_NOW", &self.now)
            .env_remove("SESSION_KEYS")
            .env("DESK__CLOCK_SKEW", "60s")
            .stdin(Stdio::null());
        command
    }

    /// Runs the program with these words.
    pub(crate) fn run(&self, line: &str) -> Ran {
        self.run_with(line.split_whitespace())
    }

    /// Starts the program with these words.
    pub(crate) fn start(&self, line: &str) -> Child {
        started(&mut self.command(&PROGRAM, line.split(' ')))
    }

    pub(crate) fn run_with<I: AsRef<OsStr>>(&self, arguments: impl IntoIterator<Item = I>) -> Ran {
        self.run_program(&PROGRAM, arguments)
    }

    pub(crate) fn run_program<I: AsRef<OsStr>>(
        &self,
        program: &str,
        arguments: impl IntoIterator<Item = I>,
    ) -> Ran {
        let process = started(&mut self.command(program, arguments));
        self.ran(process.wait_with_output().unwrap())
    }

    /// Runs the program with `input` on its standard input.
    pub(crate) fn run_on(&self, input: &str, line: &str) -> Ran {
        let words: Vec<_> = line.split_whitespace().collect();
        self.run_words_on(input, &words)
    }

    pub(crate) fn run_words_on(&self, input: &str, words: &[&str]) -> Ran {
        let mut command = self.command(&PROGRAM, words);
        let mut process = started(command.stdin(Stdio::piped()));
        let mut stdin = process.stdin.take().unwrap();
        // A program that refuses its arguments does not read.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        self.ran(process.wait_with_output().unwrap())
    }

    pub(crate) fn ran(&self, output: Output) -> Ran {
        let ran = Ran {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        };
        self.check_no_secret(&ran);
        ran
    }

    /// Runs a command that succeeds, and gives what it printed.
    #[track_caller]
    pub(crate) fn done(&self, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(0), "{line}: {}", ran.err);
        ran.out
    }

    /// Runs a command that ends with `code`, and gives its sentence.
    #[track_caller]
    pub(crate) fn refused(&self, code: i32, line: &str) -> String {
        let ran = self.run(line);
        assert_eq!(ran.code, Some(code), "{line}: {}{}", ran.out, ran.err);
        ran.sentence()
    }

    #[track_caller]
    pub(crate) fn json(&self, line: &str) -> Value {
        serde_json::from_str(&self.run(line).out).unwrap()
    }

    /// The id of the key that seals in the file `keys`.
    pub(crate) fn sealing(&self) -> String {
        let shown = self.json("ring show keys --json");
        let keys = shown["keys"].as_array().unwrap();
        let sealing = keys.iter().find(|key| key["role"] == "seals").unwrap();
        sealing["id"].as_str().unwrap().to_owned()
    }

    /// Adds a key to the file `keys`. Its id.
    pub(crate) fn add(&self, options: &str) -> String {
        new_key(&self.done(&format!("ring add keys {options}")))
    }

    /// Fails if a part of a key in any file of the folder is shown.
    #[track_caller]
    fn check_no_secret(&self, ran: &Ran) {
        for file in self.files() {
            let text = fs::read(self.path(&file)).unwrap_or_default();
            let text = String::from_utf8_lossy(&text);
            secrets(&text).iter().for_each(|secret| ran.hides(secret));
        }
    }
}

/// The result of running the program.
pub(crate) struct Ran {
    /// `None`: a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Ran {
    /// The one sentence on standard error, beside the one about the clock.
    #[track_caller]
    pub(crate) fn sentence(&self) -> String {
        assert_eq!(self.out, "");
        let lines: Vec<_> = self.notes().collect();
        let [line] = lines[..] else {
            panic!("{}", self.err)
        };
        line.to_owned()
    }

    /// Fails if eight characters of a secret are shown.
    #[track_caller]
    pub(crate) fn hides(&self, secret: &str) {
        let shown = format!("{}{}", self.out, self.err);
        let mut parts = secret.as_bytes().windows(8);
        let is_shown = |part: &[u8]| shown.contains(str::from_utf8(part).unwrap());
        assert!(!parts.any(is_shown), "{shown}");
    }

    pub(crate) fn notes(&self) -> impl Iterator<Item = &str> {
        let lines = self.err.lines();
        let lines = lines.map(|line| line.strip_prefix("hardtack: ").expect("our own line"));
        lines.filter(|line| *line != "using the time in HARDTACK_NOW")
    }
}

/// The secret parts of all keys in a text.
pub(crate) fn secrets(text: &str) -> Vec<&str> {
    let keys = text.split("hardtack_key_v1_").skip(1);
    keys.filter_map(|key| key.get(5..53)).collect()
}

/// The path of an example. Cargo builds a package's examples before it runs all of its tests.
pub(crate) fn example(name: &str) -> String {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join(name);
    let program = program.with_extension(env::consts::EXE_EXTENSION);
    let hint = "build it first: cargo build -p hardtack-cli --example inspect";
    assert!(program.exists(), "{hint}");
    program.into_os_string().into_string().unwrap()
}

/// The key that a command says it has made.
#[track_caller]
pub(crate) fn new_key(told: &str) -> String {
    let id = told.split("new key ").nth(1).expect("a new key");
    id[..8].to_owned()
}

/// The permissions of a file.
#[cfg(unix)]
pub(crate) fn mode(path: &std::path::Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[cfg(unix)]
pub(crate) fn set_mode(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
