//! Keys and passwords in ini files stand in no error.

use hardtack::{EncryptionKey, SessionSettings};
use hardtack_migrate::settings_from_ini;

#[test]
fn no_error_shows_a_key_or_a_password() {
    let key = EncryptionKey::generate().unwrap().expose_secret();
    for secret in [&**key, "itsaseekreet"] {
        for line in [
            format!("session.secret = {secret}"),
            format!("session.validate_key = {secret}"),
            format!("session.keys = {secret} x=1"),
        ] {
            check_hidden(&line, secret);
        }
    }
    // Lines without a separator, or with one that belongs to the password.
    for line in [
        "session.secret itsaseekreet",
        "session.secret\titsaseekreet",
        "session.secret itsaseekreet = x",
        "session.secret itsaseekreet:x",
        "session.validate_key  itsaseekreet",
    ] {
        check_hidden(line, "itsaseekreet");
    }
    check_hidden(&format!("session.key = {}", *key), &key);
    check_hidden(&format!("session.{}", *key), &key);
}

#[track_caller]
fn check_hidden(line: &str, secret: &str) {
    let settings = settings_from_ini(line, "session.");
    let error = settings.and_then(SessionSettings::build).unwrap_err();
    let shown = format!("{error} {error:?} {error:#?}");
    // The beginning of a key's text names its type.
    let secret = &secret.as_bytes()[secret.len().saturating_sub(48)..];
    for part in secret.windows(8) {
        let part = std::str::from_utf8(part).unwrap();
        assert!(!shown.contains(part), "{shown}");
    }
}

/// A missing line break, an indent too many, an address in place of a name.
#[test]
fn a_password_in_the_value_of_another_option_is_not_shown() {
    let options = [
        "key",
        "cookie_name",
        "name",
        "domain",
        "path",
        "keys_env",
        "keys_file",
        "keys_from",
        "context",
        "application",
        "formerly",
        "timeout",
        "type",
        "no_such",
    ];
    let values = ["", "wiki", "a=1"];
    let names = ["session.secret", "secret"];
    for (option, value) in options
        .iter()
        .flat_map(|option| values.map(|value| (option, value)))
    {
        for name in names {
            for rest in [
                format!("{value}\n    {name} = itsaseekreet"),
                format!("{value}\n\t{name}: itsaseekreet"),
                format!("{value}\n [x]\n {name} = itsaseekreet"),
                format!("{value} {name} = itsaseekreet"),
                format!("{value} {name}: itsaseekreet"),
                format!("{value};{name}=itsaseekreet"),
                format!("{value},{name}:itsaseekreet"),
                format!("postgres://u:itsaseekreet@h/{value}"),
            ] {
                check_never_shown(&format!("session.{option} = {rest}"), "itsaseekreet");
            }
        }
    }
}

#[track_caller]
fn check_never_shown(text: &str, secret: &str) {
    let shown = match settings_from_ini(text, "session.") {
        Err(error) => format!("{error} {error:?}"),
        Ok(settings) => match settings.clone().build() {
            Err(error) => format!("{settings:?} {error} {error:?}"),
            Ok(cookie) => format!("{settings:?} {cookie:?}"),
        },
    };
    assert!(!shown.contains(secret), "{text}: {shown}");
}
