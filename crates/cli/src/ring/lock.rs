//! Lock on the temporary file of a ring, by the operating system.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    io,
    path::Path,
};

use same_file::Handle;

/// Locks a new file, and removes it if that is impossible. Returns `false` if another process has locked or removed it.
pub(super) fn take(file: &File, path: &Path) -> io::Result<bool> {
    let locked = try_lock(file);
    if locked.is_err() && is_at(file, path) {
        fs::remove_file(path)?;
    }
    Ok(locked? && is_at(file, path))
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
        Err(TryLockError::Error(error)) => Err(io::Error::other(format!(
            "it cannot be locked, as on some network file systems: {error}; change a copy in another folder, and copy it \
             back"
        ))),
        tried => Ok(tried.is_ok()),
    }
}

/// Returns `true` if `path` still leads to this file.
fn is_at(file: &File, path: &Path) -> bool {
    let file = file.try_clone().and_then(Handle::from_file);
    matches!((file, Handle::from_path(path)), (Ok(file), Ok(found)) if file == found)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::os::unix::fs::OpenOptionsExt;

    use super::*;

    /// As on a file system without locks.
    #[test]
    fn a_file_that_cannot_be_locked_is_not_left_behind() {
        const O_PATH: i32 = 0o10_000_000;
        let path = std::env::temp_dir().join(format!("hardtack-unlocked-{}", std::process::id()));
        fs::write(&path, "").unwrap();
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(O_PATH)
            .open(&path);
        let refused = take(&file.unwrap(), &path).unwrap_err().to_string();
        assert!(refused.starts_with("it cannot be locked"), "{refused}");
        assert!(!path.exists());
    }
}
