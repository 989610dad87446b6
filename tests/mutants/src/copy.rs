//! A copy of the repository with every change in it.

#[path = "../../common/files.rs"]
mod files;

use std::{fs, path::Path};

use files::files;

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
