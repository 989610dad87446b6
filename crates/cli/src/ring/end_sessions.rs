use clap::Args;

use super::edit::{Edit, Target};
use crate::{output::Failure, time::show};

/// End all sessions that began before now
///
/// Sets the ring's not_before to now, and keeps all keys. Everyone who signed in before is signed
/// out, on each instance as soon as it has the ring.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct EndSessions {
    #[command(flatten)]
    pub(super) target: Target,
}

impl EndSessions {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        if let Some(later) = ring.not_before().filter(|known| *known > edit.now) {
            return Err(Failure::no(format!(
                "sessions issued before {} are already refused, and that is later than now, so nothing is to be changed",
                show(later)
            )));
        }
        edit.text.set_not_before(edit.now);
        let (now, name) = (show(edit.now), &edit.name);
        Ok(vec![
            format!(
                "everyone who signed in before {now} is signed out, on each instance as soon as it has {name}; whoever \
                 signs in from then on stays signed in"
            ),
            "until the last instance has it, ended sessions live on there, and `renew` gives them a new beginning: run this \
             once more when every instance has it, unless nothing calls `renew`; that signs everyone out again"
                .to_owned(),
        ])
    }
}
