use clap::Args;

use crate::{
    answer::{self, Answer},
    key::{NewKey, SuiteName},
};

/// Print a new key, which is a secret
///
/// The key is printed to standard output and stored nowhere. For a key in a file, use `hardtack
/// ring add FILE`, which does not show it.
#[derive(Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Keygen {
    /// The suite of the key
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
