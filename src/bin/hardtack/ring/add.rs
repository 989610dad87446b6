use clap::Args;

use super::edit::{Edit, Target};
use crate::{
    answer::{Answer, Failure},
    key::{NewKey, SuiteName},
    moment::{Moment, show},
};

/// Add a new key, which is accepted and does not seal yet
///
/// Creates the file if there is none; its first key seals. Prints the id of the key, never the
/// key.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Add {
    #[command(flatten)]
    target: Target,
    /// The suite of the key; by default that of the key that seals, or xaes
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
    /// When the key begins to seal: 2026-12-15T00:00:00Z, or +1h from now
    #[arg(long, value_name = "TIME")]
    seal_from: Option<Moment>,
}

impl Add {
    pub(super) fn run(self) -> Answer {
        self.target.edit(|edit| match &edit.before {
            None => self.first(edit),
            Some(_) => self.another(edit),
        })
    }

    fn first(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        if self.seal_from.is_some() {
            return Err(Failure::no(
                "the first key of a ring seals at once, leave out --seal-from",
            ));
        }
        let key = NewKey::make(self.suite.unwrap_or(SuiteName::Xaes))?;
        edit.text.add(&key, None);
        Ok(vec![format!("new key {}, the first: it seals", key.id)])
    }

    fn another(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let ring = edit.ring()?;
        let sealing = ring.sealing(edit.now);
        let key = new_key(self.suite, &sealing)?;
        let from = Moment::or_now(self.seal_from, edit.now)?;
        let seal_from = self.seal_from.map(|_| from);
        if seal_from.is_some_and(|from| from <= edit.now) {
            return Err(Failure::no(
                "no instance has the new key yet, so --seal-from must be in the future",
            ));
        }
        edit.text.add(&key, seal_from);
        edit.check_goes_on(sealing.id)?;
        let id = key.id;
        Ok(match seal_from {
            None => vec![
                format!("new key {id}, accepted"),
                format!("key {} still seals", sealing.id),
            ],
            Some(from) => vec![
                format!("new key {id}, accepted"),
                format!("key {id} seals from {}", show(from)),
            ],
        })
    }
}

/// A key that can join the ring of `sealing`.
pub(super) fn new_key(
    suite: Option<SuiteName>,
    sealing: &hardtack::keys::KeyInfo,
) -> Result<NewKey, Failure> {
    let like = SuiteName::like(sealing.suite);
    let suite = suite.unwrap_or(like);
    if suite.encrypts() == like.encrypts() {
        return NewKey::make(suite);
    }
    Err(Failure::no(
        "keys that encrypt and keys that sign cannot be in one ring; start another file",
    ))
}
