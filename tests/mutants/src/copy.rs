//! A copy of the repository with every change in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Makes the copy, or brings an earlier one up to date. `change` gets the path of a file and its text. Files that are the
/// same keep their time, so that little is built again.
///
/// # Panics
///
/// If a file cannot be written, or a folder not be read.
pub fn make(root: &Path, copy: &Path, change: impl Fn(&Path, String) -> String) {
    for file in files(root, Path::new("")) {
        let Ok(mut text) = fs::read(root.join(&file)) else {
            continue;
        };
        if let Ok(code) = String::from_utf8(text.clone()) {
            text = change(&file, code).into_bytes();
        }
        let target = copy.join(&file);
        if fs::read(&target).is_ok_and(|known| known == text) {
            continue;
        }
        let folder = target.parent().expect("a file of the copy has a folder");
        fs::create_dir_all(folder).expect("a folder of the copy");
        fs::write(&target, text).expect("a file of the copy");
    }
}

/// Returns the files of a folder, and of those in it, but for what is built or installed.
fn files(root: &Path, folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join(folder)).expect("a folder") {
        let entry = entry.expect("an entry of a folder");
        let (name, path) = (entry.file_name(), folder.join(entry.file_name()));
        let is_left_out = LEFT_OUT.iter().any(|left_out| name == *left_out);
        match entry.file_type().expect("the type of an entry") {
            kind if kind.is_dir() && !is_left_out => found.extend(files(root, &path)),
            kind if kind.is_file() || kind.is_symlink() => found.push(path),
            _ => {}
        }
    }
    found
}

const LEFT_OUT: [&str; 6] = [
    ".git",
    "corpus",
    "dist",
    "dist-test",
    "node_modules",
    "target",
];
