//! Rings from files, variables and functions, without settings.

use std::{env, fs, process::Command, thread};

use hardtack::{
    KeyRing, SigningKey,
    keys::{KeyError, RingSource},
};

use crate::common::accepted_keys;

use super::{folder::Folder, key, times::at};

const NO_KEY: &str = "key ring has no key; restore its keys, because a new one signs everyone out; `hardtack \
    keygen` and `EncryptionKey::generate` make the first";

type Ring = Result<KeyRing, KeyError>;

fn text(text: impl Into<String>) -> RingSource {
    let text = text.into();
    RingSource::from_fn("a function", move || Ok(text.clone()))
}

/// The ring of these texts, each of a source of its own.
fn ring<const N: usize>(texts: [&str; N]) -> Ring {
    KeyRing::from_sources(texts.map(text))
}

#[track_caller]
fn sentence(ring: Ring) -> String {
    ring.expect_err("the ring is refused").to_string()
}

#[test]
fn a_ring_is_read_from_a_file_in_either_form() {
    let (new, old) = (key(), key());
    let lines = format!("# for tests\n{new} seal_from=2099-01-01T00:00:00Z\r\n\n{old}");
    let commas = format!("{new} seal_from=2099-01-01T00:00:00Z, {old}");
    let expected = commas.parse::<KeyRing>().unwrap();
    for content in [
        &lines,
        &format!("{lines}\n"),
        &commas,
        &format!("{commas}\n"),
    ] {
        let (_folder, path) = Folder::with("keys", content);
        let ring = KeyRing::from_file(&path).unwrap();
        assert_eq!(ring.fingerprint(), expected.fingerprint());
    }
}

#[test]
fn sources_are_joined_before_the_ring_is_checked() {
    let keys = [key(), key(), key(), key()];
    let [a, b, c, d] = keys.each_ref().map(|key| &**key);
    let new = format!("{a} seal_from=2030-01-01T00:00:00Z");
    let old = format!("{b} accept_until=2030-02-01T00:00:00Z");
    let [early, late] = [
        "not_before=2026-02-01T00:00:00Z",
        "not_before=2026-03-01T00:00:00Z",
    ];
    let rest = "# none today\nnot_before=2030-01-01T00:00:00Z\n";
    assert!(ring([&old]).is_err());
    for (parts, same) in [
        ([&*new, &*old, ""], format!("{new}\n{old}")),
        ([&*old, "", &*new], format!("{new}\n{old}")),
        // In the order of the sources.
        (
            [&*format!("{a}\n{b}\n"), c, d],
            format!("{a}\n{b}\n{c}\n{d}"),
        ),
        ([d, &*format!("{c}, {b}"), a], format!("{d}\n{c}\n{b}\n{a}")),
        // Of several not_before the latest counts.
        ([a, early, late], format!("{a}\n{late}")),
        ([late, a, early], format!("{a}\n{late}")),
        ([rest, a, ""], format!("{a}\n{rest}")),
    ] {
        let (joined, same) = (ring(parts).unwrap(), same.parse::<KeyRing>().unwrap());
        assert_eq!(joined.fingerprint(), same.fingerprint());
        assert_eq!(accepted_keys(&joined, at(0)), accepted_keys(&same, at(0)));
        assert_eq!(joined.sealing_key(at(0)), same.sealing_key(at(0)));
    }
    assert_eq!(sentence(ring([])), NO_KEY);
    let none = sentence(ring([rest, ""]));
    assert_eq!(none, format!("a function, a function: {NO_KEY}"));
}

#[test]
fn the_sources_of_a_mistake_are_named() {
    let (key, signing) = (key(), SigningKey::generate().unwrap().expose_secret());
    let (_folder, path) = Folder::with("keys", &key);
    let (_folder, wrong) = Folder::with("keys", format!("{}\nhunter2", self::key()));
    let [path, wrong] = [&path, &wrong].map(|path| path.display().to_string());
    for (sources, start, says) in [
        (
            vec![RingSource::file(&path), text(&*key)],
            format!("file {path}, a function: key "),
            "is listed twice in the key ring; leave one out",
        ),
        // A wrong text alone.
        (
            vec![text(&*key), RingSource::file(&wrong), text("hunter2")],
            format!("file {wrong}: key ring, entry 2: "),
            "",
        ),
        (
            vec![text(&*key), text(&**signing)],
            "a function: key ring, entry 1: key is of suite `sign`".to_owned(),
            "",
        ),
        (
            vec![RingSource::from_fn("the vault", || Err("sealed".into()))],
            "cannot read the vault: sealed".to_owned(),
            "",
        ),
        (
            vec![RingSource::from_fn("the vault", || panic!("on purpose"))],
            "cannot read the vault: it panicked".to_owned(),
            "",
        ),
        (
            vec![RingSource::env("NO_SUCH_KEYS")],
            "environment variable NO_SUCH_KEYS is not set; restore its keys".to_owned(),
            "`hardtack keygen` and `EncryptionKey::generate` make the first",
        ),
    ] {
        let sentence = sentence(KeyRing::from_sources(sources));
        assert!(sentence.starts_with(&start), "{sentence}");
        assert!(sentence.contains(says), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
    assert!(ring([&signing]).is_ok());
}

#[test]
fn a_file_has_at_most_one_mebibyte() {
    let line = format!("{}\n#", key());
    for (len, is_good) in [(1 << 20, true), ((1 << 20) + 1, false)] {
        let (_folder, path) = Folder::with("keys", line.clone() + &"x".repeat(len - line.len()));
        let ring: Ring = KeyRing::from_file(&path);
        assert_eq!(ring.is_ok(), is_good, "{len}");
        if !is_good {
            let expected = format!(
                "file {} is larger than 1 MiB, expected keys",
                path.display()
            );
            assert_eq!(sentence(ring), expected);
        }
    }
}

#[test]
fn what_is_no_file_of_text_is_refused_by_its_path() {
    let (folder, bytes) = Folder::with("bytes", b"\xff");
    for (path, says) in [
        (folder.path("missing"), "cannot read file "),
        (folder.path("."), " is not a regular file"),
        (bytes, " is not UTF-8, expected keys"),
    ] {
        let sentence = sentence(KeyRing::from_file(&path));
        assert!(sentence.contains(&*path.to_string_lossy()), "{sentence}");
        assert!(sentence.contains(says), "{sentence}");
    }
}

/// Reading one waits until somebody writes to it.
#[cfg(unix)]
#[test]
fn a_pipe_is_refused_and_a_link_to_a_file_is_not() {
    let (folder, path) = Folder::with("keys", key());
    let [to_file, to_pipe] = ["to file", "to pipe"].map(|link| folder.path(link));
    let pipe = folder.pipe("pipe");
    std::os::unix::fs::symlink(path, &to_file).unwrap();
    std::os::unix::fs::symlink(&pipe, &to_pipe).unwrap();
    assert!(KeyRing::from_file(to_file).is_ok());
    for path in [&pipe, &to_pipe] {
        let (written, text) = (pipe.clone(), key());
        let writer = thread::spawn(move || fs::write(written, text));
        let sentence = sentence(KeyRing::from_file(path));
        let expected = format!(
            "file {} is not a regular file, nor a link to one; `RingSource::from_fn` reads other sources",
            path.display()
        );
        assert_eq!(sentence, expected);
        // Lets the writer end.
        fs::read(&pipe).unwrap();
        writer.join().unwrap().unwrap();
    }
}

/// Its own process, since a test cannot set a variable of this one.
#[test]
fn a_ring_is_read_from_a_variable_and_a_file() {
    let test = "settings::ring_sources::a_ring_is_read_from_a_variable_and_a_file";
    if let Some(path) = env::var_os("HARDTACK_RING_FILE") {
        let [old, new] = [RingSource::env("HARDTACK_RING_OLD"), RingSource::file(path)];
        let ring = KeyRing::from_sources([new, old]).unwrap();
        assert_eq!(accepted_keys(&ring, at(0)).len(), 3);
        let alone: Ring = KeyRing::from_env("HARDTACK_RING_OLD");
        let sentence = sentence(alone);
        let expected = "environment variable HARDTACK_RING_OLD: key ";
        assert!(sentence.starts_with(expected), "{sentence}");
        let empty = KeyRing::from_env("HARDTACK_RING_EMPTY").unwrap_err();
        let expected = format!("environment variable HARDTACK_RING_EMPTY: {NO_KEY}");
        assert_eq!(empty.to_string(), expected);
        return;
    }
    let until = "accept_until=2099-01-01T00:00:00Z";
    let (_folder, path) = Folder::with("new", format!("# new\n{}\n", key()));
    let child = Command::new(env::current_exe().unwrap())
        .args([test, "--exact"])
        .env(
            "HARDTACK_RING_OLD",
            format!("{} {until}, {} {until}", key(), key()),
        )
        .env("HARDTACK_RING_FILE", path)
        .env("HARDTACK_RING_EMPTY", " ")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}");
    assert!(output.contains("1 passed"), "{output}");
}
