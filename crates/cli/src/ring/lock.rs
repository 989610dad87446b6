//! Lock on the temporary file of a ring, by the operating system.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use same_file::Handle;

/// Locks a new file. Returns `false` if another process has locked or removed it.
pub(super) fn take(file: &File, path: &Path) -> io::Result<bool> {
    Ok(try_lock(file)? && is_at(file, path))
}

/// Returns `true`, because only the holder of the lock renames or removes the file at this path.
pub(super) fn is_held(_: &Path, _: &str) -> bool {
    true
}

/// Removes the file of a process that is dead. Returns `false` if the process is alive.
pub(super) fn remove_leftover(path: &Path) -> io::Result<bool> {
    let file = OpenOptions::new().read(true).write(true).open(path)?;
    if !try_lock(&file)? {
        return Ok(false);
    }
    if is_at(&file, path) {
        fs::remove_file(path)?;
    }
    Ok(true)
}

/// Locks a file. Returns `false` if another process has locked it.
fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Err(TryLockError::Error(error)) => Err(error),
        tried => Ok(tried.is_ok()),
    }
}

/// Returns `true` if `path` still leads to this file.
fn is_at(file: &File, path: &Path) -> bool {
    let file = file.try_clone().and_then(Handle::from_file);
    matches!((file, Handle::from_path(path)), (Ok(file), Ok(found)) if file == found)
}
