//! Options of another system, translated to settings.

use hardtack::{ConfigError, SessionSettings};

use super::{field, key, refused, secrets::check_hidden, toml};

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
