//! Properties of any ini file.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, SessionCookie};
use hardtack_migrate::settings_from_ini;
use proptest::{collection::vec, prelude::*, sample::select};

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
