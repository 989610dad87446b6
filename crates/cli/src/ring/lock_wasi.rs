//! Lock on the temporary file of a ring for WASI, which has no locks. The file itself is the lock while it is young. A
//! command holds it for milliseconds.

use std::{
    fs::{self, File},
    io,
    path::Path,
    time::Duration,
};

use super::file::NO_TEMPORARY;
use crate::source::all_of;

/// Returns `true` if the file is new. WASI creates it behind a link, which somebody else may have put there.
pub(super) fn take(_: &File, path: &Path) -> io::Result<bool> {
    if fs::symlink_metadata(path)?.is_file() {
        return Ok(true);
    }
    Err(io::Error::other(NO_TEMPORARY))
}

/// Returns `false` if another process took the file for a leftover, and perhaps put its own there.
pub(super) fn is_held(path: &Path, text: &str) -> bool {
    let is_file = fs::symlink_metadata(path).is_ok_and(|found| found.is_file());
    let found = File::open(path).and_then(all_of);
    is_file && found.is_ok_and(|found| *found == text.as_bytes())
}

/// Removes the file that a crash left behind. Returns `false` if it may be in use.
pub(super) fn remove_leftover(path: &Path) -> io::Result<bool> {
    let written = fs::metadata(path)?.modified()?;
    if written.elapsed().unwrap_or_default() < LONGEST_COMMAND {
        return Ok(false);
    }
    fs::remove_file(path)?;
    Ok(true)
}

const LONGEST_COMMAND: Duration = Duration::from_secs(60);
