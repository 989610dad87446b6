//! Files that change, vanish and come back.

use std::{fs, path::Path};

use hardtack::keys::{RingSource, WatchedKeyRing};

use crate::common::accepted_keys;

use super::{
    Watched, file_of, folder::Folder, id, key, refused, replaced, seals, unchanged, unsettled,
    watch,
};

/// A watched file with one key.
fn watched_file() -> (Folder, Watched, String) {
    let key = key();
    let (folder, path) = Folder::with("keys", file_of(&key));
    (folder, watch(RingSource::file(path)), key)
}

#[test]
fn a_file_that_is_overwritten_is_used_after_two_polls() {
    let (folder, mut watched, old) = watched_file();
    let new = key();
    unchanged(&mut watched);
    folder.write("keys", file_of(&new));
    assert_eq!(seals(&watched), id(&old));
    replaced(&mut watched);
    assert_eq!(seals(&watched), id(&new));
}

#[test]
fn a_file_that_is_renamed_over_is_followed() {
    let (folder, mut watched, _) = watched_file();
    for _ in 0..3 {
        let new = key();
        folder.write("keys.new", file_of(&new));
        fs::rename(folder.path("keys.new"), folder.path("keys")).unwrap();
        replaced(&mut watched);
        assert_eq!(seals(&watched), id(&new));
    }
}

/// A folder of secrets as Kubernetes mounts it.
#[cfg(unix)]
mod mounted {
    use std::{fs, os::unix::fs::symlink};

    use super::*;

    struct Mounted {
        folder: Folder,
        version: u32,
    }

    impl Mounted {
        fn new<const N: usize>(files: [(&str, &str); N]) -> Mounted {
            let mut mounted = Mounted {
                folder: Folder::new(),
                version: 0,
            };
            mounted.swap(files);
            for (file, _) in files {
                symlink(Path::new("..data").join(file), mounted.folder.path(file)).unwrap();
            }
            mounted
        }

        /// Replaces all files at once by renaming a link.
        fn swap<const N: usize>(&mut self, files: [(&str, &str); N]) {
            let earlier = format!("..2027_01_15_{}", self.version);
            self.version += 1;
            let version = format!("..2027_01_15_{}", self.version);
            fs::create_dir(self.folder.path(&version)).unwrap();
            for (file, key) in files {
                self.folder
                    .write(Path::new(&version).join(file), file_of(key));
            }
            symlink(&version, self.folder.path("..data_tmp")).unwrap();
            let [new, link] = ["..data_tmp", "..data"].map(|link| self.folder.path(link));
            fs::rename(new, link).unwrap();
            let _ = fs::remove_dir_all(self.folder.path(earlier));
        }

        fn watch<const N: usize>(&self, files: [&str; N]) -> Watched {
            let sources = files.map(|file| RingSource::file(self.folder.path(file)));
            WatchedKeyRing::from_sources(sources).unwrap()
        }
    }

    #[test]
    fn a_file_behind_a_link_that_is_swapped_is_followed() {
        let mut mounted = Mounted::new([("keys", &key())]);
        let mut watched = mounted.watch(["keys"]);
        for _ in 0..3 {
            let new = key();
            mounted.swap([("keys", &new)]);
            replaced(&mut watched);
            assert_eq!(seals(&watched), id(&new));
        }
    }

    #[test]
    fn a_swap_to_the_same_content_is_no_change() {
        let key = key();
        let mut mounted = Mounted::new([("keys", &key)]);
        let mut watched = mounted.watch(["keys"]);
        mounted.swap([("keys", &key)]);
        unchanged(&mut watched);
    }

    #[test]
    fn the_files_of_one_folder_change_together() {
        let keys = [key(), key(), key()];
        let until = |key: &str| format!("{key} accept_until=2099-01-01T00:00:00Z");
        let mut mounted = Mounted::new([("new", &keys[1]), ("old", &until(&keys[0]))]);
        let mut watched = mounted.watch(["new", "old"]);
        assert_eq!(seals(&watched), id(&keys[1]));
        mounted.swap([("new", &keys[2]), ("old", &until(&keys[1]))]);
        replaced(&mut watched);
        assert_eq!(seals(&watched), id(&keys[2]));
        let accepts = accepted_keys(&watched.keys().current(), crate::common::at(0));
        assert!(accepts.contains(&id(&keys[1])) && accepts.len() == 2);
    }
}

#[test]
fn files_that_change_one_after_the_other_are_used_when_all_have() {
    let folder = Folder::new();
    let [old, next, last] = [key(), key(), key()];
    folder.write("a", file_of(&old));
    folder.write("b", file_of(&next));
    let sources = ["a", "b"].map(|file| RingSource::file(folder.path(file)));
    let mut watched = Watched::from_sources(sources).unwrap();
    folder.write("a", file_of(&next));
    unsettled(&mut watched);
    folder.write("b", file_of(&last));
    assert_eq!(seals(&watched), id(&old));
    replaced(&mut watched);
    assert_eq!(seals(&watched), id(&next));
}

#[test]
fn a_text_that_moves_to_another_file_is_a_change() {
    let folder = Folder::new();
    let (a, b) = (key(), key());
    let split = |at: usize| {
        let lines = [file_of(&a), "# x\n".to_owned(), file_of(&b)];
        folder.write("a", lines[..at].concat());
        folder.write("b", lines[at..].concat());
    };
    split(1);
    let sources = ["a", "b"].map(|file| RingSource::file(folder.path(file)));
    let mut watched = Watched::from_sources(sources).unwrap();
    split(2);
    replaced(&mut watched);
}

#[test]
fn a_file_that_is_written_in_two_halves_is_used_whole_or_not_at_all() {
    let (folder, _, _) = watched_file();
    let old = file_of(&key());
    // Each line is a ring of its own.
    let new = [file_of(&key()), "# the old one\n".to_owned(), old.clone()].concat();
    for cut in 0..new.len() {
        folder.write("keys", &old);
        let mut watched = watch(RingSource::file(folder.path("keys")));
        let used = watched.keys().current().fingerprint();
        folder.write("keys", &new[..cut]);
        unsettled(&mut watched);
        assert_eq!(watched.keys().current().fingerprint(), used, "{cut}");
        folder.write("keys", &new);
        replaced(&mut watched);
        assert_eq!(
            accepted_keys(&watched.keys().current(), crate::common::at(0)).len(),
            2
        );
    }
}

#[test]
fn a_half_without_a_line_feed_is_never_used_however_long_it_stays() {
    let (folder, mut watched, old) = watched_file();
    let new = key();
    let path = folder.path("keys");
    folder.write("keys", &new);
    let expected = format!(
        "file {} does not end with a line feed, so it may be half written: restore it, or end it with one if it is whole",
        path.display()
    );
    assert_eq!(refused(&mut watched), expected);
    assert_eq!(seals(&watched), id(&old));
    folder.write("keys", file_of(&new));
    replaced(&mut watched);
    folder.write("keys", &new);
    let error = Watched::from_sources([RingSource::file(path)]).unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn a_file_that_is_truncated_changes_nothing() {
    let (folder, mut watched, old) = watched_file();
    for nothing in ["", "\n"] {
        folder.write("keys", nothing);
        let sentence = refused(&mut watched);
        assert!(sentence.contains(": key ring has no key; "), "{sentence}");
    }
    folder.write("keys", file_of(&old));
    unchanged(&mut watched);
}

#[test]
fn a_file_that_is_deleted_and_comes_back_is_followed_again() {
    let (folder, mut watched, old) = watched_file();
    let path = folder.path("keys");
    let delete = || fs::remove_file(&path).unwrap();
    // For a moment, as some editors do.
    delete();
    unsettled(&mut watched);
    folder.write("keys", file_of(&old));
    unchanged(&mut watched);

    delete();
    let sentence = refused(&mut watched);
    let expected = format!("cannot read file {}: ", path.display());
    assert!(sentence.starts_with(&expected), "{sentence}");
    let new = key();
    folder.write("keys", file_of(&new));
    replaced(&mut watched);
    assert_eq!(seals(&watched), id(&new));
    // The same problem is reported again if it happens again, and so is another one.
    delete();
    refused(&mut watched);
    folder.write("keys", b"\xff");
    refused(&mut watched);
}

#[test]
fn a_file_that_grows_too_large_changes_nothing() {
    let (folder, mut watched, old) = watched_file();
    folder.write("keys", file_of(&old).repeat(20_000));
    let sentence = refused(&mut watched);
    assert!(
        sentence.ends_with("larger than 1 MiB, expected keys"),
        "{sentence}"
    );
}

#[test]
fn a_file_that_is_missing_at_the_start_is_an_error() {
    let folder = Folder::new();
    let error = Watched::from_sources([RingSource::file(folder.path("keys"))]);
    assert!(
        error
            .unwrap_err()
            .to_string()
            .starts_with("cannot read file ")
    );
}

/// Reading a pipe would wait until somebody writes to it, and the thread with it.
#[cfg(unix)]
#[test]
fn a_file_that_becomes_something_else_is_refused() {
    let (folder, path) = Folder::with("keys", file_of(&key()));
    let mut watched = watch(RingSource::file(&path));
    let pipe = folder.pipe("pipe");
    for other in [Path::new("/dev/null"), &folder.path("."), &pipe] {
        fs::remove_file(&path).unwrap();
        std::os::unix::fs::symlink(other, &path).unwrap();
        let sentence = refused(&mut watched);
        assert!(sentence.contains("is not a regular file"), "{sentence}");
        let new = key();
        fs::remove_file(&path).unwrap();
        folder.write("keys", file_of(&new));
        replaced(&mut watched);
        assert_eq!(seals(&watched), id(&new));
    }
}
