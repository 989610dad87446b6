//! Settings that all programs with the same sessions must share (SPEC.md § 3.7).

use std::{collections::BTreeMap, time::SystemTime};

use clap::Args;
use hardtack::{EncryptionKey, KeyRing, SessionSettings, SigningKey, session::Map};

use crate::{
    inspect::{Carrier, Opener, Reader, Sessions},
    output::{self, CommandResult, Failure},
    time,
};

/// Show the settings that all programs with these sessions must share, and their fingerprint
///
/// They are those of `settings` and `settings_text` in a health check. What a program sets in its
/// code is not in its files: give --application, --type, --context, --header. A `?` stands for
/// what only the code has, and --diff does not compare it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Settings {
    #[command(flatten)]
    carrier: Carrier,
    #[command(flatten)]
    sessions: Sessions,
    /// Show what is different in this text from a health check; with two texts, what differs between them. The exit code
    /// is 1 if anything does
    #[arg(long, value_name = "TEXT", num_args = 1..=2)]
    diff: Vec<String>,
}

impl Settings {
    pub(crate) fn run(self) -> CommandResult {
        if let [one, other] = &self.diff[..] {
            return compare(one, other);
        }
        let opener = self.opener()?;
        let in_use = opener.keys_in_use(SystemTime::now());
        let (fingerprint, text) = (in_use.settings, self.without_code(&in_use.settings_text));
        if let [other] = &self.diff[..] {
            return compare(&text, other);
        }
        output::print(&format!(
            "settings {fingerprint}, if the program's code leaves everything marked `?` at its default\nsettings_text {text}"
        ))?;
        Ok(true)
    }

    /// Returns the text with a `?` for each value that only the code of a program has.
    fn without_code(&self, text: &str) -> String {
        let has_type = self.sessions.has_type();
        let pairs = text.split(' ').map(|pair| match pair.split_once('=') {
            Some(("type", _)) if has_type => pair.to_owned(),
            Some((name @ ("type" | "schema" | "revalidate_after" | "device_bound"), _)) => {
                format!("{name}={UNKNOWN}")
            }
            _ => pair.to_owned(),
        });
        pairs.collect::<Vec<_>>().join(" ")
    }

    /// Returns the application's sessions, under a key that nobody has.
    fn opener(&self) -> Result<Opener<Map>, Failure> {
        let mut settings = self.sessions.settings()?;
        // The keys do not matter, and need not be at hand.
        let _ = settings.as_mut().map(SessionSettings::take_key_sources);
        let key = EncryptionKey::generate().map_err(Failure::no)?;
        let encrypted = self.opener_under(key.into(), settings.as_ref());
        if encrypted.is_ok() {
            return encrypted;
        }
        let key = SigningKey::generate().map_err(Failure::no)?;
        self.opener_under(key.into(), settings.as_ref())
            .or(encrypted)
    }

    fn opener_under(
        &self,
        ring: KeyRing,
        settings: Option<&SessionSettings>,
    ) -> Result<Opener<Map>, Failure> {
        let (carrier, now) = (&self.carrier, time::now()?);
        let name = match carrier.given() {
            Some(name) => name.to_owned(),
            None => self.sessions.cookie_name(&ring, settings, now)?.to_string(),
        };
        Opener::new(
            ring,
            carrier,
            &self.sessions,
            settings,
            &name,
            now,
            Reader::DICTIONARY,
        )
    }
}

/// Prints each setting that differs, with both values.
fn compare(one: &str, other: &str) -> CommandResult {
    let (one, other) = (pairs(one)?, pairs(other)?);
    let names = one
        .keys()
        .chain(other.keys().filter(|name| !one.contains_key(*name)));
    let is_unknown = |name: &&&str| {
        [&one, &other]
            .iter()
            .any(|it| it.get(**name) == Some(&UNKNOWN))
    };
    let lines: Vec<_> = names
        .filter(|name| one.get(*name) != other.get(*name) && !is_unknown(name))
        .map(|name| {
            format!(
                "{name}: {}, then {}",
                shown(one.get(name).copied()),
                shown(other.get(name).copied())
            )
        })
        .collect();
    if lines.is_empty() {
        output::print("the settings are the same")?;
    } else {
        output::print(&lines.join("\n"))?;
    }
    Ok(lines.is_empty())
}

/// Returns the value of a setting as it is shown in a difference.
pub(crate) fn shown(value: Option<&str>) -> &str {
    match value {
        None => "nothing",
        Some("") => "empty",
        Some(value) => value,
    }
}

/// Reads a text of settings, also as a line of a health check.
pub(crate) fn pairs(text: &str) -> Result<BTreeMap<&str, &str>, Failure> {
    let line = text.trim();
    let text = line.strip_prefix("settings_text ").unwrap_or(line);
    text.split(' ')
        .map(|pair| pair.split_once('='))
        .collect::<Option<_>>()
        .ok_or_else(|| Failure::usage(NO_TEXT))
}

/// Value that only the code of a program has.
const UNKNOWN: &str = "?";
const NO_TEXT: &str = "--diff needs the text of settings that `settings_text` of a health check shows: \
    \"cookie=__Host-session mode=encrypted …\"";
