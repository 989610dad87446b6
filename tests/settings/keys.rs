//! The keys of settings: where they are, and who reads and follows them.

use std::{env, path::Path, process::Command};

use hardtack::{EncryptionKey, KeyRing, SessionCookie, SessionSettings, SigningKey, keys::Mode};

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
fn keys_stand_in_the_settings_and_a_cookie_tells_them() {
    let (new, old) = (key(), key());
    let ring = format!("{new} seal_from=2099-01-01T00:00:00Z, {old}");
    let cookie = toml(&format!("keys = '{ring}'")).build().unwrap();
    let keys = cookie.keys_in_use(at(0));
    let ring: KeyRing = ring.parse().unwrap();
    assert_eq!(keys.seals, old.parse::<EncryptionKey>().unwrap().id());
    assert_eq!(keys.accepts, accepted_keys(&ring, at(0)));
    assert_eq!(keys.fingerprint, ring.fingerprint());
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
fn the_place_of_keys_that_cannot_be_used_is_named() {
    let (folder, _) = two_files();
    folder.write("password", "hunter2");
    let [new, old, password] = ["new", "old", "password"].map(|file| folder.path(file));
    let signing = SigningKey::generate().unwrap().expose_secret();
    for (text, name, says) in [
        ("".to_owned(), "keys", "`keys_env`"),
        (
            "keys_env = 'NO_SUCH_KEYS'".to_owned(),
            "keys_env",
            "environment variable NO_SUCH_KEYS is not set",
        ),
        (
            "keys_file = '/no/such/keys'".to_owned(),
            "keys_file",
            "cannot read file /no/such/keys: ",
        ),
        (
            format!("keys_file = {password:?}"),
            "keys_file",
            &password.to_string_lossy(),
        ),
        (format!("keys = '{}'", *signing), "keys", "does not encrypt"),
        (
            format!("keys_from = {{file = {old:?}}}"),
            "keys_from",
            "the last one to seal",
        ),
        (
            format!("keys_from = [{{env = 'NO_SUCH_KEYS'}}, {{file = {new:?}}}]"),
            "keys_from",
            "`keys_from`: environment variable NO_SUCH_KEYS is not set; restore its keys, because a new one ",
        ),
    ] {
        let (names, sentence) = refused(toml(&text).build());
        assert_eq!(names, [name], "{text}");
        assert!(sentence.contains(says), "{sentence}");
        assert!(!sentence.contains("hunter2"), "{sentence}");
    }
}

#[test]
fn keys_come_from_one_place() {
    for (one, other) in [
        ("keys = 'a'", "keys_env = 'B'"),
        ("keys_env = 'A'", "keys_file = 'b'"),
        ("keys_env = 'A'", "keys_from = 'file=b'"),
    ] {
        let (names, sentence) = refused(toml(&format!("{one}\n{other}")).check());
        assert_eq!(names.len(), 1);
        let says = "is not the only source of keys";
        assert!(sentence.contains(says), "{sentence}");
    }
}

fn keys_of(settings: &mut SessionSettings) -> KeyRing {
    KeyRing::from_sources(settings.take_key_sources().unwrap()).unwrap()
}

#[test]
fn a_program_takes_over_where_the_keys_are_once() {
    let (folder, [new, _]) = two_files();
    let path: &Path = &folder.path("new");
    for text in [
        format!("keys = '{new}'"),
        format!("keys_file = {path:?}\nwatch_keys = 10"),
    ] {
        let mut settings = toml(&format!("name = '__Host-login'\n{text}"));
        let ring = keys_of(&mut settings);
        let id = new.parse::<EncryptionKey>().unwrap().id();
        assert_eq!(ring.sealing_key(at(0)), id);
        let (names, sentence) = refused(settings.take_key_sources());
        assert_eq!(names, ["keys"]);
        assert!(sentence.contains("there are no keys"), "{sentence}");
        // What is about the keys is taken with them.
        let builder = settings.apply_to(SessionCookie::encrypted(ring)).unwrap();
        assert_eq!(builder.build().unwrap().name().as_str(), "__Host-login");
    }
    // Also if they are elsewhere.
    let mut settings = toml("watch_keys = '10s'\npath = '/app'");
    assert_eq!(refused(settings.take_key_sources()).0, ["keys"]);
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    assert!(settings.apply_to(builder).is_ok());
}

#[test]
fn the_mode_decides_which_keys_are_expected() {
    let key = SigningKey::generate().unwrap().expose_secret();
    let of_mode = |mode: &str| toml(&format!("mode = '{mode}'\nkeys = '{}'", *key));
    let cookie = of_mode("unencrypted-but-signed").build().unwrap();
    assert_eq!(cookie.mode(), Mode::UnencryptedButSigned);
    // Also after they were taken over.
    let mut settings = of_mode("encrypted");
    let builder = SessionCookie::unencrypted_but_signed(keys_of(&mut settings));
    assert_eq!(refused(settings.apply_to(builder.clone())).0, ["mode"]);
    assert!(toml("").apply_to(builder).is_ok());
}

#[test]
fn a_cookie_follows_its_keys() {
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

#[test]
fn of_several_sources_one_file_is_enough_to_be_watched() {
    let watch = |keys: &str| toml(&format!("{keys}\nwatch_keys = '10s'")).build();
    let folder = Folder::new();
    folder.write("keys", format!("{}\n", key()));
    folder.write("others", format!("{}\n", key()));
    folder.write("cut off", key());
    let [file, other, cut_off] =
        ["keys", "others", "cut off"].map(|file| format!("{{file = {:?}}}", folder.path(file)));
    watch(&format!("keys_from = [{file}, {other}]")).unwrap();
    let variable = "{env = 'NO_SUCH_KEYS'}";
    let unchanging = "the variables of a running program do not change; give `keys_file`";
    for (keys, name, says) in [
        // The variable is asked, so it is the mistake.
        (
            format!("keys_from = [{file}, {variable}]"),
            "keys_from",
            "NO_SUCH_KEYS",
        ),
        (
            format!("keys_from = [{variable}, {file}]"),
            "keys_from",
            "NO_SUCH_KEYS",
        ),
        (format!("keys_from = {cut_off}"), "keys_from", "line feed"),
        (
            "keys_env = 'SESSION_KEYS'".to_owned(),
            "watch_keys",
            unchanging,
        ),
        (format!("keys = '{}'", key()), "watch_keys", unchanging),
    ] {
        let (names, sentence) = refused(watch(&keys));
        assert_eq!(names, [name], "{sentence}");
        assert!(sentence.contains(says), "{sentence}");
    }
}
