use std::time::{Duration, SystemTime};

use clap::Args;
use hardtack::keys::{KeyInfo, KeyRole};

use super::{
    KeyRing, KeyRingExt,
    edit::{self, Edit, Target},
    keys::Overlap,
    leaked,
    text::ACCEPT_UNTIL,
};
use crate::{
    output::{Failure, HARDTACK},
    time::{Time, show},
};

/// Make an accepted key the one that seals
///
/// Removes the key's accept_until. This is also the way back: the earlier key seals again, and
/// the later one stays accepted.
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
        let key = edit::find(&ring, &self.key, &edit.name).map_err(Failure::No)?;
        leaked::check_no_part(edit, &ring, key.id)?;
        let at = self.at.unwrap_or(Time::NOW).resolve(edit.now)?;
        let sealing = ring.sealing_key(edit.now);
        check_time(&ring, &key, at, edit.now)?;
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
        // Without an overlap, no key retires too early.
        if after.overlaps().next().is_some() {
            check_overlaps(&ring, &after, edit)?;
        }
        let ahead = self.target.overlap.certainly_past(edit.now)?;
        Ok(report(edit, &after, &key, at, ahead))
    }
}

/// Refuses a takeover that is so late that an earlier key retires before its tokens end.
fn check_overlaps(before: &KeyRing, after: &KeyRing, edit: &Edit) -> Result<(), Failure> {
    let needed = edit.overlap()?;
    let is_cut = |overlap: &Overlap| {
        let was = before.overlap(overlap.key);
        overlap.duration() < was.map_or(needed, |was| was.duration().min(needed))
    };
    match after.overlaps().find(is_cut) {
        None => Ok(()),
        Some(short) => Err(Failure::No(edit.too_short(&short)?)),
    }
}

/// Refuses a time that does not fit the key's current role.
fn check_time(
    ring: &KeyRing,
    key: &KeyInfo,
    at: SystemTime,
    now: SystemTime,
) -> Result<(), Failure> {
    let id = key.id;
    match ring.role(id, now) {
        _ if at < now => Err(Failure::no("--at is in the past; leave it out for now")),
        Some(KeyRole::Sealing) if at > now => Err(Failure::no(format!(
            "key {id} seals already; leave out --at"
        ))),
        Some(KeyRole::Retired) if at == now => Err(Failure::no(format!(
            "key {id} is retired, so no instance accepts it; give --at with a time by which all have the new file"
        ))),
        _ => Ok(()),
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
