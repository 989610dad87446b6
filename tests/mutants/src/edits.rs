//! Edits that somebody could make and cargo-mutants does not.

use std::{collections::BTreeMap, fmt, fs, path::Path};

/// The text `find` of a file becomes `with`.
pub(crate) struct Edit {
    name: String,
    file: String,
    find: String,
    with: String,
}

impl fmt::Display for Edit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file, self.name)
    }
}

/// Reads the edits, whose ids are their places.
pub(crate) fn read(root: &Path) -> Vec<Edit> {
    let text = fs::read_to_string(root.join("tests/mutants/edits.toml")).expect("the edits");
    let table: BTreeMap<String, BTreeMap<String, (String, String)>> =
        toml::from_str(&text).expect("a table of edits for each file");
    let edits = table.into_iter().flat_map(|(file, edits)| {
        edits.into_iter().map(move |(name, (find, with))| Edit {
            file: file.clone(),
            name,
            find,
            with,
        })
    });
    edits.collect()
}

/// Returns the code of a file with its edits, each behind a question.
///
/// # Panics
///
/// If an edit cannot be made.
pub(crate) fn made(edits: &[Edit], file: &Path, mut code: String) -> String {
    for (id, edit) in edits.iter().enumerate() {
        if Path::new(&edit.file) == file {
            assert_eq!(code.matches(&edit.find).count(), 1, "{edit}");
            assert!(edit.with.contains("FAULT"), "{edit}");
            let with = edit.with.replace("FAULT", &format!("crate::is_made({id})"));
            code = code.replacen(&edit.find, &with, 1);
        }
    }
    code
}
