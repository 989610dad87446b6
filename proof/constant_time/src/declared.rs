//! Reports that are expected, each with its reason, and their comparison with what was found.

use std::collections::BTreeSet;

use crate::reports::{Kind, Place, Reports};

/// A report that is no leak, or one that docs/review/side-channels.md names.
pub(crate) struct Declared {
    /// Beginnings of the names of the operations in which it may occur.
    works: &'static [&'static str],
    /// Name without version.
    package: &'static str,
    /// Beginnings of paths of files, for what is inlined here may be inlined there; of AWS-LC the function.
    files: &'static [&'static str],
    pub(crate) kind: Kind,
    /// Most instructions in one operation, where a second one would be another matter.
    most: Option<usize>,
    pub(crate) why: &'static str,
}

/// Whether a comparison succeeds is one branch. A comparison that ends early would be another, elsewhere or in a loop.
pub(crate) const DECLARED: &[Declared] = &[
    Declared {
        works: &["control_lookup"],
        package: "control",
        files: &["src/"],
        kind: Kind::Address,
        most: None,
        why: "to be found: a table, looked up by a byte of a secret",
    },
    Declared {
        works: &["control_early_exit", "control_memcmp"],
        package: "control",
        files: &["src/"],
        kind: Kind::Branch,
        most: None,
        why: "to be found: comparisons that end early, one of them `memcmp`",
    },
    Declared {
        works: &["parse_key", "write_key"],
        package: "base64",
        files: &["src/"],
        kind: Kind::Address,
        most: None,
        why: "documented: base64 of the text of a key is a table; only who has the key calls it",
    },
    Declared {
        works: &["parse_key"],
        package: "base64",
        files: &["src/"],
        kind: Kind::Branch,
        most: None,
        why: "documented: whether the last characters of the text of a key are base64",
    },
    Declared {
        works: &["parse_key"],
        package: "hardtack",
        files: &["src/format/keys/key/text.rs"],
        kind: Kind::Branch,
        most: None,
        why: "documented: the checksum and the distinct bytes of the text of a key",
    },
    Declared {
        works: &["seal", "make_csrf_token", "verify_csrf_token"],
        package: "base64",
        files: &["src/"],
        kind: Kind::Address,
        most: None,
        why: "public: base64 of the token that is then sent (`verify_csrf_token` makes one first)",
    },
    Declared {
        works: &["seal"],
        package: "hardtack",
        files: &["src/format/crypto/base64url.rs"],
        kind: Kind::Branch,
        most: None,
        why: "public: whether the text of the token is ASCII",
    },
    Declared {
        works: &["seal"],
        package: "hardtack",
        files: &["src/format/crypto/base64url.rs"],
        kind: Kind::Address,
        most: None,
        why: "public: the same, by a table of the standard library",
    },
    Declared {
        works: &["seal", "make_csrf_token", "verify_csrf_token"],
        package: "hardtack",
        files: &["src/format/crypto/random.rs"],
        kind: Kind::Branch,
        most: None,
        why: "public: whether the text of the token has two hyphens, so that others are drawn",
    },
    Declared {
        works: &["seal_hidden_content"],
        package: "hardtack",
        files: &["src/format/bytes/", "src/state/"],
        kind: Kind::Branch,
        most: None,
        why: "documented: whether content is empty and whether it has changed",
    },
    Declared {
        works: &["seal_hidden_content"],
        package: "control",
        files: &["src/operations.rs"],
        kind: Kind::Branch,
        most: Some(1),
        why: "documented: the `==` of the application's type, which compares a value with what is read back of it",
    },
    #[cfg(not(feature = "aws-lc"))]
    Declared {
        works: &["open"],
        package: "aes-gcm",
        files: &["src/lib.rs"],
        kind: Kind::Branch,
        most: Some(1),
        why: "the outcome: whether the tag is good",
    },
    #[cfg(not(feature = "aws-lc"))]
    Declared {
        works: &["open"],
        package: "chacha20poly1305",
        files: &["src/cipher.rs"],
        kind: Kind::Branch,
        most: Some(1),
        why: "the outcome: whether the tag is good",
    },
    #[cfg(feature = "aws-lc")]
    Declared {
        works: &["open"],
        package: "AWS-LC",
        files: &["EVP_AEAD_CTX_open_gather"],
        kind: Kind::Branch,
        most: Some(1),
        why: "the outcome: whether the tag is good",
    },
    Declared {
        works: &["open"],
        package: "hardtack",
        files: &["src/format/token/open.rs"],
        kind: Kind::Branch,
        most: Some(1),
        why: "the outcome, once more; in the signed mode the only time",
    },
    Declared {
        works: &["open "],
        package: "hardtack",
        files: &["src/format/bytes/", "src/state/", "src/session/opening.rs"],
        kind: Kind::Branch,
        most: None,
        why: "documented: reading the body, after the tag",
    },
    Declared {
        works: &["old_cookie_of_a_private_jar"],
        package: "aes-gcm",
        files: &["src/lib.rs"],
        kind: Kind::Branch,
        most: Some(1),
        why: "the outcome: whether the tag of another library's cookie is good",
    },
    Declared {
        works: &["old_cookie"],
        package: "hardtack",
        files: &["crates/migrate/src/"],
        kind: Kind::Branch,
        most: Some(1),
        why: "the outcome: whether the tag of another library's cookie is good",
    },
    Declared {
        works: &["old_cookie_of_pyramid"],
        package: "hardtack",
        files: &["crates/migrate/src/pyramid.rs"],
        kind: Kind::Branch,
        most: None,
        why: "the outcome, too; and, when the reader is made, whether the secret is ASCII",
    },
];

impl Declared {
    pub(crate) fn place(&self) -> String {
        format!("{} `{}`", self.package, self.files.join("`, `"))
    }

    fn has(&self, operation: &str, place: &Place, sites: usize) -> bool {
        let (name, _version) = place
            .package
            .rsplit_once('-')
            .unwrap_or((&place.package, ""));
        let is_package = [name, &place.package].contains(&self.package);
        self.works.iter().any(|work| operation.starts_with(work))
            && is_package
            && self.files.iter().any(|file| place.file.starts_with(file))
            && place.kind == self.kind
            && self.most.is_none_or(|most| sites <= most)
    }
}

/// What one declared row had in all operations.
#[derive(Clone, Default)]
pub(crate) struct Seen {
    /// Most instructions in one operation.
    pub(crate) sites: usize,
    works: BTreeSet<String>,
}

impl Seen {
    /// Returns the names of the operations, without those of suites.
    pub(crate) fn works(&self) -> String {
        let names = self.works.iter().filter_map(|name| name.split(' ').next());
        let names: BTreeSet<_> = names.collect();
        names.into_iter().collect::<Vec<_>>().join(", ")
    }
}

pub(crate) struct Findings {
    /// For each row of [`DECLARED`].
    pub(crate) seen: Vec<Seen>,
    undeclared: Vec<String>,
}

impl Default for Findings {
    fn default() -> Findings {
        Findings {
            seen: vec![Seen::default(); DECLARED.len()],
            undeclared: Vec::new(),
        }
    }
}

impl Findings {
    pub(crate) fn add(&mut self, operation: &str, reports: Reports) {
        for (place, sites) in reports {
            let sites = sites.len();
            let row = DECLARED
                .iter()
                .position(|row| row.has(operation, &place, sites));
            let Some(row) = row else {
                let (kind, package, file) = (place.kind.name(), place.package, place.file);
                let problem = format!("{operation}: {kind} in {package} `{file}`, {sites} sites");
                self.undeclared.push(problem);
                continue;
            };
            let seen = &mut self.seen[row];
            seen.sites = seen.sites.max(sites);
            seen.works.insert(operation.to_owned());
        }
    }

    /// One sentence for each report that is not declared, and for each row without a report.
    pub(crate) fn wrong(&self) -> Vec<String> {
        let mut wrong = self.undeclared.clone();
        for (row, seen) in DECLARED.iter().zip(&self.seen) {
            if seen.sites == 0 {
                let (kind, place) = (row.kind.name(), row.place());
                wrong.push(format!(
                    "declared and not found: {kind} in {place}, {}",
                    row.why
                ));
            }
        }
        wrong
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrong_after(operation: &str, package: &str, file: &str, sites: usize) -> Vec<String> {
        let place = Place {
            package: package.to_owned(),
            file: file.to_owned(),
            kind: Kind::Branch,
        };
        let sites = (0..sites).map(|site| site.to_string()).collect();
        let mut findings = Findings::default();
        findings.add(operation, Reports::from([(place, sites)]));
        findings.undeclared
    }

    #[test]
    fn a_report_elsewhere_is_wrong() {
        let wrong = wrong_after("derive xaes", "sha2-0.11.1", "src/sha256.rs", 2);
        assert_eq!(
            wrong,
            ["derive xaes: a branch in sha2-0.11.1 `src/sha256.rs`, 2 sites"]
        );
    }

    #[test]
    fn the_outcome_of_a_comparison_is_one_branch() {
        assert!(wrong_after("open sign", "hardtack", "src/format/token/open.rs", 1).is_empty());
        assert_eq!(
            wrong_after("open sign", "hardtack", "src/format/token/open.rs", 2).len(),
            1
        );
        assert_eq!(
            wrong_after("seal sign", "hardtack", "src/format/token/open.rs", 1).len(),
            1
        );
    }

    #[test]
    fn a_row_without_a_report_is_wrong() {
        assert_eq!(Findings::default().wrong().len(), DECLARED.len());
    }
}
