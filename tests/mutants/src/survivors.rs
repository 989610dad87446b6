//! The list of mutants that no test can notice.

use std::{
    collections::{BTreeMap, HashSet},
    fs,
    path::Path,
};

use crate::list::Mutant;

/// Names of mutants by the reason why nothing notices them.
pub(crate) struct Survivors(BTreeMap<String, Vec<String>>);

impl Survivors {
    pub(crate) fn read(root: &Path) -> Survivors {
        let text = fs::read_to_string(root.join("tests/mutants/survivors.toml"));
        let table: toml::Table = toml::from_str(&text.expect("the list")).expect("a table");
        let reasons = table.into_iter().map(|(reason, names)| {
            let names = names.try_into().expect("a list of names");
            (reason, names)
        });
        Survivors(reasons.collect())
    }

    pub(crate) fn lists(&self, mutant: &Mutant) -> bool {
        let name = mutant.to_string();
        self.0.values().flatten().any(|listed| *listed == name)
    }

    /// Returns what is listed, and is none of these mutants.
    pub(crate) fn without(&self, mutants: &[&Mutant]) -> impl Iterator<Item = &String> {
        let names: HashSet<_> = mutants.iter().map(ToString::to_string).collect();
        let listed = self.0.values().flatten();
        listed.filter(move |name| !names.contains(*name))
    }
}
