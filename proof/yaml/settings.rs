//! Settings from YAML, which must say what the same settings say in JSON.

#![allow(clippy::unwrap_used, reason = "a failed test panics")]

use hardtack::{EncryptionKey, SessionSettings};
use serde::Deserialize;

fn yaml(text: &str) -> SessionSettings {
    serde_saphyr::from_str(text).unwrap()
}

#[track_caller]
fn check(text: &str, json: &str) {
    let of_json: SessionSettings = serde_json::from_str(json).unwrap();
    assert_eq!(format!("{:?}", yaml(text)), format!("{of_json:?}"));
}

#[test]
fn yaml_and_json_say_the_same() {
    let text = "
name: __Secure-login
domain: example.com
same_site: strict
idle_timeout: 15m
absolute_timeout: 28800
context:
  stage: live
formerly:
  - path: /app
";
    check(text, include_str!("../../tests/settings/cookie.json"));
}

#[test]
fn off_in_yaml_is_no_idle_timeout() {
    check("idle_timeout: off", r#"{"idle_timeout": "off"}"#);
}

#[test]
fn a_key_beside_a_mistake_is_not_quoted() {
    #[derive(Debug, Deserialize)]
    struct Site {
        session: SessionSettings,
    }
    let key = EncryptionKey::generate().unwrap().expose_secret();
    let text = format!("session:\n  keys: {}\n  secure: false\n", *key);
    let site: Site = serde_saphyr::from_str(&text).unwrap();
    let error = site.session.build().unwrap_err();
    let shown = format!("{error:?} {error:#?}");
    for part in key.as_bytes()[key.len() - 48..].windows(8) {
        let part = std::str::from_utf8(part).unwrap();
        assert!(!shown.contains(part), "{shown}");
    }
}
