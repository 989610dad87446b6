use std::{collections::HashMap, path::PathBuf, time::SystemTime};

use clap::Args;
use hardtack::keys::KeyId;
use serde_json::{Value, json};
use zeroize::Zeroizing;

use super::{AnyRing, file, text::RingText};
use crate::{
    answer::{self, Answer},
    moment::{self, Moment, show},
};

/// Show the keys of a ring: ids, times, and which one seals
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Show {
    /// The file that holds the key ring; `-` is standard input
    file: PathBuf,
    /// Show the ring at this time: 2026-12-15T00:00:00Z, or +1h from now; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<Moment>,
    /// Show the keys themselves
    #[arg(long)]
    secrets: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
}

type Secrets = HashMap<KeyId, Zeroizing<String>>;

impl Show {
    pub(super) fn run(self) -> Answer {
        let at = Moment::or_now(self.at, moment::now()?)?;
        let text = file::read(&self.file)?;
        let ring = file::parse(&text, &self.file)?;
        let secrets = self.secrets.then(|| secrets(&text));
        let shown = if self.json {
            as_json(&ring, at, secrets.as_ref()).to_string()
        } else {
            table(&ring, at, secrets.as_ref())
        };
        if self.secrets {
            answer::print_secret(&Zeroizing::new(shown))?;
        } else {
            answer::print(&shown)?;
        }
        Ok(true)
    }
}

/// A line for each key, in the order in which the keys take over.
pub(super) fn table(ring: &AnyRing, at: SystemTime, secrets: Option<&Secrets>) -> String {
    let mut lines = vec![format!("fingerprint {}", ring.fingerprint())];
    if let Some(moment) = ring.not_before() {
        lines.push(format!("not_before  {}", show(moment)));
    }
    let head = ["key", "suite", "role", "seal_from", "accept_until"].map(str::to_owned);
    let rows = ring.keys().into_iter().map(|key| {
        let time = |moment: Option<SystemTime>| moment.map_or_else(|| "-".to_owned(), show);
        let row = [
            key.id.to_string(),
            key.suite.word().to_owned(),
            ring.role(&key, at).word().to_owned(),
            time(key.seal_from),
            time(key.accept_until),
        ];
        let secret = secrets.and_then(|secrets| secrets.get(&key.id));
        (
            row,
            secret.map(|secret| secret.as_str()).unwrap_or_default(),
        )
    });
    for ([key, suite, role, from, until], secret) in [(head, "")].into_iter().chain(rows) {
        let line = format!("{key:<8}  {suite:<5}  {role:<8}  {from:<20}  {until:<20}  {secret}");
        lines.push(line.trim_end().to_owned());
    }
    lines.join("\n")
}

fn as_json(ring: &AnyRing, at: SystemTime, secrets: Option<&Secrets>) -> Value {
    let keys = ring.keys().into_iter().map(|key| {
        let mut shown = json!({
            "id": key.id.to_string(),
            "suite": key.suite.word(),
            "role": ring.role(&key, at).word(),
            "seal_from": key.seal_from.map(show),
            "accept_until": key.accept_until.map(show),
        });
        if let Some(secrets) = secrets {
            shown["secret"] = json!(secrets.get(&key.id).map(|secret| secret.as_str()));
        }
        shown
    });
    json!({
        "at": show(at),
        "mode": ring.mode().to_string(),
        "fingerprint": ring.fingerprint().to_string(),
        "not_before": ring.not_before().map(show),
        "keys": keys.collect::<Vec<_>>(),
    })
}

/// The texts of the keys, which a ring does not keep.
fn secrets(text: &str) -> Secrets {
    let lines = Zeroizing::new(text.replace(',', "\n"));
    let text = RingText::new(&lines);
    let keys = text.iter().flat_map(RingText::keys);
    keys.map(|(id, text)| (id, Zeroizing::new(text.to_owned())))
        .collect()
}
