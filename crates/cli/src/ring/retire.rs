use std::time::SystemTime;

use clap::Args;
use hardtack::{
    keys::{KeyId, KeyRole},
    packages::KeyInfo,
};

use super::{
    KeyRing, KeyRingExt,
    edit::{self, Edit, Target},
    keys::Overlap,
    text::ACCEPT_UNTIL,
};
use crate::{
    output::{Failure, HARDTACK},
    time::{self, Time, show},
};

/// Stop accepting a key
///
/// With --at the key opens nothing from that time on. Without it, its line is removed for good.
/// Refused while tokens that the key sealed may open, unless --force is given.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Retire {
    #[command(flatten)]
    pub(super) target: Target,
    /// The id of the key
    #[arg(value_parser = edit::key_id)]
    key: String,
    /// When the key stops opening sessions: 2026-12-15T00:00:00Z, or +1h from now
    #[arg(long, value_name = "TIME")]
    at: Option<Time>,
    /// Retire the key even if tokens that it sealed may open
    #[arg(long)]
    force: bool,
}

impl Retire {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        let key = edit.key(&self.key)?;
        let at = self.at.map(|at| at.resolve(edit.now)).transpose()?;
        match at {
            Some(at) if at <= edit.now => {
                return Err(Failure::no(
                    "--at is not in the future; leave it out to remove the key",
                ));
            }
            Some(_) if ring.next_after(key.id).is_none() => {
                let (id, file) = (key.id, &edit.file);
                return Err(Failure::no(format!(
                    "no key seals after key {id}; first run `{HARDTACK} ring rotate {file} --after DURATION` or `{HARDTACK} ring \
                     promote {file}` with another"
                )));
            }
            Some(_) => {}
            None => self.check_removal(&ring, key.id, edit)?,
        }
        let last = self.last_sealed(&ring, &key, edit)?;
        let needed = match edit.known {
            None if self.force => None,
            _ => last
                .map(|last| time::after(last, edit.overlap()?))
                .transpose()?,
        };
        if !self.force {
            self.check_end(&ring, &key, at.unwrap_or(edit.now), needed, edit)?;
        }
        let Some(at) = at else {
            edit.text.remove(key.id);
            let mut report = vec![format!("key {} is removed", key.id)];
            // A planned key has no sessions.
            if ring.role(key.id, edit.now) != Some(KeyRole::Planned) {
                report.push(edit.needed_lines("its line")?);
            }
            return Ok(report);
        };
        edit.text.set(key.id, ACCEPT_UNTIL, Some(at));
        let mut report = format!("key {} opens nothing from {} on", key.id, show(at));
        if last.is_some() && needed.is_none_or(|needed| at < needed) {
            let until = needed.map(|needed| format!(" until {}", show(needed)));
            report += &format!(
                ", although tokens that it sealed may be valid{}: their visitors are signed out",
                until.unwrap_or_default()
            );
        }
        Ok(vec![report])
    }

    /// Returns the last time at which the key may have sealed or will seal, as far as the ring shows. Returns `None` if
    /// it has sealed nothing, or nothing that still opens.
    fn last_sealed(
        &self,
        ring: &KeyRing,
        key: &KeyInfo,
        edit: &Edit,
    ) -> Result<Option<SystemTime>, Failure> {
        let now = edit.now;
        let next = ring.next_after(key.id).and_then(|next| next.seal_from);
        Ok(match ring.role(key.id, now) {
            Some(KeyRole::Retired) => None,
            Some(KeyRole::Planned) if self.at.is_none() => {
                // An instance's clock may be ahead by as much as it may be behind.
                let ahead = self.target.overlap.certainly_past(now)?;
                ring.planned_sealed(key.seal_from, now, ahead)
            }
            // The key seals, did or will. Without an end, an instance that still has an earlier file may have sealed
            // until now.
            _ if key.accept_until.is_none() => Some(next.unwrap_or(now).max(now)),
            _ => Some(next.unwrap_or(now)),
        })
    }

    /// Refuses an end before `needed`, the end of the last token under the key.
    fn check_end(
        &self,
        ring: &KeyRing,
        key: &KeyInfo,
        end: SystemTime,
        needed: Option<SystemTime>,
        edit: &Edit,
    ) -> Result<(), Failure> {
        let Some(needed) = needed.filter(|needed| end < *needed) else {
            return Ok(());
        };
        let (id, file, options) = (key.id, &edit.file, &edit.options);
        // A planned key may have no end, because no key takes over from it.
        let is_planned = ring.role(id, edit.now) == Some(KeyRole::Planned);
        let waits = self.at.is_none() && (is_planned || key.accept_until >= Some(needed));
        let needed = show(needed);
        let remedy = if waits {
            "wait until then".to_owned()
        } else {
            format!("run `{HARDTACK} ring retire {file} {id} --at {needed}{options}`")
        };
        Err(Failure::no(format!(
            "tokens that key {id} sealed may open until {needed}; {remedy}, or give --force"
        )))
    }

    /// Refuses to remove the key that seals, or a key without which an earlier one would end too soon.
    fn check_removal(&self, ring: &KeyRing, id: KeyId, edit: &Edit) -> Result<(), Failure> {
        if ring.sealing_key(edit.now) == id {
            return Err(Failure::no(format!(
                "key {id} seals; make another key seal first, with `{HARDTACK} ring rotate` or `{HARDTACK} ring \
                 promote`, or drop this one with `{HARDTACK} ring leaked`"
            )));
        }
        let keys = ring.keys();
        let before = keys.iter().take_while(|key| key.id != id).last();
        let Some(before) = before.filter(|key| key.accept_until.is_some()) else {
            return Ok(());
        };
        let Some(next) = ring.next_after(id) else {
            let (before, file) = (before.id, &edit.file);
            return Err(Failure::no(format!(
                "key {before} retires because key {id} takes over; first run `{HARDTACK} ring promote {file} \
                 {before}`"
            )));
        };
        match Overlap::of(before, &next) {
            Some(left) if edit.known.is_some() || !self.force => edit.check_overlap(&left),
            _ => Ok(()),
        }
    }
}
