//! A table of a TOML file.

use hardtack::SessionSettings;

use super::{key, refused, secrets::check_hidden};

#[test]
fn a_table_of_the_file_has_the_settings() {
    let key = key();
    let file = format!(
        "port = 3000\nstarted = 2026-11-22T10:00:00Z\n\n[shop]\nname = 'Hard'\n\n\
         [admin.session]\nname = '__Host-other'\n\n[session]\nname = '__Host-login'\nkeys = '{key}'\n"
    );
    let cookie = SessionSettings::from_toml(&file, "session").unwrap();
    assert_eq!(cookie.build().unwrap().name().as_str(), "__Host-login");
}

#[test]
fn a_nested_table_is_said_to_be_none_of_the_top_level() {
    let file = "[server.session]\nname = '__Host-a'\n";
    for table in ["server.session", "session"] {
        let (names, sentence) = refused(SessionSettings::from_toml(file, table));
        assert_eq!(names, [table]);
        assert!(sentence.contains("top level"), "{sentence}");
    }
}

#[test]
fn refused_settings_have_the_name_of_their_table() {
    let file = "[login]\nidel_timeout = 900\nsecure = false\n";
    let (names, sentence) = refused(SessionSettings::from_toml(file, "login"));
    assert_eq!(names, ["login.idel_timeout", "login.secure"]);
    assert!(
        sentence.contains("did you mean `login.idle_timeout`?"),
        "{sentence}"
    );
    assert!(
        sentence.contains("set `login.danger_allow_http`"),
        "{sentence}"
    );
    // What only `build` finds, too.
    let settings = SessionSettings::from_toml("[login]\nname = 'x'\n", "login").unwrap();
    let (names, sentence) = refused(settings.build());
    assert_eq!(names, ["login.keys"]);
    assert!(sentence.contains("give `login.keys_env`"), "{sentence}");
}

#[test]
fn a_table_that_is_missing_is_named() {
    for file in [
        "",
        "port = 3000\n",
        "[server]\n",
        "session = 'x'\n",
        "[[session]]\n",
    ] {
        let (names, sentence) = refused(SessionSettings::from_toml(file, "session"));
        assert_eq!(names, ["session"], "{file}");
        assert!(sentence.contains("`session` is not a table"), "{sentence}");
    }
}

#[test]
fn a_text_that_is_not_toml_is_named_by_its_line_and_not_shown() {
    let key = key();
    for (line, text) in [
        (2, format!("[session]\nkeys = '{key}")),
        (2, format!("[session]\nkeys = {key}")),
        (3, format!("[session]\nkeys = '{key}'\nname login")),
        (3, format!("[session]\nkeys = '{key}'\nkeys = '{key}'")),
        (1, key.clone()),
        (1, format!("{key} = {key}")),
    ] {
        let (names, sentence) = refused(SessionSettings::from_toml(&text, "session"));
        assert!(names.is_empty(), "{names:?}");
        let start = format!("line {line} is not TOML: ");
        assert!(sentence.starts_with(&start), "{sentence}");
        check_hidden(&key, sentence);
    }
}

#[test]
fn a_key_in_the_wrong_place_of_the_file_is_not_shown() {
    let key = key();
    for text in [
        format!("[session]\n{key} = 'name'"),
        format!("[session]\nname = '{key}'"),
        format!("[{key}]\n"),
        format!("session = '{key}'"),
    ] {
        check_hidden(&key, refused(SessionSettings::from_toml(&text, "session")));
    }
    check_hidden(&key, refused(SessionSettings::from_toml("", &key)));
}
