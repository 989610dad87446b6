//! A copy of the repository with every fault in it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::table::Fault;

/// Makes the copy, or brings an earlier one up to date. Files that are the same keep their time, so that little is built
/// again.
pub(crate) fn make(root: &Path, copy: &Path, faults: &[Fault]) {
    for file in files(root, Path::new("")) {
        let Ok(mut text) = fs::read(root.join(&file)) else {
            continue;
        };
        if let Ok(code) = String::from_utf8(text.clone()) {
            text = with_faults(&file, code, faults).into_bytes();
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
            kind if kind.is_file() => found.push(path),
            _ => {}
        }
    }
    found
}

fn with_faults(file: &Path, mut code: String, faults: &[Fault]) -> String {
    for fault in faults.iter().filter(|fault| Path::new(&fault.file) == file) {
        let question = format!("crate::is_made({:?})", fault.name);
        code = code.replacen(&fault.find, &fault.with.replace("FAULT", &question), 1);
    }
    let is_library = |fault: &Fault| file == Path::new(library_of(&fault.file)).join("lib.rs");
    if faults.iter().any(is_library) {
        code.push_str(IS_MADE);
    }
    code
}

/// Returns the folder of the library that a file belongs to: `src`, or `migrate/src`.
fn library_of(file: &str) -> &str {
    let end = file.find("src/").expect("a file of a library") + "src".len();
    &file[..end]
}

const LEFT_OUT: [&str; 4] = [".git", "node_modules", "target", "corpus"];

const IS_MADE: &str = r#"
/// Returns `true` if the fault of this name is made.
pub(crate) fn is_made(name: &str) -> bool {
    static MADE: std::sync::LazyLock<Option<String>> =
        std::sync::LazyLock::new(|| std::env::var("HARDTACK_FAULT").ok());
    MADE.as_deref() == Some(name)
}
"#;
