//! The sources of the keys.

use std::{env, path::Path, process::Command};

use hardtack::{EncryptionKey, SessionCookie, SessionSettings};

use super::{browser::Browser, folder::Folder, key, refused, toml};

fn of_file(path: &Path) -> SessionSettings {
    toml(&format!("keys_file = {path:?}"))
}

#[test]
fn keys_stand_in_the_settings_as_a_ring() {
    let (new, old) = (key(), key());
    let mut browser = Browser::from(toml(&format!("keys = '{old}'")).build().unwrap());
    browser.visit(|session| session.insert("user", 42).unwrap());
    let ring = format!("keys = '{new} seal_from=2030-01-01T00:00:00Z, {old}'");
    browser.site = toml(&ring).build().unwrap();
    assert_eq!(
        browser.visit(|session| session.get("user").unwrap()),
        Some(42)
    );
}

#[test]
fn keys_stand_in_a_file() {
    let (_folder, path) = Folder::with("keys", format!("# for tests\n{}\n", key()));
    let mut browser = Browser::from(of_file(&path).build().unwrap());
    browser.visit(|session| session.insert("user", 42).unwrap());
    assert!(!browser.visit(hardtack::Session::is_new));
}

#[test]
fn a_file_without_keys_is_refused_with_its_path() {
    for content in [&b""[..], b"hunter2", b"\xff"] {
        let (_folder, path) = Folder::with("keys", content);
        let (names, sentence) = refused(of_file(&path).build());
        assert_eq!(names, ["keys_file"]);
        assert!(sentence.contains(&*path.to_string_lossy()), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
    let (names, sentence) = refused(toml("keys_file = '/no/such/keys'").build());
    assert_eq!(names, ["keys_file"]);
    assert!(
        sentence.contains("cannot read file /no/such/keys: "),
        "{sentence}"
    );
}

/// Its own process, since a test cannot set a variable of this one.
#[test]
fn keys_stand_in_an_environment_variable() {
    let is_child = env::var_os("HARDTACK_TEST_KEYS").is_some();
    if is_child {
        toml("keys_env = 'HARDTACK_TEST_KEYS'").build().unwrap();
        let settings = SessionSettings::from_env_prefix("HARDTACK_TEST_").unwrap();
        let cookie = settings.build().unwrap();
        assert_eq!(cookie.name().as_str(), "child");
        return;
    }
    let test = "settings::keys::keys_stand_in_an_environment_variable";
    let child = Command::new(env::current_exe().unwrap())
        .args([test, "--exact"])
        .env("HARDTACK_TEST_KEYS", key())
        .env("HARDTACK_TEST_NAME", "child")
        .output()
        .unwrap();
    let output = String::from_utf8_lossy(&child.stdout);
    assert!(child.status.success(), "{output}");
    assert!(output.contains("1 passed"), "{output}");
}

#[test]
fn a_variable_that_is_not_set_is_named() {
    let (names, sentence) = refused(toml("keys_env = 'NO_SUCH_KEYS'").build());
    assert_eq!(names, ["keys_env"]);
    assert!(sentence.contains("NO_SUCH_KEYS is not set"), "{sentence}");
    let (_, sentence) = refused(toml("keys_env = 'it is a secret'").build());
    assert!(!sentence.contains("secret"), "{sentence}");
}

#[test]
fn keys_come_from_one_place() {
    for (one, other) in [
        ("keys = 'a'", "keys_env = 'B'"),
        ("keys_env = 'A'", "keys_file = 'b'"),
        ("keys = 'a'", "keys_file = 'b'"),
        ("keys_env = 'A'", "keys_from = 'file=b'"),
    ] {
        let (names, sentence) = refused(toml(&format!("{one}\n{other}")).check());
        assert_eq!(names.len(), 1);
        assert!(
            sentence.contains("is not the only source of keys"),
            "{sentence}"
        );
    }
}

#[test]
fn without_keys_no_cookie_is_built() {
    let (names, sentence) = refused(toml("").build());
    assert_eq!(names, ["keys"]);
    assert!(sentence.contains("`keys_env`"), "{sentence}");
}

#[test]
fn keys_in_the_settings_and_in_the_program_are_refused() {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let settings = toml("keys_env = 'SESSION_KEYS'");
    let (names, sentence) = refused(settings.apply_to(builder));
    assert_eq!(names, ["keys_env"]);
    assert!(sentence.contains("its own keys"), "{sentence}");
}
