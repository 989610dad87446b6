//! Any TOML, any variables and any ini file: no key is shown, an error names its setting, and what is accepted is the same
//! cookie from a file, from the environment and from JSON.
//!
//! The input is a file, in which `$KEY` stands for a key. It is also read as an ini file, and its lines as variables.
#![no_main]

use std::{
    collections::{BTreeMap, BTreeSet},
    time::{Duration, UNIX_EPOCH},
};

use hardtack::{
    ConfigError, EncryptionKey, SessionCookie, SessionSettings, SigningKey,
    packages::show_duration, settings::parse_duration,
};
use hardtack_migrate::settings_from_ini;
use libfuzzer_sys::fuzz_target;
use toml::{Table, Value};

fuzz_target!(|text: &str| {
    // The fuzzer learns parts of the key from comparisons.
    if shows_key(text) {
        return;
    }
    let file = text.replace("$KEY", KEY);
    let _ = accept(SessionSettings::from_toml(&file, "session"), &file);
    let _ = accept(settings_from_ini(&file, "session."), &file);
    let lines = file.lines().filter_map(|line| line.split_once('='));
    if lines.clone().any(|(name, _)| name.starts_with("S_")) {
        let _ = accept(SessionSettings::from_variables("S_", lines), &file);
    }
    if let Some(texts) = texts_of(&file) {
        compare(&texts, &file);
    }
    for word in text.split('"') {
        check_duration(word);
    }
});

/// Returns the settings of a file that has nothing but texts.
fn texts_of(file: &str) -> Option<BTreeMap<String, String>> {
    let mut file: Table = file.parse().ok()?;
    let Value::Table(settings) = file.remove("session")? else {
        return None;
    };
    let texts = settings.into_iter().map(|(name, value)| match value {
        // Names of variables are in capitals, in which a key is no key.
        Value::String(text) => {
            (!name.contains("hardtack_key_")).then(|| (name.to_ascii_lowercase(), text))
        }
        _ => None,
    });
    texts.collect()
}

/// Reads the same settings from each source.
fn compare(texts: &BTreeMap<String, String>, file: &str) {
    let table: Table = texts
        .iter()
        .map(|(name, text)| (name.clone(), text.clone().into()))
        .collect();
    let of_toml = Table::from_iter([("session".to_owned(), Value::Table(table))]).to_string();
    let of_toml = SessionSettings::from_toml(&of_toml, "session");
    let variables = texts
        .iter()
        .map(|(name, text)| (format!("S_{}", name.to_ascii_uppercase()), text));
    let of_variables = SessionSettings::from_variables("S_", variables);
    let of_json = serde_json::to_string(texts).expect("texts are JSON");
    let of_json: SessionSettings = serde_json::from_str(&of_json).expect("any value is read");
    let of_json = of_json.check().map(|()| of_json);

    let read = [(of_toml, "session."), (of_variables, "S_"), (of_json, "")];
    let [first, second, third] = read.map(|(settings, prefix)| match accept(settings, file) {
        Ok(fields) => Ok(fields),
        Err(names) => Err(names
            .iter()
            .map(|name| name.strip_prefix(prefix).unwrap_or(name).to_lowercase())
            .collect::<BTreeSet<_>>()),
    });
    assert_eq!(first, second);
    assert_eq!(second, third);
}

/// Builds a cookie of settings that are accepted. Returns the attributes of its field and what was given, or the names that
/// are refused.
fn accept(
    settings: Result<SessionSettings, ConfigError>,
    file: &str,
) -> Result<String, Vec<String>> {
    let settings = settings.map_err(|error| check_error(&error))?;
    let given = format!("{settings:?}");
    hide(&given);
    let overlap = settings.key_overlap();
    let overlap = overlap.expect("each setting is accepted");
    let mut others = settings.clone();
    if let Err(error) = others.take_key_sources() {
        let names = check_error(&error);
        assert!(names[0].to_lowercase().ends_with("keys"), "{names:?}");
    }
    let cookie = build(&others);
    assert_eq!(settings.check_without_keys().is_ok(), cookie.is_ok());
    // A file or a variable that the fuzzer names is not read.
    if !NOT_READ.iter().any(|name| file.contains(name)) {
        let built = settings.build();
        assert!(built.is_err() || cookie.is_ok());
        built.map_or_else(|error| drop(check_error(&error)), drop);
    }
    let cookie = cookie.map_err(|error| {
        hide(&format!("{error} {error:?}"));
        Vec::from_iter(error.settings().map(str::to_owned))
    })?;
    let layered = others.clone().overridden_by(others);
    let again = build(&layered).expect("it is the same");
    let fields = [&cookie, &again].map(attributes);
    assert_eq!(fields[0], fields[1]);
    Ok(format!("{overlap:?} {given} {}", fields[0]))
}

/// Builds a cookie with a key of the program.
fn build(settings: &SessionSettings) -> Result<SessionCookie, ConfigError> {
    let key: EncryptionKey = KEY.parse().expect("it is a key");
    let encrypted = settings.clone().apply_to(SessionCookie::encrypted(key));
    match encrypted {
        Ok(builder) => builder.build(),
        Err(_) => {
            let key = SigningKey::generate().expect("there are random bytes");
            let signed = SessionCookie::unencrypted_but_signed(key);
            let builder = settings.clone().apply_to(signed);
            builder.expect("it is the other mode").build()
        }
    }
}

/// Returns name and attributes of the fields that begin and end a session.
fn attributes(cookie: &SessionCookie) -> String {
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let session = cookie.load(None::<&str>, now);
    if session.insert("user", 42).is_err() {
        return "no room".to_owned();
    }
    let Ok(fields) = cookie.save(&session) else {
        return "not saved".to_owned();
    };
    let session = cookie.load(&fields, now);
    session.invalidate().expect("it is never refused");
    let ends = cookie.save(&session).expect("it is never refused");
    let shown = fields.iter().chain(ends.iter()).map(|field| {
        let (name, rest) = field.split_once('=').expect("a field has a name");
        let (_, attributes) = rest.split_once(';').unwrap_or_default();
        format!("{name};{attributes}\n")
    });
    shown.collect()
}

/// Checks the sentences of an error, and returns the names.
fn check_error(error: &ConfigError) -> Vec<String> {
    let sentence = error.to_string();
    hide(&sentence);
    hide(&format!("{error:?} {error:#?}"));
    assert!(
        sentence
            .strip_prefix("session settings: ")
            .is_some_and(|told| told.len() > 10)
    );
    let names: Vec<_> = error.settings().map(str::to_owned).collect();
    for name in &names {
        assert!(sentence.contains(&format!("`{name}`")), "{sentence}");
    }
    names
}

#[track_caller]
fn hide(text: &str) {
    assert!(!shows_key(text), "{text}");
}

fn shows_key(text: &str) -> bool {
    let secret = &KEY.as_bytes()[KEY.len() - 48..];
    secret.windows(8).any(|part| {
        let part = std::str::from_utf8(part).expect("it is ASCII");
        text.contains(part)
    })
}

/// A duration that is read is shown as one that is read.
fn check_duration(word: &str) {
    if let Some(duration) = parse_duration(word) {
        assert_eq!(
            parse_duration(&show_duration(duration)),
            Some(duration),
            "{word}"
        );
    }
}

const NOT_READ: [&str; 4] = ["keys_", "KEYS_", "watch", "WATCH"];
const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
