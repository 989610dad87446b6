//! A mounted secret: a folder that is replaced the way Kubernetes does it.

use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

pub(crate) struct Secret {
    folder: PathBuf,
    version: u32,
}

impl Secret {
    /// `keys` is a link to `..data/keys`, and `..data` a link to the folder of a version.
    pub(crate) fn mount(folder: &Path, ring: &str) -> Secret {
        fs::create_dir_all(folder).unwrap();
        symlink("..data/keys", folder.join("keys")).unwrap();
        let folder = folder.to_owned();
        let mut secret = Secret { folder, version: 0 };
        secret.replace(ring);
        secret
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("keys")
    }

    /// Writes a folder beside the earlier one, and swaps the link `..data` in one step.
    pub(crate) fn replace(&mut self, ring: &str) {
        let before = format!("..version-{}", self.version);
        self.version += 1;
        let version = format!("..version-{}", self.version);
        fs::create_dir(self.folder.join(&version)).unwrap();
        fs::write(self.folder.join(&version).join("keys"), format!("{ring}\n")).unwrap();
        symlink(version, self.folder.join("..data_tmp")).unwrap();
        fs::rename(self.folder.join("..data_tmp"), self.folder.join("..data")).unwrap();
        if self.version > 1 {
            fs::remove_dir_all(self.folder.join(before)).unwrap();
        }
    }
}
