//! Output of a command: standard output, standard error and the exit code.

use std::{
    borrow::Cow,
    env,
    fmt::{self, Display},
    io::{self, ErrorKind, Write},
    path::Path,
    process::ExitCode,
};

use hardtack::keys::redact;

use crate::source::STANDARD_INPUT;

/// The program, in sentences about what to run.
pub(crate) const HARDTACK: Program = Program;

/// Displays what a reader types: `hardtack`, or in WebAssembly argument 0, such as `npx hardtack-cli`.
pub(crate) struct Program;

impl Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let typed = env::args_os()
            .next()
            .filter(|_| cfg!(target_os = "wasi"))
            .and_then(|typed| typed.into_string().ok());
        f.write_str(typed.as_deref().unwrap_or("hardtack"))
    }
}

/// Returns an argument for a command that a reader is told to run, in quotes if a shell would read it otherwise.
pub(crate) fn argument(text: &str) -> String {
    let punctuation = if cfg!(windows) { r"./_-:\" } else { "./_-" };
    let is_plain = |c: char| c.is_alphanumeric() || punctuation.contains(c);
    if !text.is_empty() && text.chars().all(is_plain) {
        text.to_owned()
    } else if cfg!(windows) {
        // No name of a file has this quote.
        format!("\"{text}\"")
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// Result of a command. `Ok(false)` means that the command did its work, and the answer is no.
pub(crate) type CommandResult = Result<bool, Failure>;

/// Failure of a command, in one sentence.
pub(crate) enum Failure {
    /// The ring forbids the change.
    No(String),
    /// A mistake in the command line or the environment.
    Usage(String),
    /// A file cannot be read or written, or has unexpected content, or the system gives no random bytes.
    File(String),
    /// Another process is editing the file, or has just changed it.
    Busy(String),
}

impl Failure {
    pub(crate) fn no(sentence: impl Display) -> Failure {
        Failure::No(sentence.to_string())
    }

    pub(crate) fn usage(sentence: impl Display) -> Failure {
        Failure::Usage(sentence.to_string())
    }

    pub(crate) fn unreadable(sentence: impl Display) -> Failure {
        Failure::File(sentence.to_string())
    }

    /// Makes a failure about a file. `what` begins the sentence: "cannot read".
    pub(crate) fn file(what: &str, path: &Path, error: impl Display) -> Failure {
        let place = if path == Path::new(STANDARD_INPUT) {
            "standard input".into()
        } else {
            path.to_string_lossy()
        };
        Failure::File(format!("{what} {place}: {error}"))
    }
}

pub(crate) fn exit(parsed: Result<CommandResult, clap::Error>) -> ExitCode {
    let result = parsed.unwrap_or_else(|error| {
        if error.use_stderr() {
            return Err(Failure::Usage(one_sentence(&error)));
        }
        // `--help` and `--version`.
        print(&error.to_string()).map(|()| true)
    });
    let (code, sentence) = match result {
        Ok(true) => return ExitCode::SUCCESS,
        Ok(false) => return ExitCode::from(1),
        Err(Failure::No(sentence)) => (1, sentence),
        Err(Failure::Usage(sentence)) => (2, sentence),
        Err(Failure::File(sentence)) => (3, sentence),
        Err(Failure::Busy(sentence)) => (4, sentence),
    };
    note(&sentence);
    ExitCode::from(code)
}

/// Prints to standard output, without keys, and with invisible and control characters escaped.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    print_secret(&harmless(&redact(text)))
}

/// Prints to standard output, keys included.
pub(crate) fn print_secret(text: &str) -> Result<(), Failure> {
    match write(text) {
        // The reader of a broken pipe has seen enough, like `head`.
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(unwritten(&error)),
        _ => Ok(()),
    }
}

/// Prints a ring, and reports an error even if the reader is gone, because the ring would be lost.
pub(crate) fn print_ring(text: &str) -> Result<(), Failure> {
    write(text).map_err(|error| unwritten(&error))
}

fn write(text: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    let line_end = if text.ends_with('\n') { "" } else { "\n" };
    write!(out, "{text}{line_end}").and_then(|()| out.flush())
}

fn unwritten(error: &io::Error) -> Failure {
    Failure::File(format!("cannot write to standard output: {error}"))
}

pub(crate) fn note(sentence: &str) {
    // An error may show an argument, which may be a key by mistake.
    let sentence = harmless(&redact(&readable(sentence)));
    // A failure here cannot be reported anywhere.
    let _ = writeln!(io::stderr(), "hardtack: {sentence}");
}

/// Cuts off a sentence that is too long to be read, such as one that repeats a megabyte from a visitor. The cut is
/// between two words, because a part of a key would not be recognized.
fn readable(sentence: &str) -> Cow<'_, str> {
    let mut end = 0;
    for word in sentence.split_inclusive(char::is_whitespace) {
        if end + word.len() > LONGEST_SENTENCE {
            return format!("{}…", &sentence[..end]).into();
        }
        end += word.len();
    }
    sentence.into()
}

/// Escapes invisible characters, and characters that control a terminal, except line feeds, as JSON does. The content
/// of a cookie may come from a visitor.
fn harmless(text: &str) -> String {
    let mut harmless = String::with_capacity(text.len());
    for c in text.chars() {
        if c == '\n' || !(is_control(c) || is_invisible(c)) {
            harmless.push(c);
            continue;
        }
        for unit in c.encode_utf16(&mut [0; 2]) {
            harmless.push_str(&format!("\\u{unit:04x}"));
        }
    }
    harmless
}

/// Escapes the line feeds in text from a visitor, for a sentence of one line.
pub(crate) fn quoted(text: &str) -> String {
    text.replace('\n', "\\u000a")
}

/// Returns `true` for control characters (C0, DEL, C1), line separators and marks of text direction.
fn is_control(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{061c}' | '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
        )
}

/// Returns `true` for characters without a width (`Default_Ignorable_Code_Point` of Unicode), and marks of annotations.
fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
            | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Returns the message of the argument parser, without the usage after it.
fn one_sentence(error: &clap::Error) -> String {
    if error.kind() == clap::error::ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand {
        return format!(
            "a command is missing; `{HARDTACK} --help` and `{HARDTACK} ring --help` list them"
        );
    }
    let text = error.to_string();
    let is_message = |line: &&str| !line.starts_with("Usage:") && !line.starts_with("For more");
    let is_help = |line: &&str| !line.is_empty() && !line.starts_with("tip: to pass");
    let lines = text.lines().take_while(is_message).map(str::trim);
    let joined = lines.filter(is_help).collect::<Vec<_>>().join(" ");
    let message = joined.replace(" tip: ", "; tip: ");
    let sentence = message.strip_prefix("error: ").unwrap_or(&message);
    format!("{sentence}; see `--help`")
}

/// Longest sentence, in bytes.
const LONGEST_SENTENCE: usize = 4_000;
