//! Cookies that follow the keys of their settings.

use super::{folder::Folder, key, refused, toml};

#[cfg(feature = "watch")]
#[test]
fn a_cookie_follows_its_keys() {
    use hardtack::EncryptionKey;
    use std::{
        thread,
        time::{Duration, SystemTime},
    };

    let (old, new) = (key(), key());
    let (folder, path) = Folder::with("keys", format!("{old}\n"));
    let cookie = toml(&format!("keys_file = {path:?}\nwatch_keys = '1s'"));
    let cookie = cookie.build().unwrap();
    folder.write("keys", format!("{new}\n{old}\n"));
    let new: EncryptionKey = new.parse().unwrap();
    // Two polls take two seconds, and without the interval twenty.
    for _ in 0..750 {
        if cookie.keys_in_use(SystemTime::now()).seals == new.id() {
            return;
        }
        thread::sleep(Duration::from_millis(20));
    }
    panic!("the cookie does not follow its keys");
}

#[cfg(feature = "watch")]
#[test]
fn a_file_that_is_watched_has_to_be_whole() {
    let (_folder, path) = Folder::with("keys", key());
    let settings = toml(&format!("keys_file = {path:?}\nwatch_keys = '10s'"));
    let (names, sentence) = refused(settings.build());
    assert_eq!(names, ["keys_file"]);
    assert!(sentence.contains("line feed"), "{sentence}");
}

/// The variable is asked, so it is the mistake.
#[cfg(feature = "watch")]
#[test]
fn of_several_sources_one_file_is_enough_to_be_watched() {
    let (_folder, path) = Folder::with("keys", format!("{}\n", key()));
    let sources = [
        format!("{{file = {path:?}}}"),
        "{env = 'NO_SUCH_KEYS'}".to_owned(),
    ];
    for sources in [
        sources.clone(),
        sources
            .into_iter()
            .rev()
            .collect::<Vec<_>>()
            .try_into()
            .unwrap(),
    ] {
        let list = sources.join(", ");
        let settings = toml(&format!("keys_from = [{list}]\nwatch_keys = '10s'"));
        let (names, sentence) = refused(settings.build());
        assert_eq!(names, ["keys_from"], "{sentence}");
    }
    let (_folder, other) = Folder::with("keys", format!("{}\n", key()));
    let list = format!("[{{file = {path:?}}}, {{file = {other:?}}}]");
    toml(&format!("keys_from = {list}\nwatch_keys = '10s'"))
        .build()
        .unwrap();
}

#[cfg(feature = "watch")]
#[test]
fn keys_that_cannot_change_are_not_watched() {
    for keys in [
        "keys_env = 'SESSION_KEYS'".to_owned(),
        format!("keys = '{}'", key()),
    ] {
        let settings = toml(&format!("{keys}\nwatch_keys = '10s'"));
        let (names, sentence) = refused(settings.build());
        assert_eq!(names, ["watch_keys"]);
        let says = "the variables of a running program do not change; give `keys_file`";
        assert!(sentence.contains(says), "{sentence}");
    }
}

#[cfg(not(feature = "watch"))]
#[test]
fn without_the_feature_the_setting_is_refused() {
    let (names, sentence) = refused(toml(&format!("keys = '{}'\nwatch_keys = 10", key())).build());
    assert_eq!(names, ["watch_keys"]);
    assert!(
        sentence.contains("needs threads, and feature `watch`"),
        "{sentence}"
    );
}

#[test]
fn a_program_that_takes_the_keys_over_watches_them_itself() {
    let (_folder, path) = Folder::with("keys", format!("{}\n", key()));
    let text = format!("name = '__Host-login'\nkeys_file = {path:?}\nwatch_keys = 10");
    let mut settings = toml(&text);
    settings.take_key_sources().unwrap();
    assert_eq!(super::cookie(settings).name().as_str(), "__Host-login");
}

#[test]
fn an_interval_is_a_duration() {
    for (wrong, says) in [
        ("'true'", "a duration"),
        ("true", "a duration"),
        ("'off'", "a duration"),
        ("'10ms'", "a duration"),
        ("'0s'", "must be at least 1s"),
        ("0", "must be at least 1s"),
    ] {
        let (names, sentence) = refused(toml(&format!("watch_keys = {wrong}")).check());
        assert_eq!(names, ["watch_keys"]);
        assert!(sentence.contains(says), "{sentence}");
    }
}
