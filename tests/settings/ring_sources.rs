//! Rings from files, variables and functions, without settings.

use std::{env, fs, process::Command, thread};

use hardtack::{
    EncryptionKey, KeyRing, SigningKey,
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
    let new = format!("{} seal_from=2030-01-01T00:00:00Z", key());
    let old = format!("{} accept_until=2030-02-01T00:00:00Z", key());
    let all = format!("{new}\n{old}").parse::<KeyRing>().unwrap();
    assert!(ring([&old]).is_err());
    for parts in [[&*new, &old], [&old, &new]] {
        assert_eq!(ring(parts).unwrap().fingerprint(), all.fingerprint());
    }
}

#[test]
fn a_source_may_have_no_key_if_others_have() {
    let (key, rest) = (key(), "# none today\nnot_before=2030-01-01T00:00:00Z\n");
    assert!(ring([rest, &key]).is_ok());
    let sentence = sentence(ring([rest, ""]));
    assert_eq!(sentence, format!("a function, a function: {NO_KEY}"));
}

#[test]
fn without_sources_there_is_no_ring() {
    assert_eq!(sentence(ring([])), NO_KEY);
}

#[test]
fn keys_are_listed_in_the_order_of_their_sources() {
    let keys = [key(), key(), key(), key()];
    let [a, b, c, d] = &keys;
    let joined = ring([&format!("{a}\n{b}\n"), &format!("{c}, {d}")]).unwrap();
    let listed = format!("{a}\n{b}\n{c}\n{d}").parse::<KeyRing>().unwrap();
    assert_eq!(accepted_keys(&joined, at(0)), accepted_keys(&listed, at(0)));
    assert_eq!(
        joined.sealing_key(at(0)),
        a.parse::<EncryptionKey>().unwrap().id()
    );
}

#[test]
fn of_several_not_before_the_latest_counts() {
    let (key, early, late) = (
        key(),
        "not_before=2026-02-01T00:00:00Z",
        "not_before=2026-03-01T00:00:00Z",
    );
    let expected = format!("{key}\n{late}").parse::<KeyRing>().unwrap();
    for parts in [
        [&*key, early, late],
        [&key, late, early],
        [late, &key, early],
    ] {
        assert_eq!(ring(parts).unwrap().fingerprint(), expected.fingerprint());
    }
}

#[test]
fn a_key_in_two_sources_is_refused_and_all_sources_are_named() {
    let key = key();
    let (_folder, path) = Folder::with("keys", &key);
    let sources = [RingSource::file(&path), text(&*key)];
    let sentence = sentence(KeyRing::from_sources(sources));
    let expected = format!("file {}, a function: key ", path.display());
    assert!(sentence.starts_with(&expected), "{sentence}");
    assert!(
        sentence.contains("is listed twice in the key ring; leave one out"),
        "{sentence}"
    );
}

#[test]
fn a_wrong_text_names_its_source_alone() {
    let (_folder, path) = Folder::with("keys", format!("{}\nhunter2", key()));
    let sources = [text(key()), RingSource::file(&path), text("hunter2")];
    let sentence = sentence(KeyRing::from_sources(sources));
    let expected = format!("file {}: key ring, entry 2: ", path.display());
    assert!(sentence.starts_with(&expected), "{sentence}");
    assert!(!sentence.contains("hunter2"), "{sentence}");
}

#[test]
fn kinds_of_keys_do_not_mix() {
    let signing = SigningKey::generate().unwrap().expose_secret();
    let sentence = sentence(ring([&key(), &signing]));
    assert!(
        sentence.starts_with("a function: key ring, entry 1: key is of suite `sign`"),
        "{sentence}"
    );
    let ring = KeyRing::from_sources([text(&**signing)]);
    assert!(ring.is_ok());
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

#[test]
fn a_function_that_fails_or_panics_is_an_error() {
    let fails = RingSource::from_fn("the vault", || Err("sealed".into()));
    let fails = sentence(KeyRing::from_sources([fails]));
    assert_eq!(fails, "cannot read the vault: sealed");
    let panics = RingSource::from_fn("the vault", || panic!("on purpose"));
    let panics = sentence(KeyRing::from_sources([panics]));
    assert_eq!(panics, "cannot read the vault: it panicked");
}

#[test]
fn no_error_and_no_debug_shows_a_key_that_stands_where_a_name_belongs() {
    let key = key();
    let told = key.clone();
    let of_vault = move || Err(format!("unexpected: {told}").into());
    let sources = [
        RingSource::env(&key),
        RingSource::file(&key),
        RingSource::from_fn(&key, || Err("sealed".into())),
        RingSource::from_fn("the vault", of_vault),
    ];
    for source in sources {
        let shown = format!("{source:?}");
        let shown = shown + &sentence(KeyRing::from_sources([source]));
        assert!(!shown.contains(&key[24..]), "{shown}");
    }
}

#[test]
fn a_variable_that_is_not_set_says_how_to_make_a_key() {
    let sentence = sentence(KeyRing::from_env("NO_SUCH_KEYS"));
    assert_eq!(
        sentence,
        "environment variable NO_SUCH_KEYS is not set; restore its keys, because a new one signs everyone out; \
         `hardtack keygen` and `EncryptionKey::generate` make the first"
    );
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
