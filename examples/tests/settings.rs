//! The example `settings` as a process, with settings from each source.

use std::{env, fs, path::PathBuf, process::Command};

use hardtack_scenarios::{Client, Server, example, fresh_key};

/// The example with these settings, without any from the environment.
fn command(file: Option<&PathBuf>) -> Command {
    let mut command = example("settings");
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("APP_SESSION_") {
            command.env_remove(name);
        }
    }
    command.arg("0").args(file);
    command
}

/// The `Set-Cookie` field of the first response.
fn set_cookie(command: &mut Command) -> String {
    let answer = Client::of(Server::spawn(command)).get("/");
    assert_eq!(answer.text, "visit 1\n");
    answer.header("set-cookie").unwrap().to_owned()
}

/// The error with which it does not start.
fn refusal(command: &mut Command) -> String {
    let output = command.output().unwrap();
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

fn file(name: &str, content: &str) -> PathBuf {
    let path = env::temp_dir().join(format!("hardtack-{}-{name}", std::process::id()));
    fs::write(&path, content).unwrap();
    path
}

#[test]
fn a_cookie_is_described_by_the_environment() {
    let field = set_cookie(
        command(None)
            .env("APP_SESSION_KEYS", fresh_key())
            .env("APP_SESSION_SAME_SITE", "strict"),
    );
    assert!(field.starts_with("__Host-session="), "{field}");
    assert!(field.ends_with("SameSite=Strict"), "{field}");
}

#[test]
fn a_cookie_is_described_by_a_file() {
    let keys = file("keys", &fresh_key());
    let text = format!("[session]\nname = '__Host-login'\nkeys_file = {keys:?}\n[log]\nlevel = 3");
    let site = file("site.toml", &text);
    let field = set_cookie(&mut command(Some(&site)));
    assert!(field.starts_with("__Host-login="), "{field}");
    fs::remove_file(site).unwrap();
    fs::remove_file(keys).unwrap();
}

#[test]
fn a_cookie_is_described_by_an_ini_file() {
    let text = "[app:main]\nsession.key = wiki\nsession.keys_env = WIKI_KEYS";
    let ini = file("good.ini", text);
    let field = set_cookie(command(Some(&ini)).env("WIKI_KEYS", fresh_key()));
    assert!(field.starts_with("wiki="), "{field}");
    fs::remove_file(ini).unwrap();
}

#[test]
fn a_mistake_ends_the_program_with_its_sentence() {
    let told = refusal(command(None).env("APP_SESSION_SECURE", "false"));
    assert!(
        told.contains("`APP_SESSION_SECURE` cannot be false"),
        "{told}"
    );
    let ini = file("bad.ini", "session.secret = hunter2");
    let told = refusal(&mut command(Some(&ini)));
    assert!(told.contains("`session.secret` is a password"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    fs::remove_file(ini).unwrap();
}

#[test]
fn a_file_that_is_not_toml_is_refused_without_the_keys_in_it() {
    let key = fresh_key();
    for (text, says) in [
        (format!("[session]\nkeys = '{key}"), "line 2 is not TOML"),
        (format!("[session]\nkeys = {key}"), "line 2 is not TOML"),
        (
            format!("[session]\nkeys = '{key}'\nname login"),
            "line 3 is not TOML",
        ),
        (
            format!("keys = '{key}'"),
            "`session` is not a table of the file",
        ),
    ] {
        let site = file("bad.toml", &text);
        let told = refusal(&mut command(Some(&site)));
        assert!(told.contains(says), "{told}");
        assert!(!told.contains(&key[key.len() - 40..]), "{told}");
        fs::remove_file(site).unwrap();
    }
}
