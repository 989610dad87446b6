//! The effect of settings on a visitor's sessions.
//!
//! Properties of any settings.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionSettings,
    session::{Outcome, Reason},
};
use proptest::{collection::vec, prelude::*, sample::select};

use super::{browser::Browser, cases::cases, cookie, field, toml};

#[track_caller]
fn check(settings: &str, name: &str, attributes: &str) {
    let (found, rest) = field(toml(settings));
    assert_eq!((&*found, &*rest), (name, attributes));
}

fn visitor(settings: &str) -> Browser {
    let mut browser = Browser::from(cookie(toml(settings)));
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser
}

#[test]
fn attributes_show_in_the_set_cookie_field() {
    check(
        "",
        "__Host-session",
        "Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "name = 'login'",
        "login",
        "Path=/; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "path = '/app'",
        "__Secure-session",
        "Path=/app; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "domain = 'example.com'",
        "__Secure-session",
        "Path=/; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
    );
    check(
        "same_site = 'strict'",
        "__Host-session",
        "Path=/; Secure; HttpOnly; SameSite=Strict",
    );
    check(
        "same_site = 'omit'",
        "__Host-session",
        "Path=/; Secure; HttpOnly",
    );
    check(
        "partitioned = true",
        "__Host-session",
        "Path=/; Secure; HttpOnly; SameSite=Lax; Partitioned",
    );
    check(
        "danger_allow_http = true",
        "session",
        "Path=/; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn a_session_ends_after_its_idle_timeout() {
    let mut browser = visitor("idle_timeout = '10m'");
    browser.now = 600;
    assert!(browser.visit(Session::is_new));
    let mut browser = visitor("idle_timeout = 'off'");
    browser.now = 12 * 3600 - 1;
    assert!(!browser.visit(Session::is_new));
}

#[test]
fn a_session_is_renewed_when_the_settings_say() {
    for (refresh_after, refreshed) in [("never", 0), ("on-change", 0), ("5m", 1), ("always", 1)] {
        let mut browser = visitor(&format!("refresh_after = '{refresh_after}'"));
        browser.now = 300;
        browser.visit(|session| session.contains_key("user"));
        assert_eq!(browser.sent.len(), refreshed, "{refresh_after}");
    }
}

#[test]
fn a_session_is_remembered_as_long_as_the_settings_allow() {
    let mut browser = visitor("remember_up_to = '30d'");
    let month = super::times::seconds(30 * 86_400);
    browser.visit(|session| session.remember_for(month).unwrap());
    assert!(browser.sent[0].ends_with("; Max-Age=2592000"));
    let browser = Browser::from(cookie(toml("")));
    assert!(
        browser
            .clone()
            .visit(|session| session.remember_for(month).is_err())
    );
}

#[test]
fn sessions_before_the_given_time_are_refused() {
    // The tests begin at 2027-01-15T08:00:00Z.
    let mut browser = visitor("not_before = '2027-01-15T08:00:00Z'");
    assert!(!browser.visit(Session::is_new));
    let mut browser = visitor("not_before = '2027-01-15T08:00:01Z'");
    let outcome = browser.visit(Session::outcome);
    assert!(matches!(
        outcome,
        Outcome::Rejected {
            reason: Reason::Revoked,
            ..
        }
    ));
}

#[test]
fn the_size_decides_how_much_fits() {
    for (size, room) in [("anywhere", 2171), ("browser", 2939)] {
        let mut browser = Browser::from(cookie(toml(&format!("size = '{size}'"))));
        assert_eq!(browser.visit(Session::remaining_bytes), room, "{size}");
    }
}

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
