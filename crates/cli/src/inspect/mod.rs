//! Inspecting cookies.

mod guess;
mod input;
mod reasons;
mod report;
mod sessions;
mod value;

use std::{env, path::PathBuf};

use clap::Args;
use hardtack::{KeyRing, SessionSettings, cookie::CookieName, session::Payload};

use crate::{
    output::{self, CommandResult, Failure},
    ring::read_ring,
    time::{self, Time},
};
pub(crate) use sessions::{Opener, Sessions};
pub(crate) use value::Reader;

/// Show what a cookie is and, with keys, its content
///
/// Without keys this shows what anyone can see: mode, suite, key id and length. With keys it
/// also shows whether the cookie opens, or why not, its times and its content. Only verified
/// content is shown. The exit code is 1 if no session is loaded or, without keys, if the input
/// is not a token.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Inspect {
    /// A token, or cookies: pairs and Cookie or Set-Cookie headers, one per line, also as `curl -v` shows them. By
    /// default or with `-`, read from standard input, where other users of this machine cannot see it
    cookie: Option<String>,
    #[command(flatten)]
    keys: Keys,
    #[command(flatten)]
    carrier: Carrier,
    #[command(flatten)]
    sessions: Sessions,
    /// Open the token at this time: 2026-12-15T00:00:00Z, or +1h from now; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,
    /// Show the session's id
    #[arg(long)]
    show_id: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

/// Place of the key ring.
#[derive(Args)]
#[group(multiple = false)]
struct Keys {
    /// The file that holds the key ring; by default the keys that the settings name, or the variable SESSION_KEYS
    #[arg(long = "keys", value_name = "FILE")]
    file: Option<PathBuf>,
    /// The environment variable that holds the key ring
    #[arg(long = "keys-env", value_name = "NAME")]
    variable: Option<String>,
}

/// Carrier of the session.
#[derive(Args)]
#[group(multiple = false)]
pub(crate) struct Carrier {
    /// The cookie's name; by default the name in the settings, `__Host-session`, or the name of the only cookie
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The token is from this request header, not a cookie
    #[arg(long, value_name = "NAME")]
    header: Option<String>,
    /// The token is a bare token with this name, not a cookie
    #[arg(long, value_name = "NAME")]
    token: Option<String>,
}

impl Carrier {
    /// Returns the name that an option gives.
    pub(crate) fn given(&self) -> Option<&str> {
        let names = [&self.name, &self.header, &self.token];
        names.into_iter().find_map(Option::as_deref)
    }
}

impl Inspect {
    /// Shows sessions that hold a `T`. `reader` reads their payloads.
    pub(crate) fn run<T: Payload>(self, reader: Reader) -> CommandResult {
        let now = time::now()?;
        let at = self.at.unwrap_or(Time::NOW).resolve(now)?;
        // Read once, because a file may be a pipe.
        let mut settings = self.sessions.settings()?;
        let ring = self.ring(settings.as_mut())?;
        let name = || match &ring {
            Some(ring) => self.sessions.cookie_name(ring, settings.as_ref(), now),
            None => Ok(CookieName::default()),
        };
        let found = input::find(self.cookie.as_deref(), &self.carrier, name)?;
        let has_settings = settings.is_some() && self.carrier.given().is_none();
        let expected = ring.as_ref().filter(|_| has_settings).map(|_| name());
        let other_name = (expected.transpose()?)
            .map(|name| name.to_string())
            .filter(|name| *name != found.name);
        let opener = ring
            .map(|ring| {
                Opener::<T>::new(
                    ring,
                    &self.carrier,
                    &self.sessions,
                    settings.as_ref(),
                    &found.name,
                    now,
                    reader,
                )
            })
            .transpose()?;
        let report = report::Report::of(&found, opener.as_ref(), at, self.show_id, other_name);
        output::print(&if self.json {
            report.as_json().to_string()
        } else {
            report.as_text()
        })?;
        Ok(report.is_good())
    }

    /// Returns `None` without settings, if no place is given and the default variable is not set. Takes the keys out of
    /// the settings.
    fn ring(&self, settings: Option<&mut SessionSettings>) -> Result<Option<KeyRing>, Failure> {
        let has_settings = settings.is_some();
        // The layers are already checked, so the only possible error is that they name no keys.
        let sources = settings.and_then(|settings| settings.take_key_sources().ok());
        let from_env = |variable: &str| KeyRing::from_env(variable).map_err(Failure::unreadable);
        match (&self.keys.file, &self.keys.variable) {
            (Some(path), _) => return read_ring(path).map(Some),
            (_, Some(variable)) => return from_env(variable).map(Some),
            _ => {}
        }
        match sources {
            Some(sources) => self.sessions.ring(sources).map(Some),
            None if env::var_os(SESSION_KEYS).is_some() => from_env(SESSION_KEYS).map(Some),
            None if has_settings => Err(Failure::usage(NO_KEYS)),
            None => Ok(None),
        }
    }
}

const SESSION_KEYS: &str = "SESSION_KEYS";
const NO_KEYS: &str = "the settings name no keys, and the variable SESSION_KEYS is not set; give --keys FILE, or --keys-env NAME";
