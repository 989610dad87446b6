use std::time::Duration;

use clap::Args;

use super::{
    KeyRingExt,
    add::new_key,
    edit::{Edit, Target, UNLESS},
    text::ACCEPT_UNTIL,
};
use crate::{
    key::SuiteName,
    output::{Failure, HARDTACK},
    time::{self, show},
};

/// Plan a rotation in one push: a new key takes over and the old one retires, each at its time
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Rotate {
    #[command(flatten)]
    pub(super) target: Target,
    /// The time until every instance has the file
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
    after: Duration,
    /// The suite of the new key; by default the suite of the sealing key
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
}

impl Rotate {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        let (file, name) = (edit.file.clone(), edit.name.clone());
        let old = ring.sealing(edit.now);
        if let Some(leak) = &edit.planned {
            return Err(edit.refuse_plan(leak));
        }
        let mut planned = ring.planned_after(edit.now);
        if let Some((planned, _)) = planned.find(|(id, _)| *id != old.id) {
            return Err(Failure::no(format!(
                "key {planned} is already planned to take over; wait for that, or cancel it with `{HARDTACK} ring \
                 promote {file} {}` and `{HARDTACK} ring retire {file} {planned}`",
                old.id
            )));
        }
        let new = new_key(self.suite, &old)?;
        let pushed = time::after(edit.now, self.after)?;
        let seal_from = self.target.overlap.certainly_past(pushed)?;
        // An instance that gets the file late seals with the old key until then.
        let reserve = edit.overlap()?.saturating_add(self.after);
        let accept_until = time::after(seal_from, reserve)?;
        edit.add(&new);
        edit.set_seal_from(new.id, seal_from);
        edit.check_still_seals(old.id)?;
        edit.text.set(old.id, ACCEPT_UNTIL, Some(accept_until));
        let (old, new, pushed) = (old.id, new.id, show(pushed));
        let (seal_from, accept_until) = (show(seal_from), show(accept_until));
        Ok(vec![
            format!("new key {new}, accepted"),
            format!("before {pushed} give {name} to every instance, in any order"),
            format!("from   {seal_from} key {new} seals, and key {old} only opens"),
            format!(
                "from   {accept_until} key {old} opens nothing: remove it with `{HARDTACK} ring retire {file} \
                 {old}`,"
            ),
            format!("       {UNLESS}"),
        ])
    }
}
