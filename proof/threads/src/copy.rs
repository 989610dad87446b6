//! A copy of the repository with every change in it.

#[path = "../../../tests/common/files.rs"]
mod files;

use std::{collections::HashSet, fs, path::Path};

use files::files;

/// Makes the copy, or brings an earlier one up to date. `change` gets the path of a file and its text. Files that are the
/// same keep their time, so that little is built again. Files that are gone are removed.
///
/// # Panics
///
/// If a file cannot be written, or a folder not be read.
pub(crate) fn make(root: &Path, copy: &Path, change: impl Fn(&Path, String) -> String) {
    let copied: HashSet<_> = files(root, Path::new("")).into_iter().collect();
    for file in &copied {
        let Ok(mut text) = fs::read(root.join(file)) else {
            continue;
        };
        if let Ok(code) = String::from_utf8(text.clone()) {
            text = change(file, code).into_bytes();
        }
        let target = copy.join(file);
        if fs::read(&target).is_ok_and(|known| known == text) {
            continue;
        }
        let folder = target.parent().expect("a file of the copy has a folder");
        fs::create_dir_all(folder).expect("a folder of the copy");
        fs::write(&target, text).expect("a file of the copy");
    }
    // A module that has moved would be there twice.
    for file in files(copy, Path::new("")) {
        if !copied.contains(&file) {
            fs::remove_file(copy.join(file)).expect("a file that is gone");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{env, io, process};

    use super::*;

    #[test]
    fn a_file_that_is_gone_is_gone_from_the_copy() -> io::Result<()> {
        let folder = env::temp_dir().join(format!("hardtack-copy-{}", process::id()));
        let (root, copy) = (folder.join("root"), folder.join("copy"));
        fs::create_dir_all(&root)?;
        for name in ["first.rs", "second.rs"] {
            fs::write(root.join(name), name)?;
            make(&root, &copy, |_, text| text);
            assert_eq!(files(&copy, Path::new("")), [Path::new(name)]);
            fs::remove_file(root.join(name))?;
        }
        fs::remove_dir_all(folder)
    }
}
