//! The files of the repository, for tests of its documents.

use std::{fs, path::Path, sync::LazyLock};

/// The files of the repository, without what Git ignores, and their texts.
pub(crate) struct Repository {
    /// Paths, and texts.
    pub(crate) files: Vec<(String, String)>,
}

impl Repository {
    pub(crate) fn read() -> &'static Repository {
        static REPOSITORY: LazyLock<Repository> = LazyLock::new(|| {
            let mut files = Vec::new();
            collect(Path::new(env!("CARGO_MANIFEST_DIR")), "", &mut files);
            Repository { files }
        });
        &REPOSITORY
    }

    pub(crate) fn text(&self, path: &str) -> &str {
        let file = self.files.iter().find(|file| file.0 == path);
        &file.unwrap().1
    }
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        let path = format!("{prefix}{name}");
        if entry.file_type().unwrap().is_dir() {
            if !LEFT_OUT.contains(&name.as_str()) {
                collect(&entry.path(), &format!("{path}/"), files);
            }
        } else {
            let text = fs::read_to_string(entry.path()).unwrap_or_default();
            files.push((path, text));
        }
    }
}

/// Folders of what programs make or fetch.
const LEFT_OUT: [&str; 15] = [
    ".astro",
    ".git",
    ".next",
    ".nuxt",
    ".output",
    ".svelte-kit",
    "__pycache__",
    "artifacts",
    "build",
    "corpus",
    "coverage",
    "dist",
    "dist-test",
    "node_modules",
    "target",
];
