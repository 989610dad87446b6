//! Settings that all programs with the same sessions must share (SPEC.md § 3.7).

use std::time::SystemTime;

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
/// what only the code has.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Settings {
    #[command(flatten)]
    carrier: Carrier,
    #[command(flatten)]
    sessions: Sessions,
}

impl Settings {
    pub(crate) fn run(self) -> CommandResult {
        let opener = self.opener()?;
        let in_use = opener.keys_in_use(SystemTime::now());
        let (fingerprint, text) = (in_use.settings, self.without_code(&in_use.settings_text));
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
                format!("{name}=?")
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
