//! What a user types and sees: the files in ../transcripts, and the sessions in documents, are run again.
//!
//! A line `$ …` is a command, and the lines below it are what it prints: standard output, standard error without the
//! sentence about the clock, and the exit code in brackets unless it is 1 after a no, or else 0. Text begins a new folder,
//! at 2027-03-01T06:00:00Z. A line `## TIME` sets the clock, and any other `## …` is a comment. `SNAPSHOTS=overwrite cargo test`
//! writes down what is printed now.
//!
//! There is no shell. Commands know quotes, `"$(cat FILE)"`, `VARIABLE=…`, `|`, `< FILE`, `> FILE` and `<< END`. Beside
//! `hardtack` there are `cat`, `ls`, `printf` and `grep`, which looks for one text, and `sign-in`, which prints the cookie of
//! a visitor of an application. The exit code is that of `hardtack`.

use std::{fs, io::Write, path::Path, process::Stdio, time::Duration};

use hardtack::{KeyRing, SessionCookie, SessionSettings, packages::Suite};
use serde_json::Value;
use snapbox::{Assert, Data, assert::DEFAULT_ACTION_ENV};

use crate::{
    desk::{Desk, PROGRAM, started},
    names::Names,
    pipeline,
};

macro_rules! transcripts {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                check(concat!(stringify!($name), ".txt"));
            }
        )*

        #[test]
        fn every_file_is_run() {
            let files = fs::read_dir(FOLDER).unwrap();
            let mut files: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
            files.sort();
            assert_eq!(files, [$(concat!(stringify!($name), ".txt")),*]);
        }
    };
}

transcripts! {
    adding
    checking
    comparing
    editing
    ending_sessions
    handing_over
    inspecting
    leaks
    notes
    overlaps
    promoting
    refusing
    retiring
    rotating
    settings
    variables
}

/// In the folder of the package, in which Cargo runs tests.
const FOLDER: &str = "tests/transcripts";

fn check(file: &str) {
    let path = Path::new(FOLDER).join(file);
    let told = Teller::default().tell(&fs::read_to_string(&path).unwrap());
    let written = Data::read_from(&path, None).raw();
    Assert::new()
        .action_env(DEFAULT_ACTION_ENV)
        .eq(told, written);
}

/// Checks the sessions in a document, which are blocks and have comments with `#`.
pub(crate) fn check_document(document: &str) {
    let mut teller = Teller {
        is_document: true,
        ..Teller::default()
    };
    let told = teller.tell(document);
    Assert::new().eq(told, Data::text(document).raw());
    let shown = document.lines().filter(|line| line.starts_with("$ "));
    assert_eq!(teller.commands, shown.count());
}

#[derive(Default)]
struct Teller {
    story: Story,
    is_document: bool,
    commands: usize,
}

impl Teller {
    /// The same text with what is printed now.
    fn tell(&mut self, text: &str) -> String {
        let comment = if self.is_document { "# " } else { "## " };
        let is_output = |line: &&str| {
            let others = ["$ ", comment, "```"];
            !line.is_empty() && !others.iter().any(|start| line.starts_with(start))
        };
        let mut told = String::new();
        let mut lines = text.lines().peekable();
        let (mut is_session, mut was_text) = (!self.is_document, false);
        while let Some(line) = lines.next() {
            told += &format!("{line}\n");
            let command = line.strip_prefix("$ ").filter(|_| is_session);
            let stage = line.strip_prefix(comment).filter(|_| is_session);
            let is_text = command.is_none() && stage.is_none() && !line.is_empty();
            if let Some(command) = command {
                let (command, end) = command.split_once(" << ").unwrap_or((command, ""));
                let mut input = (!end.is_empty()).then(String::new);
                while let Some(input) = &mut input {
                    let line = lines.next().expect("the end of the input");
                    told += &format!("{line}\n");
                    if line == end {
                        break;
                    }
                    *input += &format!("{line}\n");
                }
                let written: Vec<_> = std::iter::from_fn(|| lines.next_if(is_output)).collect();
                let (printed, code) = self.story.run(command, input, &written);
                // Of its name in help, on Windows.
                told += &printed.replace("hardtack.exe", "hardtack");
                self.commands += 1;
                let no = ["hardtack: ", "opens        no", "not "];
                let is_no = |line: &str| no.iter().any(|no| line.starts_with(no));
                if code != i32::from(printed.lines().any(is_no)) {
                    told += &format!("[{code}]\n");
                }
            } else if let Some(stage) = stage {
                self.story.set(stage);
            } else if self.is_document {
                is_session = line == "```console" || is_session && !line.starts_with("```");
            } else if is_text && !was_text {
                self.story = Story::default();
            }
            was_text = is_text;
        }
        told
    }
}

struct Story {
    desk: Desk,
    names: Names,
}

impl Default for Story {
    fn default() -> Story {
        Story {
            desk: Desk::new(),
            names: Names::default(),
        }
    }
}

impl Story {
    /// Does what a comment says.
    fn set(&mut self, stage: &str) {
        if stage.starts_with("cookie.txt: ") {
            if !self.desk.path("session.keys").exists() {
                self.desk.done("ring add session.keys");
            }
            let cookie = self.sign_in(&["--keys".to_owned(), "session.keys".to_owned()]);
            self.desk.write("cookie.txt", cookie);
        }
        let now = stage.strip_suffix(", in a new folder");
        if now.is_some() {
            *self = Story::default();
            self.desk.write("app.toml", "[session]\n");
        }
        let now = now.unwrap_or(stage);
        if humantime::parse_rfc3339(now).is_ok() {
            self.desk.now = now.to_owned();
        }
    }

    /// What the commands of a line print, and their exit code. `written` is what they printed before.
    fn run(&mut self, line: &str, input: Option<String>, written: &[&str]) -> (String, i32) {
        let line = self.names.here(line);
        let mut text = input.map(|input| self.names.here(&input));
        let (mut told, mut code) = (String::new(), 0);
        for command in pipeline::read(&self.desk, &line) {
            let [program, words @ ..] = &command.words[..] else {
                panic!("{line}: no command")
            };
            if let Some(file) = command.input {
                text = Some(self.desk.read(&file));
            }
            let mut out = match &**program {
                "hardtack" => {
                    let (out, err, status) = self.start(words, &command.variables, text);
                    self.names.meet(&(out.clone() + &err), &line);
                    told += &err;
                    code = status;
                    out
                }
                "sign-in" => self.sign_in(words),
                "ls" => self.desk.files().join("\n"),
                "cat" => {
                    let files = words.iter().filter(|word| *word != "-A");
                    let files = files.map(|file| self.desk.read(file));
                    let mut files = files.chain(text).collect::<String>();
                    if words.contains(&"-A".to_owned()) {
                        let visible = files.replace('\r', "^M").replace('\t', "^I");
                        files = visible.replace('\n', "$\n");
                    }
                    files
                }
                "printf" => {
                    let text = words.last().unwrap().replace("\\n", "\n");
                    text.replace("\\r", "\r").replace("\\t", "\t")
                }
                "grep" => {
                    let text = text.unwrap_or_default();
                    let lines = text.split_inclusive('\n');
                    lines.filter(|line| line.contains(&*words[0])).collect()
                }
                other => panic!("{line}: there is no {other}"),
            };
            if let Some(file) = command.output {
                if file != "/dev/null" {
                    self.desk.write(&file, &out);
                    #[cfg(unix)]
                    crate::desk::set_mode(&self.desk.path(&file), 0o600);
                }
                out = String::new();
            }
            text = Some(out);
        }
        for file in self.desk.files() {
            self.names.meet(&self.desk.read(&file), "");
        }
        let out = text.unwrap_or_default();
        (self.names.shown(&(out + &told), written), code)
    }

    /// Runs the program. Standard output, standard error and exit code.
    fn start(
        &self,
        words: &[String],
        variables: &[(String, String)],
        input: Option<String>,
    ) -> (String, String, i32) {
        let mut command = self.desk.command(&PROGRAM, words);
        command.envs(variables.iter().map(|(name, value)| (name, value)));
        if input.is_some() {
            command.stdin(Stdio::piped());
        }
        let mut process = started(&mut command);
        if let Some(mut stdin) = process.stdin.take() {
            // A program that refuses its arguments does not read.
            let _ = stdin.write_all(input.unwrap_or_default().as_bytes());
        }
        let output = process.wait_with_output().unwrap();
        let [out, err] =
            [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap());
        // The sentence about the clock, and warnings of the library, which only a debug build has.
        let others = [
            "hardtack: using the time in HARDTACK_NOW\n",
            "`not_before` is in the future",
            "although its sessions are valid",
            "a remembered session arrived",
        ];
        let is_ours = |line: &&str| !others.iter().any(|other| line.contains(other));
        let err = err.split_inclusive('\n').filter(is_ours).collect();
        (out, err, output.status.code().unwrap())
    }

    /// The cookie of a visitor: `sign-in [--keys FILE] [SETTINGS] [token] [flash] [remember=DAYS] [NAME=VALUE]…`. The
    /// settings and values are JSON. With `token` without its name.
    fn sign_in(&self, words: &[String]) -> String {
        let mut words = words.iter().peekable();
        let file = words.next_if(|word| *word == "--keys");
        let file = file.and_then(|_| words.next());
        let ring = self.desk.read(file.map_or("keys", |file| file));
        let ring: KeyRing = ring.parse().unwrap();
        let settings = words.next_if(|word| word.starts_with('{'));
        let settings = settings.map_or("{}", |text| text);
        let settings: SessionSettings = serde_json::from_str(settings).unwrap();
        let builder = match ring.keys()[0].suite {
            Suite::HmacSha256 => SessionCookie::unencrypted_but_signed(ring),
            _ => SessionCookie::encrypted(ring),
        };
        let cookie = settings.apply_to(builder).unwrap().build().unwrap();
        let now = humantime::parse_rfc3339(&self.desk.now).unwrap();
        let is_bare = words.next_if(|word| *word == "token").is_some();
        let pair = cookie.cookie_for(now, |session| {
            if words.peek().is_none() {
                session.insert("user", 42)?;
            }
            for word in words {
                match word.split_once('=') {
                    None => session.flash("", word)?,
                    Some(("remember", days)) => {
                        let days: u64 = days.parse().unwrap();
                        session.remember_for(Duration::from_secs(days * 86_400))?;
                    }
                    Some((name, value)) => {
                        session.insert(name, serde_json::from_str::<Value>(value).unwrap())?;
                    }
                }
            }
            Ok(())
        });
        let pair = pair.unwrap();
        let (_, token) = pair.split_once('=').unwrap();
        format!("{}\n", if is_bare { token } else { &pair })
    }
}
