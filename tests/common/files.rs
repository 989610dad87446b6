//! The files of the repository.

use std::{
    fs,
    path::{Path, PathBuf},
};

/// Returns the files of a folder, and of those in it, but for what programs make or fetch.
pub(crate) fn files(root: &Path, folder: &Path) -> Vec<PathBuf> {
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

const LEFT_OUT: [&str; 15] = [
    ".astro",
    ".git",
    ".next",
    ".nuxt",
    ".output",
    ".svelte-kit",
    "__pycache__",
    "artifacts",
    "build",
    "corpus",
    "coverage",
    "dist",
    "dist-test",
    "node_modules",
    "target",
];
