//! Reads files, pipes and standard input.

use std::io::{self, Read};

use zeroize::Zeroizing;

/// Reads a source to its end. Refuses a source of more than 1 MiB, because rings, settings and the headers of a request
/// are shorter.
pub(crate) fn all_of(source: impl Read) -> io::Result<Zeroizing<Vec<u8>>> {
    let mut bytes = Zeroizing::new(Vec::new());
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        Err(io::Error::other("it is longer than 1 MiB"))
    } else {
        Ok(bytes)
    }
}

/// Argument that stands for standard input, and for standard output if a command writes.
pub(crate) const STANDARD_INPUT: &str = "-";
const LONGEST: u64 = 1 << 20;
