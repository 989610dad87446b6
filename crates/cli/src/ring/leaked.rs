use std::time::SystemTime;

use clap::Args;
use hardtack::keys::{KeyInfo, KeyRole};

use super::{
    KeyRing, KeyRingExt,
    add::new_key,
    edit::{self, Edit, Target},
    text::{ACCEPT_UNTIL, SEAL_FROM},
};
use crate::{
    answer::{Failure, HARDTACK},
    key::SuiteName,
    time::{self, Time, show},
};

/// Drop a key that someone else may have
///
/// Sessions forged with it may have been sealed again under every other key of the ring, even
/// if it was retired or removed long ago. `renew` keeps their content and gives them new dates.
/// So by default a new key replaces all keys. With --not-before the other keys stay,
/// and sessions issued before that time are refused. Choose the time by which the last instance
/// has the new file, plus twice the clock skew. Both ways sign everyone out. Anyone with the
/// key can still read what was recorded under it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Leaked {
    #[command(flatten)]
    pub(super) target: Target,
    /// The id of the key
    #[arg(value_parser = edit::key_id)]
    key: String,
    /// Keep the other keys, and refuse sessions issued before this time: 2026-12-15T00:00:00Z, or +15m from now
    #[arg(long, value_name = "TIME")]
    not_before: Option<Time>,
    /// The suite of a new key; by default the suite of the sealing key
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
}

impl Leaked {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        match self.not_before {
            None => self.drop_all(edit, &ring),
            Some(time) => self.drop_one(edit, &ring, time.resolve(edit.now)?),
        }
    }

    fn drop_all(&self, edit: &mut Edit, ring: &KeyRing) -> Result<Vec<String>, Failure> {
        let leaked = edit::find(ring, &self.key, &edit.name).map_err(|absent| {
            Failure::no(format!(
                "{absent}; for a key that was removed earlier give --not-before"
            ))
        })?;
        let new = new_key(self.suite, &ring.sealing(edit.now))?;
        edit.text.add(&new);
        for key in ring.keys() {
            edit.text.remove(key.id);
        }
        let lines = edit.needed_lines(if ring.keys().len() == 1 {
            "the dropped line"
        } else {
            "the dropped lines"
        })?;
        let others: Vec<_> = ring
            .keys()
            .into_iter()
            .filter(|key| key.id != leaked.id)
            .map(|key| key.id.to_string())
            .collect();
        let too = "dropped too: a forgery may have been sealed again under each";
        let mut told = vec![format!("key {} is dropped", leaked.id)];
        match &others[..] {
            [] => {}
            [other] => told.push(format!("key {other} is {too}")),
            others => told.push(format!("keys {} are {too}", others.join(", "))),
        }
        told.extend([
            format!("new key {} seals", new.id),
            format!(
                "everyone is signed out, on each instance as soon as it has {}; until the last one has it, \
                 new sign-ins are known to some instances only",
                edit.name
            ),
            RECORDED.to_owned(),
            lines,
        ]);
        Ok(told)
    }

    fn drop_one(
        &self,
        edit: &mut Edit,
        ring: &KeyRing,
        time: SystemTime,
    ) -> Result<Vec<String>, Failure> {
        if let Some(later) = ring.not_before().filter(|known| *known > time) {
            return Err(Failure::no(format!(
                "sessions issued before {} are already refused, which is later",
                show(later)
            )));
        }
        // Until an instance has the new file, it still seals forgeries again, and `renew` keeps their content.
        if time <= edit.now {
            return Err(Failure::no(
                "instances accept forgeries until they have the new file, so --not-before must be later than \
                 that, plus twice the clock skew",
            ));
        }
        let (mut told, mut line) = (Vec::new(), None);
        match edit::find(ring, &self.key, &edit.name) {
            Ok(leaked) => {
                told.push(format!("key {} is dropped", leaked.id));
                told.extend(self.remove(edit, ring, &leaked)?);
                line = Some(edit.needed_lines("the dropped line")?);
            }
            Err(absent) => told.push(format!(
                "{absent}; if the leaked key is one of these, run this again with its id"
            )),
        }
        edit.text.set_not_before(time);
        let (time, file) = (show(time), &edit.name);
        told.extend([
            format!(
                "everyone who signed in before {time} is signed out, on each instance as soon as it has {file}"
            ),
            format!(
                "until {time} no one can stay signed in: sessions that begin before it are refused at once"
            ),
            RECORDED.to_owned(),
        ]);
        told.extend(line);
        Ok(told)
    }

    /// Removes a key. If only retired keys remain, a new key replaces them.
    fn remove(
        &self,
        edit: &mut Edit,
        ring: &KeyRing,
        leaked: &KeyInfo,
    ) -> Result<Vec<String>, Failure> {
        edit.text.remove(leaked.id);
        let mut rest = ring.keys();
        rest.retain(|key| key.id != leaked.id);
        let is_retired = |key: &KeyInfo| ring.role(key.id, edit.now) == Some(KeyRole::Retired);
        if rest.iter().all(is_retired) {
            rest.iter().for_each(|key| edit.text.remove(key.id));
            let new = new_key(self.suite, leaked)?;
            edit.text.add(&new);
            let mut told: Vec<_> = rest.iter().map(removed_too).collect();
            told.push(format!("new key {} seals", new.id));
            return Ok(told);
        }
        let mut told = keep_overlap(edit, ring, leaked);
        let sealing = edit.result()?.sealing(edit.now);
        if sealing.seal_from.is_some_and(|from| from > edit.now) {
            // It was planned, and seals now because no other key can.
            edit.text.set(sealing.id, SEAL_FROM, None);
        }
        told.push(format!("key {} seals", sealing.id));
        Ok(told)
    }
}

/// Moves the end of the key before the removed one, because the removed key no longer takes over from it. The earlier
/// key now retires as long after the next takeover, so a check that accepted the ring accepts it again. A retired key
/// is removed instead.
fn keep_overlap(edit: &mut Edit, ring: &KeyRing, leaked: &KeyInfo) -> Vec<String> {
    let next = ring.next_after(leaked.id);
    let mut before = ring.keys();
    before.truncate(before.iter().take_while(|key| key.id != leaked.id).count());
    let mut told = Vec::new();
    let mut removed = *leaked;
    while let Some(key) = before.pop() {
        let takes_over_at_once = next.is_some_and(|next| next.seal_from == removed.seal_from);
        if key.accept_until.is_none() || takes_over_at_once {
            break;
        }
        if ring.role(key.id, edit.now) == Some(KeyRole::Retired) {
            edit.text.remove(key.id);
            told.push(removed_too(&key));
            removed = key;
            continue;
        }
        let end = next
            .and_then(|next| Some(ring.overlap(key.id)?.duration()).zip(next.seal_from))
            .and_then(|(duration, from)| time::after(from, duration).ok());
        edit.text.set(key.id, ACCEPT_UNTIL, end);
        let (id, file) = (key.id, &edit.file);
        told.push(match next.zip(end) {
            Some((next, end)) => format!(
                "key {id} is accepted until {}, as long after key {} as it was to be after key {}",
                show(end),
                next.id,
                removed.id
            ),
            None if next.is_none() => {
                format!("key {id} is the last one now, and is accepted without end")
            }
            None => format!(
                "key {id} is accepted without end; `{HARDTACK} ring retire {file} {id} --at TIME` sets one"
            ),
        });
        break;
    }
    told
}

fn removed_too(key: &KeyInfo) -> String {
    format!("key {} was retired, and is removed too", key.id)
}

const RECORDED: &str = "anyone with the key can still read what was recorded under it";
