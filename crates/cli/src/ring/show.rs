use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::Args;
use hardtack::{keys::KeyRole, packages::show_duration};
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{
    KeyRing, file,
    notes::{self, Notes},
    text::RingText,
};
use crate::{
    output::{self, CommandResult},
    time::{self, Time, show},
};

/// Show the keys of a ring: ids, times, and which one seals
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Show {
    /// The file that holds the key ring; `-` is standard input
    file: PathBuf,
    /// Show the ring at this time: 2026-12-15T00:00:00Z, or +1h from now; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,
    /// Show the keys themselves
    #[arg(long)]
    secrets: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

impl Show {
    pub(super) fn run(self) -> CommandResult {
        let at = self.at.unwrap_or(Time::NOW).resolve(time::now()?)?;
        let text = file::read(&self.file)?;
        let ring = file::parse(&text, &self.file)?;
        let overlap = file::overlap(&text, &self.file)?;
        let notes = notes::of(&text, &self.file)?;
        // A ring does not contain the keys themselves.
        let secrets = self.secrets.then(|| RingText::new(&text));
        let described = described(&ring, at, overlap, &notes, secrets.as_ref());
        let shown = Zeroizing::new(if self.json {
            described.to_string()
        } else {
            let wrong = notes.forgeries(&ring, at);
            table(&described)
                + &wrong.map_or(String::new(), |(_, sentence)| format!("\n{sentence}"))
        });
        if self.secrets {
            output::print_secret(&shown)?;
        } else {
            output::print(&shown)?;
        }
        Ok(true)
    }
}

/// Returns the keys of a ring, in the order in which they take over sealing.
pub(super) fn described(
    ring: &KeyRing,
    at: SystemTime,
    overlap: Option<Duration>,
    notes: &Notes,
    secrets: Option<&RingText>,
) -> Value {
    let keys = ring.keys().into_iter().map(|key| {
        let mut described = json!({
            "id": key.id.to_string(),
            "suite": key.suite.word(),
            "role": ring.role(key.id, at).map(|role| role.to_string()),
            "seal_from": key.seal_from.map(show),
            "accept_until": key.accept_until.map(show),
            "made": notes.made(key.id).map(show),
        });
        if let Some(secrets) = secrets {
            let secret = secrets.keys().find(|(id, _)| *id == key.id);
            described["secret"] = json!(secret.map(|(_, text)| text));
        }
        described
    });
    json!({
        "at": show(at),
        "mode": ring.mode().to_string(),
        "fingerprint": ring.fingerprint().to_string(),
        "not_before": ring.not_before().map(show),
        "overlap": overlap.map(|overlap| overlap.as_secs()),
        "leaked": leaked(notes),
        "keys": keys.collect::<Vec<_>>(),
    })
}

/// Returns the keys that leaked, also those that are gone.
pub(super) fn leaked(notes: &Notes) -> Value {
    let leaks = notes.leaks();
    leaks
        .map(|(key, from)| json!({ "key": key, "from": show(from) }))
        .collect()
}

/// Returns a described ring as text, with a line for each key, and a `*` before the key that seals.
pub(super) fn table(ring: &Value) -> String {
    let fingerprint = ring["fingerprint"].as_str().unwrap_or_default();
    let mut lines = vec![format!("fingerprint {fingerprint}")];
    if let Some(time) = ring["not_before"].as_str() {
        lines.push(format!("not_before  {time}"));
    }
    if let Some(seconds) = ring["overlap"].as_u64() {
        let overlap = show_duration(Duration::from_secs(seconds));
        lines.push(format!("overlap     {overlap}"));
    }
    for leak in ring["leaked"].as_array().into_iter().flatten() {
        let [key, from] = ["key", "from"].map(|name| leak[name].as_str().unwrap_or_default());
        lines.push(format!("leaked      {key} is to open nothing from {from}"));
    }
    lines.push(row([
        "",
        "key",
        "suite",
        "role",
        "seal_from",
        "accept_until",
        "made",
        "",
    ]));
    for key in ring["keys"].as_array().into_iter().flatten() {
        let cell = |name: &str| key[name].as_str().unwrap_or("-");
        let mark = if cell("role") == KeyRole::Sealing.to_string() {
            "*"
        } else {
            ""
        };
        let secret = key["secret"].as_str().unwrap_or_default();
        let [id, suite, role] = ["id", "suite", "role"].map(cell);
        let [from, until, made] = ["seal_from", "accept_until", "made"].map(cell);
        lines.push(row([mark, id, suite, role, from, until, made, secret]));
    }
    lines.join("\n")
}

fn row([mark, key, suite, role, from, until, made, secret]: [&str; 8]) -> String {
    let row = format!(
        "{mark:<1} {key:<8}  {suite:<5}  {role:<8}  {from:<20}  {until:<20}  {made:<20}  {secret}"
    );
    row.trim_end().to_owned()
}
