//! The text of a key stands in no error and no `Debug`.

use std::{
    error::Error,
    fmt::{self, Debug},
};

use hardtack::{ConfigError, KeyRing, SessionCookie, SessionSettings, keys::RingSource};
use serde::Deserialize;

use super::{key, refused, toml};

#[derive(Debug, Deserialize)]
struct Site {
    session: SessionSettings,
}

/// A key as it may be pasted: whole, or without the beginning of its text; and one of a later version, of which only the
/// beginning is known.
fn pasted(key: &str) -> [String; 4] {
    let secret = &key["hardtack_key_v1_xaes_".len()..];
    let backwards: String = secret.chars().rev().collect();
    [
        key.to_owned(),
        key["hardtack_key_v1_".len()..].to_owned(),
        secret.to_owned(),
        format!("hardtack_key_v2_{backwards}"),
    ]
}

/// None of `shown` has a part of the key.
#[track_caller]
pub(super) fn check_hidden(key: &str, shown: impl Debug) {
    let shown = format!("{shown:?} {shown:#?}");
    let secret = &key[key.len() - 48..];
    for part in secret.as_bytes().windows(8) {
        let part = std::str::from_utf8(part).unwrap();
        assert!(!shown.contains(part), "{shown}");
    }
}

#[test]
fn debug_of_settings_shows_no_key() {
    let key = key();
    let settings = toml(&format!(
        "name = 'login'\nkeys = '{key}'\nformerly = {{path = '/hunter2'}}"
    ));
    let shown = format!("{settings:?}");
    assert!(shown.contains(r#""name": 5 bytes"#), "{shown}");
    assert!(shown.contains(r#""formerly": a list of 1"#), "{shown}");
    check_hidden(&key, &settings);
    check_hidden(&key, settings.into_builder().unwrap());
    let builder = SessionCookie::encrypted(key.parse::<KeyRing>().unwrap());
    check_hidden(&key, toml("path = '/app'").apply_to(builder).unwrap());
}

/// By an editor that breaks lines, for example: no part of it is in the error, wherever it stands.
#[test]
fn no_error_shows_a_key_that_was_broken_in_two() {
    let key = key();
    let secret = &key["hardtack_key_v1_xaes_".len()..];
    let other = self::key();
    for place in [1, 20, 30, 47] {
        let (first, rest) = secret.split_at(place);
        for separator in [" ", "\t", "\n", ",", ", ", "\n\t", " \u{a0}"] {
            for text in [
                format!("hardtack_key_v1_xaes_{first}{separator}{rest}"),
                format!("{key}{separator}{rest}"),
                format!("{other}{separator}{first}{separator}{rest}"),
                format!("{key} seal_from=2027-03-01T06:00:00Z{separator}{rest}"),
                format!("{key} accept_until={rest}"),
                format!("not_before={rest}{separator}{other}"),
                format!("{other}\nnot_before=2027-03-01T06:00:00Z{separator}{rest}"),
                format!("{key}x"),
            ] {
                let error = text.parse::<KeyRing>().unwrap_err();
                check_hidden(&key, &error);
                check_hidden(&key, error.to_string());
                let literal = text.escape_default().to_string().replace("\\'", "'");
                let settings = toml(&format!(
                    "keys = \"{}\"",
                    literal.replace("\\u{a0}", "\\u00a0")
                ));
                check_hidden(&key, settings.build().unwrap_err());
            }
        }
    }
}

/// As where a line of a file continues the one before it.
#[test]
fn a_password_that_stands_in_another_setting_is_not_shown() {
    let password = "hunter2";
    for name in [
        "name",
        "path",
        "domain",
        "application",
        "keys_env",
        "keys_file",
    ] {
        for line_end in ["\n", "\r\n", "\r"] {
            let settings = toml(&format!(
                "{name} = {:?}",
                format!("{line_end}secret = {password}")
            ));
            let error = settings.check().unwrap_err();
            assert_eq!(error.settings().collect::<Vec<_>>(), [name]);
            let shown = format!("{error} {settings:?}");
            assert!(!shown.contains(password), "{shown}");
        }
    }
    for text in [
        "name = 'login hunter2'",
        "path = '/ hunter2'",
        "domain = 'admin:hunter2@example.com'",
        "application = 'hunter2'",
        "context = {stage = 'hunter2'}",
        "context = [['hunter2', 'live']]",
        "keys = 'hunter2'",
    ] {
        let settings = toml(text);
        let error = settings.clone().build().unwrap_err();
        let shown = format!("{error} {settings:?}");
        assert!(!shown.contains(password), "{shown}");
    }
    let several = "[{path = \"/a\\nhunter2\"}]";
    let sources = "[{file = \"/a\\nhunter2\"}]";
    for (name, value) in [("formerly", several), ("keys_from", sources)] {
        let settings = toml(&format!("{name} = {value}"));
        assert_eq!(refused(settings.check()).0, [name]);
        let shown = format!("{:?} {settings:?}", settings.check());
        assert!(!shown.contains(password), "{shown}");
    }
}

#[test]
fn a_key_in_the_wrong_place_is_refused_by_name_and_not_shown() {
    let key = key();
    pasted(&key).iter().for_each(|key| check_places(key));
}

#[track_caller]
fn check_places(key: &str) {
    let names = "mode name path domain same_site idle_timeout refresh_after not_before size application context \
                 formerly keys_env keys_file keys_from secure secret";
    let texts = names.split(' ').map(|name| (name, format!("'{key}'")));
    for (name, value) in texts.chain([
        ("keys", format!("['{key}']")),
        ("keys", format!("{{key = '{key}'}}")),
        ("context", format!("{{a = '{key}'}}")),
        ("context", format!("[['tenant', '{key}']]")),
        ("context", format!("[['{key}', 'tenant']]")),
        ("context", format!("{{'{key}' = 'tenant'}}")),
        (
            "formerly",
            format!("[{{path = '/a'}}, {{path = '/{key}'}}]"),
        ),
        (
            "keys_from",
            format!("[{{file = '/keys'}}, {{file = '{key}'}}]"),
        ),
        ("keys_from", format!("[{{env = '{key}'}}]")),
        ("size", format!("[[['{key}']]]")),
    ]) {
        let settings = toml(&format!("{name} = {value}"));
        let error = settings.clone().build().unwrap_err();
        let says = if name == "keys" {
            "must be a string in quotes"
        } else {
            "holds a key"
        };
        assert!(error.to_string().contains(says), "{error}");
        assert_eq!(error.settings().collect::<Vec<_>>(), [name]);
        check_hidden(key, error);
        check_hidden(key, settings);
    }
    check_hidden(key, toml(&format!("{key} = 'name'")).build().unwrap_err());
}

#[test]
fn a_key_in_place_of_the_name_of_a_source_is_not_shown() {
    let key = key();
    for pasted in pasted(&key) {
        let wrong = [
            KeyRing::from_env(&pasted).unwrap_err(),
            KeyRing::from_file(&pasted).unwrap_err(),
            KeyRing::from_file(format!("/run/{pasted}/keys")).unwrap_err(),
            KeyRing::from_sources([RingSource::from_fn(&pasted, || Err("sealed".into()))])
                .unwrap_err(),
        ];
        for error in wrong {
            assert!(error.to_string().contains("(a key)"), "{error}");
            check_hidden(&pasted, error);
        }
        check_hidden(&pasted, RingSource::env(&pasted));
    }
    // Text of the same form that is no key is shown, since nobody could correct it otherwise.
    let name = "A".repeat(48);
    let error = KeyRing::from_env(&name).unwrap_err();
    assert!(error.to_string().contains(&name), "{error}");
}

#[test]
fn a_key_beside_a_mistake_is_not_quoted_by_the_format() {
    let key = key();
    let site: Site =
        ::toml::from_str(&format!("session = {{keys = '{key}', secure = false}}")).unwrap();
    check_hidden(&key, site.session.build().unwrap_err());
    let text: SessionSettings = serde_json::from_str(&format!("\"{key}\"")).unwrap();
    check_hidden(&key, text.build().unwrap_err());
}

#[test]
fn no_error_of_the_environment_shows_a_key() {
    let key = key();
    let check = |settings: Result<SessionSettings, ConfigError>| {
        check_hidden(&key, settings.and_then(SessionSettings::build).unwrap_err());
    };
    check(SessionSettings::from_variables("S_", [("S_KEY", &*key)]));
    check(SessionSettings::from_variables(
        "S_",
        [("S_KEYS", &key[..40])],
    ));
}

/// Shows what it read by `Debug`, as errors of parsers do.
#[derive(Debug)]
struct Failed {
    sentence: &'static str,
    read: String,
    cause: Option<Box<Failed>>,
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.sentence {
            "" => write!(f, "expected a ring, found {}", self.read),
            sentence => f.write_str(sentence),
        }
    }
}

impl Error for Failed {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}

/// The error of a function that fails with a chain of these sentences. Each shown in both ways.
fn chain(sentences: [&'static str; 3], key: &str) -> Vec<String> {
    let key = key.to_owned();
    let source = RingSource::from_fn("the vault", move || {
        let failed = |cause, sentence| Failed {
            sentence,
            read: key.clone(),
            cause,
        };
        let boxed = |cause, sentence| Some(Box::new(failed(cause, sentence)));
        let [first, second, third] = sentences;
        Err(failed(boxed(boxed(None, third), second), first).into())
    });
    let error = KeyRing::from_sources([source]).unwrap_err();
    let mut shown = Vec::new();
    let mut next: Option<&dyn Error> = Some(&error);
    while let Some(error) = next {
        shown.push(format!("{error}{error:?}{error:#?}"));
        next = error.source();
    }
    shown
}

#[test]
fn no_cause_of_an_error_shows_a_key() {
    let key = key();
    for sentences in [
        ["sealed", "no answer", "refused"],
        ["", "no answer", "refused"],
        ["sealed", "", "refused"],
        ["sealed", "no answer", ""],
    ] {
        let shown = chain(sentences, &key);
        assert!(!shown.concat().contains(&key[24..]), "{shown:?}");
        if sentences.contains(&"") {
            assert_eq!(shown.len(), 1, "{shown:?}");
            assert!(shown[0].contains("its error holds a key"), "{shown:?}");
        }
    }
    let shown = chain(["sealed", "no answer", "refused"], &key);
    assert!(shown[0].starts_with("cannot read the vault: sealed"));
    assert!(shown[1].starts_with("no answer") && shown[2].starts_with("refused"));
}
