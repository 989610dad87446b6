//! Reads files, pipes and standard input.

use std::{
    fs::File,
    io::{self, IsTerminal, Read},
    path::Path,
    time::Duration,
};

use zeroize::Zeroizing;

/// Reads a file, and refuses one that does not answer in time, such as a pipe without a writer or a mount that hangs.
pub(crate) fn file(path: &Path) -> io::Result<Bytes> {
    let path = path.to_owned();
    within(LONGEST_WAIT, move || File::open(path).and_then(all_of))
}

/// Reads standard input. A person at a terminal has time.
pub(crate) fn standard_input() -> io::Result<Bytes> {
    if io::stdin().is_terminal() {
        return all_of(io::stdin());
    }
    within(LONGEST_WAIT, || all_of(io::stdin()))
}

/// Reads a source to its end. Refuses a source of more than 1 MiB, because rings, settings and the headers of a request
/// are shorter.
pub(crate) fn all_of(source: impl Read) -> io::Result<Bytes> {
    let mut bytes = Zeroizing::new(Vec::new());
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        Err(io::Error::other("it is longer than 1 MiB"))
    } else {
        Ok(bytes)
    }
}

#[cfg(not(target_os = "wasi"))]
fn within(
    wait: Duration,
    read: impl FnOnce() -> io::Result<Bytes> + Send + 'static,
) -> io::Result<Bytes> {
    let (sender, receiver) = std::sync::mpsc::channel();
    std::thread::Builder::new().spawn(move || {
        // After the wait, nobody receives.
        let _ = sender.send(read());
    })?;
    receiver.recv_timeout(wait).unwrap_or_else(|_| {
        let sentence = format!(
            "it has not answered for {} seconds, as a pipe without a writer, or a mount that hangs",
            wait.as_secs()
        );
        Err(io::Error::new(io::ErrorKind::TimedOut, sentence))
    })
}

/// Waits without a limit, because WASI has no threads.
#[cfg(target_os = "wasi")]
fn within(_: Duration, read: impl FnOnce() -> io::Result<Bytes>) -> io::Result<Bytes> {
    read()
}

pub(crate) type Bytes = Zeroizing<Vec<u8>>;

/// Argument that stands for standard input, and for standard output if a command writes.
pub(crate) const STANDARD_INPUT: &str = "-";
const LONGEST: u64 = 1 << 20;
const LONGEST_WAIT: Duration = Duration::from_secs(30);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_that_never_answers_ends_with_an_error() {
        let (_writer, reader) = std::sync::mpsc::channel();
        let refused = within(Duration::ZERO, move || {
            Err(reader.recv().unwrap_or_else(io::Error::other))
        });
        let refused = refused.unwrap_err().to_string();
        assert!(refused.starts_with("it has not answered for"), "{refused}");
    }
}
