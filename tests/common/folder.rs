//! A folder for one test, with files in it.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process,
    sync::atomic::{AtomicU32, Ordering},
};

/// It is removed when it is dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Folder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::Relaxed);
        let name = format!("hardtack-test-{}-{number}", process::id());
        let path = env::temp_dir().join(name);
        fs::create_dir(&path).unwrap();
        Folder(path)
    }

    /// A folder with one file, and that file's path.
    pub(crate) fn with(file: &str, content: impl AsRef<[u8]>) -> (Folder, PathBuf) {
        let folder = Folder::new();
        folder.write(file, content);
        let path = folder.path(file);
        (folder, path)
    }

    pub(crate) fn path(&self, file: impl AsRef<Path>) -> PathBuf {
        self.0.join(file)
    }

    /// Makes a pipe with a name.
    #[cfg(unix)]
    pub(crate) fn pipe(&self, file: impl AsRef<Path>) -> PathBuf {
        let path = self.path(file);
        let made = process::Command::new("mkfifo").arg(&path).status();
        assert!(made.unwrap().success());
        path
    }

    pub(crate) fn write(&self, file: impl AsRef<Path>, content: impl AsRef<[u8]>) {
        fs::write(self.path(file), content).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}
