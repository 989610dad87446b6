//! Settings, and the cookies that they make.

use hardtack::{ConfigError, EncryptionKey, SessionCookie, SessionSettings};

use super::browser::Browser;

pub(crate) fn toml(text: &str) -> SessionSettings {
    ::toml::from_str(text).unwrap()
}

/// A cookie of these settings, with a key of its own.
#[track_caller]
pub(crate) fn cookie(settings: SessionSettings) -> SessionCookie {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    settings.apply_to(builder).unwrap().build().unwrap()
}

/// The `Set-Cookie` fields of a session with something in it.
#[track_caller]
pub(crate) fn fields(settings: SessionSettings) -> Vec<String> {
    let mut browser = Browser::from(cookie(settings));
    browser.visit(|session| session.insert("user", 42).unwrap());
    browser.sent
}

/// Name and attributes of the last of these fields.
#[track_caller]
pub(crate) fn field(settings: SessionSettings) -> (String, String) {
    let fields = fields(settings);
    let (name, rest) = fields.last().unwrap().split_once('=').unwrap();
    let (_, attributes) = rest.split_once("; ").unwrap();
    (name.to_owned(), attributes.to_owned())
}

/// The refused settings, and the sentences behind what they are about.
#[track_caller]
pub(crate) fn refused<T>(settings: Result<T, ConfigError>) -> (Vec<String>, String) {
    let error = settings.err().expect("the settings are refused");
    let names = error.settings().map(str::to_owned).collect();
    let told = error.to_string();
    let sentence = told.strip_prefix("session settings: ");
    (names, sentence.expect("it says where").to_owned())
}
