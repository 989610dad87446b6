use clap::Args;

use crate::{
    answer::{self, Answer},
    key::{NewKey, SuiteName},
};

/// Print a new key: a secret
///
/// It is printed to standard output and kept nowhere. To keep it in a file, `hardtack ring add FILE` is
/// better: nobody sees the key.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Keygen {
    /// What the key is for
    #[arg(long, value_enum, default_value_t = SuiteName::Xaes)]
    suite: SuiteName,
}

impl Keygen {
    pub(crate) fn run(self) -> Answer {
        let key = NewKey::make(self.suite)?;
        answer::print_secret(&key.text)?;
        Ok(true)
    }
}
