use std::time::{Duration, SystemTime};

use clap::Args;
use hardtack::packages::KeyInfo;

use super::{
    KeyRing, KeyRingExt,
    edit::{self, Edit, Target},
    text::ACCEPT_UNTIL,
};
use crate::{
    output::{Failure, HARDTACK},
    time::{Time, show},
};

/// Make an accepted key the one that seals
///
/// Removes the key's accept_until, unless it has come. This is also the way back: the earlier key
/// seals again, and the later one stays accepted.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Promote {
    #[command(flatten)]
    pub(super) target: Target,
    /// The id of the key
    #[arg(value_parser = edit::key_id)]
    key: String,
    /// When the key begins to seal: 2026-12-15T00:00:00Z, or +1h from now; by default now
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,
}

impl Promote {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        let key = edit.key(&self.key)?;
        let at = self.at.unwrap_or(Time::NOW).resolve(edit.now)?;
        let sealing = ring.sealing_key(edit.now);
        if at < edit.now {
            return Err(Failure::no("--at is in the past; leave it out for now"));
        }
        if sealing == key.id && at > edit.now {
            return Err(Failure::no(format!(
                "key {sealing} seals already; leave out --at"
            )));
        }
        let has_begun = key.seal_from.is_none_or(|from| from <= edit.now);
        if sealing == key.id && has_begun && key.accept_until.is_none() {
            let id = key.id;
            return Ok(vec![format!("key {id} seals already; no key is changed")]);
        }
        edit.text.set(key.id, ACCEPT_UNTIL, None);
        // The key may seal before its time, because no other key can.
        if sealing != key.id || key.seal_from.is_some_and(|from| from > edit.now) {
            edit.set_seal_from(key.id, at);
        }
        if at > edit.now {
            edit.check_still_seals(sealing)?;
        }
        let after = edit.result()?;
        // A takeover may be so late that an earlier key retires before its tokens end.
        after
            .overlaps()
            .try_for_each(|left| edit.check_overlap(&left))?;
        let ahead = self.target.overlap.certainly_past(edit.now)?;
        Ok(report(edit, &after, &key, at, ahead))
    }
}

fn report(
    edit: &Edit,
    after: &KeyRing,
    key: &KeyInfo,
    at: SystemTime,
    ahead: SystemTime,
) -> Vec<String> {
    let mut report = vec![if at == edit.now {
        format!("key {} seals", key.id)
    } else {
        format!("key {} seals from {}", key.id, show(at))
    }];
    let before = after.sealing_key(at - Duration::from_secs(1));
    if before != key.id {
        report.push(format!("from then on, key {before} only opens"));
        let end = key.accept_until.filter(|end| *end > edit.now);
        report.extend(end.map(|end| {
            let (end, file, id) = (show(end), &edit.name, key.id);
            format!("give {file} to every instance before {end}, when key {id} retires on those without it")
        }));
    }
    report.extend(after.planned_after(at).map(|(later, from)| {
        let file = &edit.file;
        let force = match after.planned_sealed(Some(from), edit.now, ahead) {
            Some(last) if edit.known.is_none_or(|known| last + known > edit.now) => " --force",
            _ => "",
        };
        format!(
            "key {later} still takes over at {}; `{HARDTACK} ring retire {file} {later}{force}` cancels that",
            show(from)
        )
    }));
    report
}
