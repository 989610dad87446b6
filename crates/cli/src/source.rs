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
    // Allocated at once, because growing would leave copies of keys behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST as usize + 1));
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

    /// A pipe that gives a piece at a time, and notes where each is put.
    struct Pipe {
        pieces: u32,
        places: Vec<usize>,
    }

    impl Read for &mut Pipe {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.pieces == 0 {
                return Ok(0);
            }
            self.pieces -= 1;
            let len = buffer.len().min(4_096);
            buffer[..len].fill(b'#');
            self.places.extend([buffer.as_ptr().addr(), len]);
            Ok(len)
        }
    }

    #[test]
    fn a_source_is_read_into_one_place_so_that_no_copy_of_a_key_is_left() {
        let mut pipe = Pipe {
            pieces: 100,
            places: Vec::new(),
        };
        let bytes = all_of(&mut pipe).unwrap();
        let mut end = bytes.as_ptr().addr();
        for place in pipe.places.chunks(2) {
            assert_eq!(place[0], end);
            end += place[1];
        }
        assert_eq!(end, bytes.as_ptr_range().end.addr());
        assert!(bytes.len() > 100_000);
    }
}
