//! The sources of the keys.
//!
//! Options of another system, translated to settings.

use std::{env, path::Path, process::Command};

use hardtack::{ConfigError, SessionSettings};

use super::{browser::Browser, field, folder::Folder, key, refused, secrets::check_hidden, toml};

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

type Translated<'a> = (&'a str, Result<(&'a str, &'a str), &'a str>);

fn read(options: &[Translated<'_>]) -> Result<SessionSettings, ConfigError> {
    SessionSettings::from_translated("old.", options.iter().copied())
}

#[test]
fn options_become_settings_and_what_is_left_out_has_its_default() {
    let settings = read(&[
        ("cookie", Ok(("name", "wiki"))),
        ("ttl", Ok(("idle_timeout", "600"))),
    ]);
    let settings = settings.unwrap();
    let same = toml("name = 'wiki'\nidle_timeout = 600");
    assert_eq!(format!("{settings:?}"), format!("{same:?}"));
    let (name, attributes) = field(settings);
    assert_eq!(name, "wiki");
    assert_eq!(attributes, "Path=/; Secure; HttpOnly; SameSite=Lax");
    let (name, _) = field(read(&[]).unwrap());
    assert_eq!(name, "__Host-session");
}

#[test]
fn every_mistake_is_told_in_the_words_of_the_other_system() {
    let (names, sentence) = refused(read(&[
        (
            "secret",
            Err("is a password; write {keys_env} in its place"),
        ),
        ("https", Ok(("secure", "false"))),
        ("ttl", Ok(("idle_timeout", "soon"))),
        ("cookie", Ok(("name", ""))),
        ("idel_timeout", Ok(("idel_timeout", "5"))),
    ]));
    let expected = ["secret", "https", "ttl", "cookie", "idel_timeout"];
    assert_eq!(names, expected.map(|option| format!("old.{option}")));
    for says in [
        "`old.secret` is a password; write `old.keys_env` in its place",
        "`old.https` cannot be false",
        "set `old.danger_allow_http`",
        "`old.ttl` must be `off`",
        "`old.cookie` is empty",
        "did you mean `old.idle_timeout`?",
    ] {
        assert!(sentence.contains(says), "{sentence}");
    }
}

#[test]
fn text_of_a_user_is_told_as_it_stands() {
    let path = "/no/`name`/{path}/keys";
    let (names, sentence) = refused(read(&[("file", Ok(("keys_file", path)))]).unwrap().build());
    assert_eq!(names, ["old.file"]);
    assert!(sentence.contains(path), "{sentence}");
    let (names, sentence) = refused(read(&[("{path}", Ok(("{name}", "5")))]));
    assert_eq!(names, ["old.{path}"]);
    assert!(sentence.starts_with("`old.{path}` is not"), "{sentence}");
}

#[test]
fn two_options_for_one_setting_and_durations_that_conflict_are_refused() {
    let (names, sentence) = refused(read(&[
        ("cookie", Ok(("name", "a"))),
        ("cookie_name", Ok(("name", "b"))),
        ("ttl", Ok(("idle_timeout", "604800"))),
    ]));
    assert_eq!(names, ["old.cookie_name", "old.ttl"]);
    assert!(sentence.contains("given twice, or under two names"));
    assert!(sentence.contains("set `old.absolute_timeout`"));
}

#[test]
fn a_key_in_a_wrong_place_is_not_shown() {
    let key = key();
    for option in [
        ("secret", Ok(("secret", &*key))),
        ("cookie", Ok(("name", &*key))),
        (&*key, Ok(("name", ""))),
        (&*key, Err("is none of ours")),
    ] {
        let error = read(&[option]).unwrap_err();
        check_hidden(&key, &error);
        check_hidden(&key, error.to_string());
    }
}
