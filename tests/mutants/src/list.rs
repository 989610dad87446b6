//! Mutants, as cargo-mutants lists them.
//!
//! The list of mutants that no test can notice.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    fmt, fs,
    path::Path,
    process::Command,
};

use serde::Deserialize;

/// A fault that could be made at one place.
pub(crate) struct Mutant {
    pub(crate) id: usize,
    pub(crate) file: String,
    pub(crate) genre: Genre,
    pub(crate) replacement: String,
    pub(crate) span: Span,
    /// What is replaced, and where, without a line.
    what: String,
    /// How many in the same file have the same words and stand before it.
    nth: usize,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
pub(crate) enum Genre {
    FnValue,
    BinaryOperator,
    UnaryOperator,
    MatchArm,
    MatchArmGuard,
    StructField,
}

/// Lines and columns, from 1.
#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Span {
    pub(crate) start: Place,
}

#[derive(Clone, Copy, Deserialize)]
pub(crate) struct Place {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

impl fmt::Display for Mutant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.what)?;
        match self.nth {
            0 => Ok(()),
            before => write!(f, " ({})", before + 1),
        }
    }
}

#[derive(Deserialize)]
struct Listed {
    file: String,
    genre: Genre,
    name: String,
    replacement: String,
    span: Span,
}

/// Packages whose code is changed.
pub(crate) const PACKAGES: [&str; 3] = ["hardtack", "hardtack-device", "hardtack-migrate"];

/// Lists the mutants of some files of the libraries.
pub(crate) fn mutants(root: &Path, globs: &[&str]) -> Vec<Mutant> {
    let mut command = Command::new("cargo");
    command.args(["mutants", "--all-features"]);
    command.args(PACKAGES.iter().flat_map(|name| ["--package", name]));
    command.args(["--list", "--json"]).current_dir(root);
    command.args(globs.iter().flat_map(|glob| ["--file", glob]));
    let output = command.output().expect("cargo-mutants runs");
    let listed: Vec<Listed> =
        serde_json::from_slice(&output.stdout).expect("cargo-mutants lists what it could do");
    let mut counts = HashMap::new();
    let named = listed.into_iter().enumerate().map(|(id, listed)| {
        // `src/a.rs:1:2: replace a with b in f`
        let what = listed.name.splitn(4, ':').nth(3).unwrap_or_default().trim();
        let count = counts.entry((listed.file.clone(), what.to_owned()));
        let count: &mut usize = count.or_default();
        *count += 1;
        Mutant {
            id,
            genre: listed.genre,
            replacement: listed.replacement,
            span: listed.span,
            what: what.to_owned(),
            nth: *count - 1,
            file: listed.file,
        }
    });
    named.collect()
}

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
