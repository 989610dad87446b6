use std::time::SystemTime;

use clap::Args;
use hardtack::keys::{KeyId, KeyInfo};

use super::{
    AnyRing,
    add::new_key,
    edit::{self, Edit, Target},
    text::Attribute,
};
use crate::{
    answer::{Answer, Failure},
    key::SuiteName,
    moment::{Moment, show},
};

/// Drop a key that someone else may have
///
/// Sessions forged with it may have been sealed again under every other key of the ring, even
/// if it was retired or removed long ago: a sign-in keeps their content and gives them new
/// dates. So by default all keys are replaced by a new one. With --not-before the other keys
/// stay, and sessions issued before that time are refused: it must be the time by which the
/// last instance has the new file, plus twice the clock skew. Both sign everyone out. Anyone
/// with the key can still read what was recorded under it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Leaked {
    #[command(flatten)]
    target: Target,
    /// The id of the key
    #[arg(value_parser = edit::key_id)]
    key: String,
    /// Keep the other keys, and refuse sessions issued before this time: 2026-12-15T00:00:00Z, or +15m from now
    #[arg(long, value_name = "TIME")]
    not_before: Option<Moment>,
    /// The suite of a new key; by default that of the key that seals
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
}

impl Leaked {
    pub(super) fn run(self) -> Answer {
        self.target.edit(|edit| {
            let ring = edit.ring()?;
            match self.not_before {
                None => self.drop_all(edit, &ring),
                Some(_) => {
                    let moment = Moment::or_now(self.not_before, edit.now)?;
                    self.drop_one(edit, &ring, moment)
                }
            }
        })
    }

    fn drop_all(&self, edit: &mut Edit, ring: &AnyRing) -> Result<Vec<String>, Failure> {
        let leaked = edit::find(ring, &self.key, &edit.file).map_err(|absent| match absent {
            Failure::No(absent) => Failure::No(format!(
                "{absent}; for a key that was removed earlier give --not-before"
            )),
            other => other,
        })?;
        let new = new_key(self.suite, &ring.sealing(edit.now))?;
        edit.text.add(&new, None);
        for key in ring.keys() {
            edit.text.remove(key.id);
        }
        let others = ring.keys().into_iter().map(|key| key.id);
        let others: Vec<_> = others.filter(|id| *id != leaked.id).collect();
        let mut told = vec![format!("key {} is dropped", leaked.id)];
        if !others.is_empty() {
            told.push(format!(
                "{} dropped too: a forgery may have been sealed again under each",
                keys(&others)
            ));
        }
        told.extend([
            format!("new key {} seals", new.id),
            format!(
                "everyone is signed out, on each instance as soon as it has {}; until the last one has it, \
                 new sign-ins are known to some instances only",
                edit.file
            ),
            RECORDED.to_owned(),
        ]);
        Ok(told)
    }

    fn drop_one(
        &self,
        edit: &mut Edit,
        ring: &AnyRing,
        moment: SystemTime,
    ) -> Result<Vec<String>, Failure> {
        if let Some(later) = ring.not_before().filter(|known| *known > moment) {
            return Err(Failure::no(format!(
                "sessions issued before {} are already refused, which is later",
                show(later)
            )));
        }
        check_in_future(edit.now, moment)?;
        let mut told = Vec::new();
        match edit::find(ring, &self.key, &edit.file) {
            Ok(leaked) => {
                told.push(format!("key {} is dropped", leaked.id));
                told.push(self.remove(edit, ring, &leaked)?);
            }
            Err(_) => told.push(format!("key {} is no longer in {}", self.key, edit.file)),
        }
        edit.text.set_not_before(moment);
        told.push(format!(
            "everyone who signed in before {} is signed out, on each instance as soon as it has {}",
            show(moment),
            edit.file
        ));
        told.push(format!(
            "until {} no one can stay signed in: sessions that begin before it are refused at once",
            show(moment)
        ));
        told.push(RECORDED.to_owned());
        Ok(told)
    }

    /// Removes a key, so that another one seals.
    fn remove(&self, edit: &mut Edit, ring: &AnyRing, leaked: &KeyInfo) -> Result<String, Failure> {
        let is_retired = |key: &KeyInfo| ring.is_retired(key.id, edit.now);
        let mut rest = ring.keys();
        rest.retain(|key| key.id != leaked.id);
        edit.text.remove(leaked.id);
        if rest.iter().all(is_retired) {
            rest.iter().for_each(|key| edit.text.remove(key.id));
            let new = new_key(self.suite, leaked)?;
            edit.text.add(&new, None);
            return Ok(format!("new key {} seals", new.id));
        }
        if edit.result().is_err() {
            // Another key was to retire when the removed one had taken over.
            for key in &rest {
                if is_retired(key) {
                    edit.text.remove(key.id);
                } else {
                    edit.text.set(key.id, Attribute::AcceptUntil, None);
                }
            }
        }
        let seals = edit.result()?.seals(edit.now);
        Ok(format!("key {seals} seals"))
    }
}

/// Until an instance has the new file, it seals forgeries again and keeps their content at sign-in.
fn check_in_future(now: SystemTime, moment: SystemTime) -> Result<(), Failure> {
    if moment > now {
        return Ok(());
    }
    Err(Failure::no(
        "instances accept forgeries until they have the new file, so --not-before must be later than that, \
         plus twice the clock skew",
    ))
}

fn keys(ids: &[KeyId]) -> String {
    let ids: Vec<_> = ids.iter().map(KeyId::to_string).collect();
    match &ids[..] {
        [id] => format!("key {id} is"),
        ids => format!("keys {} are", ids.join(", ")),
    }
}

const RECORDED: &str = "anyone with the key can still read what was recorded under it";
