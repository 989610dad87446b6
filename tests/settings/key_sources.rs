//! Keys from several places, and keys that the program takes over.

use std::path::Path;

use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionSettings, SigningKey};

use crate::common::accepted_keys;

use super::{browser::Browser, folder::Folder, key, refused, times::at, toml};

/// Two files: a new key, and an old one that is no ring by itself.
fn two_files() -> (Folder, [String; 2]) {
    let folder = Folder::new();
    let keys = [key(), key()];
    folder.write("new", &keys[0]);
    folder.write(
        "old",
        format!("{} accept_until=2099-01-01T00:00:00Z", keys[1]),
    );
    (folder, keys)
}

/// Opens what was sealed under the old key, and seals under the new one.
#[track_caller]
fn check_rotates(settings: SessionSettings, [new, old]: &[String; 2]) {
    let mut browser = Browser::from(toml(&format!("keys = '{old}'")).build().unwrap());
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser.site = settings.build().unwrap();
    assert!(!browser.visit(hardtack::Session::is_new));
    assert_eq!(browser.sent.len(), 1);
    browser.site = toml(&format!("keys = '{new}'")).build().unwrap();
    assert!(!browser.visit(hardtack::Session::is_new));
}

#[test]
fn keys_stand_in_several_files() {
    let (folder, keys) = two_files();
    let [new, old] = ["new", "old"].map(|file| folder.path(file));
    let list = format!("keys_from = [{{file = {new:?}}}, {{file = {old:?}}}]");
    check_rotates(toml(&list), &keys);
    let text = format!("file={}, file={}", new.display(), old.display());
    check_rotates(toml(&format!("keys_from = {text:?}")), &keys);
    let variables = [("SESSION_KEYS_FROM", &text)];
    let settings = SessionSettings::from_variables("SESSION_", variables).unwrap();
    check_rotates(settings, &keys);
    let translated = [("keys", Ok(("keys_from", &*text)))];
    let settings = SessionSettings::from_translated("session.", translated).unwrap();
    check_rotates(settings, &keys);
}

#[test]
fn one_of_several_files_is_no_ring_by_itself() {
    let (folder, _) = two_files();
    let old = folder.path("old");
    let (names, sentence) = refused(toml(&format!("keys_from = {{file = {old:?}}}")).build());
    assert_eq!(names, ["keys_from"]);
    assert!(sentence.contains(&*old.to_string_lossy()), "{sentence}");
    assert!(sentence.contains("the last one to seal"), "{sentence}");
}

#[test]
fn the_source_that_is_missing_is_named() {
    let (folder, _) = two_files();
    let new = folder.path("new");
    let text = format!("keys_from = [{{env = 'NO_SUCH_KEYS'}}, {{file = {new:?}}}]");
    let (names, sentence) = refused(toml(&text).build());
    assert_eq!(names, ["keys_from"]);
    let expected = "`keys_from`: environment variable NO_SUCH_KEYS is not set; restore its keys, because a new one ";
    assert!(sentence.starts_with(expected), "{sentence}");
}

#[test]
fn sources_that_are_not_understood_are_refused() {
    for value in [
        "7",
        "[]",
        "{}",
        "[{}]",
        "'keys'",
        "'/run/secrets/keys'",
        "'url=https://example.com'",
        "'file='",
        "['env=A']",
        "[['url', 'A']]",
        "[{file = ''}]",
        "[{url = 'a'}]",
        "{env = 'A', file = '/b'}",
        "[{env = 'A', file = '/b'}]",
    ] {
        let (names, sentence) = refused(toml(&format!("keys_from = {value}")).check());
        assert_eq!(names, ["keys_from"], "{value}");
        assert!(sentence.contains("`env=OLD_KEYS, "), "{value}: {sentence}");
    }
    let (_, sentence) = refused(toml("keys_from = 'env=a b'").check());
    assert!(
        sentence.contains("not the name of an environment variable"),
        "{sentence}"
    );
}

fn keys_of(settings: &mut SessionSettings) -> KeyRing {
    KeyRing::from_sources(settings.take_key_sources().unwrap()).unwrap()
}

#[test]
fn a_program_takes_over_where_the_keys_are() {
    let (folder, [new, _]) = two_files();
    let path: &Path = &folder.path("new");
    for text in [format!("keys = '{new}'"), format!("keys_file = {path:?}")] {
        let mut settings = toml(&format!("name = '__Host-login'\n{text}"));
        let ring = keys_of(&mut settings);
        let id = new.parse::<EncryptionKey>().unwrap().id();
        assert_eq!(ring.sealing_key(at(0)), id);
        let builder = settings.apply_to(SessionCookie::encrypted(ring)).unwrap();
        let cookie = builder.build().unwrap();
        assert_eq!(cookie.name().as_str(), "__Host-login");
        assert_eq!(cookie.keys_in_use(at(0)).seals, id);
    }
}

#[test]
fn keys_are_taken_over_once_and_from_good_settings_only() {
    let mut settings = toml(&format!("keys = '{}'", key()));
    keys_of(&mut settings);
    let (names, sentence) = refused(settings.take_key_sources());
    assert_eq!(names, ["keys"]);
    assert!(sentence.contains("there are no keys"), "{sentence}");
    let (names, _) = refused(toml("keys_env = 'a b'").take_key_sources());
    assert_eq!(names, ["keys_env"]);
}

#[test]
fn settings_about_keys_that_are_elsewhere_are_taken_with_them() {
    let mut settings = toml("watch_keys = '10s'\npath = '/app'");
    assert_eq!(refused(settings.take_key_sources()).0, ["keys"]);
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = settings.apply_to(builder).unwrap().build().unwrap();
    assert_eq!(cookie.name().as_str(), "__Secure-session");
}

#[test]
fn keys_that_were_taken_over_are_still_of_the_mode_of_the_settings() {
    let key = SigningKey::generate().unwrap().expose_secret();
    let mut settings = toml(&format!("mode = 'encrypted'\nkeys = '{}'", *key));
    let ring = KeyRing::from_sources(settings.take_key_sources().unwrap()).unwrap();
    let builder = SessionCookie::unencrypted_but_signed(ring);
    assert_eq!(refused(settings.apply_to(builder)).0, ["mode"]);
}

#[test]
fn a_cookie_of_settings_tells_its_keys() {
    let (new, old) = (key(), key());
    let ring = format!("{new} seal_from=2099-01-01T00:00:00Z, {old}");
    let cookie = toml(&format!("keys = '{ring}'")).build().unwrap();
    let keys = cookie.keys_in_use(at(0));
    let ring: KeyRing = ring.parse().unwrap();
    assert_eq!(keys.seals, old.parse::<EncryptionKey>().unwrap().id());
    assert_eq!(keys.accepts, accepted_keys(&ring, at(0)));
    assert_eq!(keys.accepts.len(), 2);
    assert_eq!(keys.fingerprint, ring.fingerprint());
}
