//! Reads ring files, and replaces them: whole or not at all, and by one process at a time.
//!
//! A new text is written to a temporary file next to the ring, which is then renamed over it. The temporary file always
//! has the same name, and is locked as long as its process lives, so it is also the lock. A temporary file that is not
//! locked was left behind by a crash. `lock_wasi.rs` is for systems without locks.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Write},
    path::{Path, PathBuf},
    thread,
    time::{Duration, SystemTime},
};

use zeroize::Zeroizing;

use super::{KeyRing, lock, overlap};
use crate::{
    output::Failure,
    source::{self, STANDARD_INPUT},
    time,
};

/// Returns the text of a file, or of standard input for `-`.
pub(super) fn read(path: &Path) -> Result<Zeroizing<String>, Failure> {
    let bytes = if path == Path::new(STANDARD_INPUT) {
        source::standard_input()
    } else {
        source::file(path)
    };
    text_of(
        &bytes.map_err(|error| Failure::file("cannot read", path, error))?,
        path,
    )
}

/// Returns the text of a file that a change would replace, or `None` if there is no such file. Refuses what
/// [`EditedFile`] refuses.
pub(super) fn read_for_dry_run(path: &Path) -> Result<Option<Zeroizing<String>>, Failure> {
    let path = behind_links(path)?;
    let bytes = read_if_any(&path)?;
    bytes.map(|bytes| text_of(&bytes, &path)).transpose()
}

/// Returns the time at which the file was changed, if there is one. A set clock is not compared with it.
pub(super) fn modified(path: &Path) -> Option<SystemTime> {
    let metadata = fs::metadata(path).ok().filter(|_| !time::is_set())?;
    metadata.modified().ok()
}

pub(crate) fn read_ring(path: &Path) -> Result<KeyRing, Failure> {
    parse(&read(path)?, path)
}

pub(super) fn parse(text: &str, path: &Path) -> Result<KeyRing, Failure> {
    text.parse()
        .map_err(|error| Failure::file("cannot read a key ring from", path, error))
}

/// Returns the overlap noted in a file.
pub(super) fn overlap(text: &str, path: &Path) -> Result<Option<Duration>, Failure> {
    overlap::noted(text).map_err(|error| Failure::file("cannot read", path, error))
}

/// A ring file, locked against other editing commands while this lives.
pub(super) struct EditedFile {
    /// Path of the file itself, which is not a link.
    path: PathBuf,
    /// Content before the change.
    before: Option<Zeroizing<Vec<u8>>>,
    temporary: Temporary,
}

impl EditedFile {
    pub(super) fn open(path: &Path) -> Result<EditedFile, Failure> {
        let path = behind_links(path)?;
        let temporary = Temporary::lock(&path)?;
        let before = read_if_any(&path)?;
        Ok(EditedFile {
            path,
            before,
            temporary,
        })
    }

    /// Returns the text of the file, or `None` if there is no such file.
    pub(super) fn text(&self) -> Result<Option<Zeroizing<String>>, Failure> {
        let before = self.before.as_deref();
        before.map(|bytes| text_of(bytes, &self.path)).transpose()
    }

    /// Replaces the content of the file. Returns a note if the change may be lost.
    pub(super) fn replace(mut self, text: &str) -> Result<Option<String>, Failure> {
        self.check_unchanged()?;
        let fail = |error| cannot("write", &self.path, &error);
        let file = &mut self.temporary.file;
        file.write_all(text.as_bytes()).map_err(fail)?;
        if self.before.is_some() {
            keep_permissions(file, &self.path)?;
        }
        file.sync_all().map_err(fail)?;
        if !lock::is_held(&self.temporary.path, text) {
            self.temporary.is_gone = true;
            return Err(busy(&self.path));
        }
        match rename_over(&self.temporary.path, &self.path) {
            Err(error) if is_open_elsewhere(&self.path, &error) => {
                return Err(Failure::Busy(format!(
                    "another program has {} open, try again",
                    self.path.display()
                )));
            }
            renamed => renamed.map_err(fail)?,
        }
        self.temporary.is_gone = true;
        // The change is made now, and an error would say that it is not.
        let unsynced = sync_folder(&self.path).err();
        Ok(unsynced.map(|error| {
            let path = self.path.display();
            format!("{path} is written, but may be lost at a power failure: {error}")
        }))
    }

    /// Checks that the file has not changed, because editors and other programs ignore the lock.
    fn check_unchanged(&self) -> Result<(), Failure> {
        if self.before == read_if_any(&self.path)? {
            return Ok(());
        }
        let path = self.path.display();
        Err(Failure::Busy(format!(
            "{path} was just changed by another program; look at it and try again"
        )))
    }
}

fn read_if_any(path: &Path) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
    match source::file(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::file("cannot read", path, error)),
        Ok(bytes) => Ok(Some(bytes)),
    }
}

/// Temporary file next to a ring, which is also the lock.
struct Temporary {
    path: PathBuf,
    file: File,
    /// `true` if the file has become the ring, or if another process owns the file at its path.
    is_gone: bool,
}

impl Temporary {
    fn lock(ring: &Path) -> Result<Temporary, Failure> {
        let mut name = std::ffi::OsString::from(".");
        name.push(ring.file_name().unwrap_or_default());
        name.push(".hardtack");
        let path = ring.with_file_name(name);
        let fail = |error| cannot("write", &path, &error);
        for _ in 0..TRIES {
            let file = match private().open(&path) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    match remove_leftover(&path) {
                        Ok(false) => break,
                        Err(error) if error.kind() != ErrorKind::NotFound => {
                            return Err(fail(error));
                        }
                        _ => continue,
                    }
                }
                file => file.map_err(fail)?,
            };
            // Meanwhile, another process may have taken it for a leftover of a crash. Under WASI it may be behind a link.
            if !lock::take(&file, &path).map_err(fail)? {
                break;
            }
            return Ok(Temporary {
                path,
                file,
                is_gone: false,
            });
        }
        Err(busy(ring))
    }
}

/// Returns a failure that says what to do at a mounted secret, or about the file of another user.
fn cannot(what: &str, path: &Path, error: &io::Error) -> Failure {
    let remedy = match error.kind() {
        ErrorKind::ReadOnlyFilesystem => {
            "; change the secret that is mounted there, with - as FILE"
        }
        ErrorKind::PermissionDenied => "; run this as the owner of the file",
        _ => "",
    };
    Failure::file(&format!("cannot {what}"), path, format!("{error}{remedy}"))
}

fn busy(ring: &Path) -> Failure {
    Failure::Busy(format!(
        "another process is editing {}, try again",
        ring.display()
    ))
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if !self.is_gone {
            // The next run removes a file that remains.
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Removes a temporary file that a crash left behind. Returns `false` if it may be in use.
fn remove_leftover(path: &Path) -> io::Result<bool> {
    if !fs::symlink_metadata(path)?.is_file() {
        return Err(io::Error::other(NO_TEMPORARY));
    }
    lock::remove_leftover(path)
}

/// Returns the path of the file itself, so that a link stays a link.
fn behind_links(path: &Path) -> Result<PathBuf, Failure> {
    let fail = |error: io::Error| Failure::file("cannot read", path, error);
    match fs::metadata(path) {
        Ok(found) if found.is_file() => {}
        Ok(_) => return Err(fail(io::Error::other("not a regular file"))),
        // A new file.
        Err(error) if error.kind() == ErrorKind::NotFound && !path.is_symlink() => {}
        Err(error) => return Err(fail(error)),
    }
    let mut path = path.to_owned();
    while let Ok(target) = fs::read_link(&path) {
        path = folder_of(&path).join(target);
    }
    Ok(path)
}

fn folder_of(path: &Path) -> &Path {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    folder.unwrap_or(Path::new("."))
}

fn text_of(bytes: &[u8], path: &Path) -> Result<Zeroizing<String>, Failure> {
    let fail = |_| Failure::file("cannot read a key ring from", path, "it is not UTF-8");
    let text = std::str::from_utf8(bytes).map_err(fail)?;
    Ok(Zeroizing::new(text.to_owned()))
}

/// Renames a file over another. Waits for a program that has the other open, as a server has its ring at each poll.
fn rename_over(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 0..TRIES {
        match fs::rename(from, to) {
            Err(error) if is_open_elsewhere(to, &error) => thread::sleep(BETWEEN_TRIES),
            renamed => return renamed,
        }
    }
    fs::rename(from, to)
}

/// Returns `true` if Windows refused to replace a file because another program has it open: `ERROR_ACCESS_DENIED`, as for
/// a read-only file, or `ERROR_SHARING_VIOLATION`.
fn is_open_elsewhere(path: &Path, error: &io::Error) -> bool {
    cfg!(windows)
        && matches!(error.raw_os_error(), Some(5 | 32))
        && fs::metadata(path).is_ok_and(|found| !found.permissions().readonly())
}

/// Syncs the folder, which holds the name of the file.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let synced = File::open(folder_of(path)).and_then(|folder| folder.sync_all());
    // Deno, a runtime for WASI, cannot do this.
    if cfg!(target_os = "wasi") {
        Ok(())
    } else {
        synced
    }
}

/// Returns the options of a new file, which on Unix only its owner can read, from the start.
fn private() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

/// Gives `file` the owner, the group and the mode of the file at `path`, which its operator chose.
#[cfg(unix)]
fn keep_permissions(file: &File, path: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt, fchown};

    let fail = |error| cannot("keep owner, group and mode of", path, &error);
    let before = fs::metadata(path).map_err(fail)?;
    let now = file.metadata().map_err(fail)?;
    // Before the mode, which lets the group read.
    if (now.uid(), now.gid()) != (before.uid(), before.gid()) {
        fchown(file, Some(before.uid()), Some(before.gid())).map_err(fail)?;
    }
    let mode = fs::Permissions::from_mode(before.mode() & 0o777);
    file.set_permissions(mode).map_err(fail)
}

/// Does nothing. On Windows, a file inherits the permissions of its folder. WASI has no permissions, so crates/cli/npm
/// restricts a file to its owner.
#[cfg(not(unix))]
fn keep_permissions(_: &File, _: &Path) -> Result<(), Failure> {
    Ok(())
}

pub(super) const NO_TEMPORARY: &str = "expected a temporary file there, found something else";

/// Attempts to create the temporary file while other processes come and go, and to rename it over one that is open.
const TRIES: usize = 100;
const BETWEEN_TRIES: Duration = Duration::from_millis(10);

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the path of a file of this name for a test.
    fn temporary(name: &str) -> PathBuf {
        std::env::temp_dir().join(format!("hardtack-{name}-{}", std::process::id()))
    }

    #[test]
    fn at_a_mounted_secret_a_failure_says_what_to_change() {
        let error = io::Error::from(ErrorKind::ReadOnlyFilesystem);
        let Failure::File(sentence) = cannot("write", Path::new("keys"), &error) else {
            panic!();
        };
        assert!(
            sentence.ends_with("mounted there, with - as FILE"),
            "{sentence}"
        );
    }

    #[test]
    fn what_an_editor_has_changed_in_the_meantime_is_not_overwritten() {
        let path = temporary("edited");
        for (before, meantime) in [
            (Some("one"), Some("another")),
            (Some("one"), None),
            (None, Some("another")),
        ] {
            let set = |text: Option<&str>| match text {
                Some(text) => fs::write(&path, text).unwrap(),
                None => fs::remove_file(&path).unwrap_or_default(),
            };
            set(before);
            let file = EditedFile::open(&path).ok().unwrap();
            set(meantime);
            assert!(matches!(file.replace("ours"), Err(Failure::Busy(_))));
            assert_eq!(fs::read_to_string(&path).ok().as_deref(), meantime);
            set(None);
        }
        assert!(
            !path
                .with_file_name(format!(".{}.hardtack", path.file_name().unwrap().display()))
                .exists()
        );
    }

    #[test]
    fn a_ring_that_a_server_reads_is_replaced_at_the_latest_when_it_is_closed() {
        let path = temporary("open");
        fs::write(&path, "one").unwrap();
        let open = File::open(&path).unwrap();
        let closing = thread::spawn(move || {
            thread::sleep(Duration::from_millis(200));
            drop(open);
        });
        let file = EditedFile::open(&path).ok().unwrap();
        assert!(file.replace("ours").is_ok());
        assert_eq!(fs::read_to_string(&path).unwrap(), "ours");
        closing.join().unwrap();
        fs::remove_file(&path).unwrap();
    }

    #[cfg(windows)]
    #[test]
    fn a_ring_that_stays_open_is_busy_and_one_that_is_read_only_is_an_error() {
        use std::os::windows::fs::OpenOptionsExt;

        let path = temporary("held");
        fs::write(&path, "one").unwrap();
        // Shared for reading alone.
        let open = OpenOptions::new().read(true).share_mode(1).open(&path);
        let replaced = || EditedFile::open(&path).ok().unwrap().replace("ours");
        assert!(matches!(replaced(), Err(Failure::Busy(_))));
        drop(open);
        let mut permissions = fs::metadata(&path).unwrap().permissions();
        permissions.set_readonly(true);
        fs::set_permissions(&path, permissions.clone()).unwrap();
        // A rename by the rules of POSIX replaces it.
        let replaced = replaced();
        assert!(!matches!(replaced, Err(Failure::Busy(_))));
        #[allow(clippy::permissions_set_readonly_false, reason = "for Windows alone")]
        permissions.set_readonly(false);
        fs::set_permissions(&path, permissions).unwrap();
        fs::remove_file(&path).unwrap();
    }
}
