//! Properties of any settings.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, SessionCookie, SessionSettings};
use proptest::{collection::vec, prelude::*, sample::select};

use super::cases::cases;

type Variable = (&'static str, &'static str);

/// Variables with and without mistakes.
fn variables() -> impl Strategy<Value = Vec<Variable>> {
    let names = [
        "S_SECURE",
        "S_HTTPONLY",
        "S_HTTP_ONLY",
        "S_SAME_SITE",
        "S_IDLE_TIMEOUT",
        "S_REFRESH_AFTER",
        "S_NAME",
        "S_DOMAIN",
        DANGEROUS,
        "S_SAVE_ON_SERVER_ERROR",
        "S_PARTITIONED",
        "S_Secure",
        "S_ SECURE",
    ];
    let values = [
        "true", "false", "False", "0", "1", "off", "", "none", "lax", "600", "a", "b.c",
    ];
    vec((select(names.to_vec()), select(values.to_vec())), 1..5)
}

/// The fields that a cookie of these settings sends, if there is one.
fn fields_of(variables: &[Variable]) -> Option<Vec<String>> {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let settings = SessionSettings::from_variables("S_", variables.iter().copied()).ok()?;
    let site = settings.apply_to(builder).unwrap().build().ok()?;
    let session = site.load(
        None::<&str>,
        UNIX_EPOCH + Duration::from_secs(1_800_000_000),
    );
    session.insert("user", 42).unwrap();
    Some(site.save(&session).unwrap().into_iter().collect())
}

proptest! {
    #![proptest_config(cases(256))]

    #[test]
    fn a_cookie_is_secure_unless_the_dangerous_setting_says_otherwise(variables in variables()) {
        let is_dangerous = variables.iter().any(|(name, _)| *name == DANGEROUS);
        if let Some(fields) = fields_of(&variables) && !is_dangerous {
            for field in fields {
                prop_assert!(field.contains("; Secure; HttpOnly"), "{variables:?}: {field}");
            }
        }
    }

    #[test]
    fn no_variable_and_no_option_makes_it_panic(text in any::<String>(), prefix in ".{0,3}") {
        let _ = SessionSettings::from_variables(&prefix, [(&*text, &*text)]);
        let translated = [(&*text, Ok((&*text, &*text))), (&*text, Err(&*text))];
        let _ = SessionSettings::from_translated(&prefix, translated);
    }
}

const DANGEROUS: &str = "S_DANGER_ALLOW_HTTP";
