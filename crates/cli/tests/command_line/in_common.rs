//! Settings that programs must share: their text, their fingerprint, and what differs between two of them.

use hardtack::{Clock, EncryptionKey, SessionCookie, SessionSettings};

use crate::desk::Desk;

const SETTINGS: &str = r#"{"idle_timeout": "20m", "path": "/app"}"#;

/// The text that a program with these settings shows.
fn text_of(settings: &str) -> (String, String) {
    let settings = serde_json::from_str::<SessionSettings>(settings).unwrap();
    let key = EncryptionKey::generate().unwrap();
    let builder = settings.apply_to(SessionCookie::encrypted(key)).unwrap();
    let in_use = builder.build().unwrap().keys_in_use(Clock::system());
    (in_use.settings.to_string(), in_use.settings_text)
}

#[test]
fn settings_are_shown_as_a_health_check_shows_them() {
    let desk = Desk::new();
    // The keys are elsewhere.
    let keys = r#"{"keys_file": "gone", "watch_keys": "10s", "#;
    desk.write("app.json", SETTINGS.replacen('{', keys, 1));
    let (fingerprint, text) = text_of(SETTINGS);
    assert_eq!(
        desk.done("settings --settings app.json"),
        format!("settings {fingerprint}\nsettings_text {text}\n")
    );
}

#[test]
fn settings_of_variables_of_signed_sessions_and_of_headers_are_shown() {
    let desk = Desk::new();
    let shown = desk.done("settings --settings-env DESK__");
    assert!(
        shown.contains("settings_text cookie=__Host-session mode=encrypted "),
        "{shown}"
    );
    assert!(shown.contains(" clock_skew=60 "), "{shown}");
    desk.write("app.toml", "mode = \"unencrypted-but-signed\"\n");
    let shown = desk.done("settings --settings app.toml");
    assert!(shown.contains(" mode=unencrypted-but-signed "), "{shown}");
    let shown = desk.done("settings --header Authorization --application shop");
    assert!(
        shown.contains("settings_text header=authorization mode=encrypted application=shop "),
        "{shown}"
    );
}

#[test]
fn what_differs_is_named() {
    let desk = Desk::new();
    desk.write("app.json", SETTINGS);
    let (_, text) = text_of(SETTINGS);
    let other = text
        .replace("idle_timeout=1200", "idle_timeout=12")
        .replace("application=", "application=shop");
    let run = |words: &[&str]| {
        let ran = desk.run_with(["settings"].iter().chain(words));
        (ran.code, ran.out)
    };
    let differs = "application: empty, then shop\nidle_timeout: 1200, then 12\n".to_owned();
    assert_eq!(
        run(&["--settings", "app.json", "--diff", &other]),
        (Some(1), differs.clone())
    );
    // Lines of two health checks, without the settings.
    let lines = [&text, &other].map(|text| format!("settings_text {text}\n"));
    assert_eq!(run(&["--diff", &lines[0], &lines[1]]), (Some(1), differs));
    let same = (Some(0), "the settings are the same\n".to_owned());
    assert_eq!(run(&["--diff", &text, &lines[0]]), same);
    let header = text.replace("cookie=", "header=");
    let (_, shown) = run(&["--diff", &text, &header]);
    assert_eq!(
        shown,
        "cookie: __Secure-session, then nothing\nheader: nothing, then __Secure-session\n"
    );
}

#[test]
fn what_is_no_text_of_settings_is_refused() {
    let ran = Desk::new().run_with(["settings", "--diff", "331a75f197d27245", "x=1"]);
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.err.contains("--diff needs the text of settings"),
        "{}",
        ran.err
    );
}
