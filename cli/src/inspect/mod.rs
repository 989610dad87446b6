//! Inspecting cookies.

mod guess;
mod input;
mod report;
mod sessions;
mod value;

use std::path::PathBuf;

use clap::Args;
use hardtack::{cookie::CookieName, session::Payload};

use crate::{
    answer::{self, Answer},
    ring::read_ring,
    time::{self, Time},
};
use sessions::{Opener, Sessions};
pub(crate) use value::Reader;

/// Show what a cookie is and, with keys, its content
///
/// Without keys this shows what anyone can see: mode, suite, key id and length. With keys it
/// also shows whether the cookie opens, or why not, its times and its content. Only verified
/// content is shown. The exit code is 1 if no session is loaded or, without keys, if the input
/// is not a token.
#[derive(Args)]
#[command(verbatim_doc_comment, mut_group("Layers", |layers| layers.requires("keys")))]
pub(crate) struct Inspect {
    /// A token, or cookies: pairs, and Cookie or Set-Cookie fields, one a line, also as `curl -v` shows them; by default
    /// or with `-` read from standard input, where other users of this machine cannot see it
    cookie: Option<String>,
    /// The file that holds the key ring
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
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

impl Inspect {
    /// Shows sessions that hold a `T`, which `reader` reads.
    pub(crate) fn run<T: Payload>(self, reader: Reader) -> Answer {
        let now = time::now()?;
        let at = self.at.unwrap_or(Time::NOW).resolve(now)?;
        let ring = self.keys.as_deref().map(read_ring).transpose()?;
        let name = || match &ring {
            Some(ring) => self.sessions.cookie_name(ring, now),
            None => Ok(CookieName::default()),
        };
        let found = input::find(self.cookie.as_deref(), &self.carrier, name)?;
        let opener = ring.map(|ring| {
            Opener::<T>::new(
                ring,
                &self.carrier,
                &self.sessions,
                &found.name,
                now,
                reader,
            )
        });
        let opener = opener.transpose()?;
        let report = report::Report::of(&found, opener.as_ref(), at, self.show_id);
        answer::print(&if self.json {
            report.as_json().to_string()
        } else {
            report.as_text()
        })?;
        Ok(report.is_good())
    }
}
