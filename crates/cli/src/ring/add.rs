use clap::Args;
use hardtack::packages::KeyInfo;

use super::{
    KeyRingExt,
    edit::{Edit, Target},
};
use crate::{
    key::{NewKey, SuiteName},
    output::Failure,
    time::{Time, show},
};

/// Add a new key, which is accepted and does not seal yet
///
/// Creates the file if it does not exist; its first key seals. Prints the id of the key; with `-`
/// also the ring, which contains the key.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Add {
    #[command(flatten)]
    pub(super) target: Target,
    /// The suite of the key; by default the suite of the sealing key, or xaes
    #[arg(long, value_enum)]
    suite: Option<SuiteName>,
    /// When the key begins to seal: 2026-12-15T00:00:00Z, or +1h from now
    #[arg(long, value_name = "TIME")]
    seal_from: Option<Time>,
}

impl Add {
    pub(super) fn apply(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        match &edit.before {
            None => self.first(edit),
            Some(ring) => self.another(ring.sealing(edit.now), edit),
        }
    }

    fn first(&self, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        if self.seal_from.is_some() {
            return Err(Failure::no(
                "the first key of a ring seals at once; leave out --seal-from",
            ));
        }
        let key = NewKey::make(self.suite.unwrap_or(SuiteName::Xaes))?;
        edit.add(&key);
        Ok(vec![format!("new key {}, the first: it seals", key.id)])
    }

    fn another(&self, sealing: KeyInfo, edit: &mut Edit) -> Result<Vec<String>, Failure> {
        let key = new_key(self.suite, &sealing)?;
        let seal_from = self
            .seal_from
            .map(|from| from.resolve(edit.now))
            .transpose()?;
        if seal_from.is_some_and(|from| from <= edit.now) {
            return Err(Failure::no(
                "no instance has the new key yet, so --seal-from must be in the future",
            ));
        }
        edit.add(&key);
        if let Some(from) = seal_from {
            edit.set_seal_from(key.id, from);
        }
        edit.check_still_seals(sealing.id)?;
        let seals = match seal_from {
            None => format!("key {} still seals", sealing.id),
            Some(from) => format!("key {} seals from {}", key.id, show(from)),
        };
        Ok(vec![format!("new key {}, accepted", key.id), seals])
    }
}

/// Generates a key that can join the ring of `sealing`.
pub(super) fn new_key(suite: Option<SuiteName>, sealing: &KeyInfo) -> Result<NewKey, Failure> {
    let like = SuiteName::like(sealing.suite);
    let suite = suite.unwrap_or(like);
    if (suite == SuiteName::Sign) == (like == SuiteName::Sign) {
        return NewKey::make(suite);
    }
    Err(Failure::no(
        "keys that encrypt and keys that sign cannot be in one ring; start another file",
    ))
}
