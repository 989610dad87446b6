//! Keys and passwords in ini files stand in no error.
//!
//! Properties of any ini file.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, SessionCookie, SessionSettings};
use hardtack_migrate::settings_from_ini;
use proptest::{collection::vec, prelude::*, sample::select};

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

#[test]
fn a_second_separator_may_begin_a_password() {
    for line in [
        "context = tenant=secret=itsaseekreet",
        "context = tenant=secret:itsaseekreet",
        "context = secret:itsaseekreet",
        "formerly = path=secret=itsaseekreet",
        "domain = secret=itsaseekreet",
    ] {
        let settings = settings_from_ini(&format!("session.{line}"), "session.");
        let error = settings.and_then(SessionSettings::build).unwrap_err();
        let shown = error.to_string();
        assert!(shown.contains("may have another option"), "{line}: {shown}");
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

/// Lines as they stand in files of earlier systems, some of them damaged.
fn lines() -> impl Strategy<Value = Vec<String>> {
    let options = [
        "secure",
        "httponly",
        "http_only",
        "samesite",
        "cookie_expires",
        "max_age",
        "absolute_timeout",
        "timeout",
        "auto",
        "type",
        "reissue_time",
        "save_accessed_time",
        "key",
        "cookie_domain",
        "danger_allow_http",
        "set_on_exception",
        "partitioned",
        "Secure",
        " secure",
        "secure ",
    ];
    let values = [
        "true",
        "false",
        "False",
        "0",
        "1",
        "off",
        "",
        "None",
        "cookie",
        "lax",
        "600",
        "a",
        ".b.c",
        "true ; no",
        "true\n  false",
        "\"false\"",
    ];
    let line = (
        select(&["", "  ", "#"][..]),
        select(options.to_vec()),
        select(values.to_vec()),
    );
    vec(line, 1..5).prop_map(|lines| {
        let line = |(indent, option, value)| format!("{indent}session.{option} = {value}");
        lines.into_iter().map(line).collect()
    })
}

/// The fields that a cookie of these settings sends, if there is one.
fn fields_of(text: &str) -> Option<Vec<String>> {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let settings = settings_from_ini(text, "session.").ok()?;
    let site = settings.apply_to(builder).unwrap().build().ok()?;
    let session = site.load(
        None::<&str>,
        UNIX_EPOCH + Duration::from_secs(1_800_000_000),
    );
    session.insert("user", 42).unwrap();
    Some(site.save(&session).unwrap().into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig {
        // A case that fails becomes a test of its own.
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn a_cookie_is_secure_unless_the_dangerous_setting_says_otherwise(lines in lines()) {
        let text = lines.join("\n");
        let is_dangerous = lines.iter().any(|line| line.contains("danger_allow_http"));
        if let Some(fields) = fields_of(&text) && !is_dangerous {
            for field in fields {
                prop_assert!(field.contains("; Secure; HttpOnly"), "{text}: {field}");
            }
        }
    }

    #[test]
    fn no_file_makes_it_panic(text in any::<String>(), prefix in ".{0,3}") {
        let _ = settings_from_ini(&text, &prefix);
    }
}
