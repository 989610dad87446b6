//! Settings from files, from the environment and from options of other systems.

mod formats;
mod key_sources;
mod keys;
mod layers;
mod names;
mod refusals;
mod ring_sources;
mod secrets;
mod together;
#[cfg(feature = "toml")]
mod toml;
mod variables;
mod watching;

use crate::common::browser;
use crate::common::cases;
use crate::common::folder;
use crate::common::new_key as key;
use crate::common::times;

use std::collections::BTreeSet;

use hardtack::{ConfigError, EncryptionKey, SessionCookie, SessionSettings};

use browser::Browser;

fn toml(text: &str) -> SessionSettings {
    ::toml::from_str(text).unwrap()
}

/// A cookie of these settings, with a key of its own.
#[track_caller]
fn cookie(settings: SessionSettings) -> SessionCookie {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    settings.apply_to(builder).unwrap().build().unwrap()
}

/// Name and attributes of the `Set-Cookie` field of a session with something in it.
#[track_caller]
fn field(settings: SessionSettings) -> (String, String) {
    let mut browser = Browser::from(cookie(settings));
    browser.visit(|session| session.insert("user", 42).unwrap());
    let (name, rest) = browser.sent.last().unwrap().split_once('=').unwrap();
    let (_, attributes) = rest.split_once("; ").unwrap();
    (name.to_owned(), attributes.to_owned())
}

/// The settings of docs/settings.md, whose table is that of the program.
fn documented() -> BTreeSet<&'static str> {
    let page = include_str!("../../docs/settings.md").lines();
    let rows = page.skip_while(|line| !line.starts_with("| `mode` |"));
    let rows = rows.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.split('`').nth(1).unwrap()).collect()
}

/// The refused settings, and the sentences behind what they are about.
#[track_caller]
fn refused<T>(settings: Result<T, ConfigError>) -> (Vec<String>, String) {
    let error = settings.err().expect("the settings are refused");
    let names = error.settings().map(str::to_owned).collect();
    let told = error.to_string();
    let sentence = told.strip_prefix("session settings: ");
    (names, sentence.expect("it says where").to_owned())
}
