//! The files of the repository, for tests of its documents.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

use toml::Table;

use super::files::files;

/// The files of the repository, without what Git ignores, and their texts.
pub(crate) struct Repository {
    /// Paths, and texts.
    pub(crate) files: Vec<(String, String)>,
}

impl Repository {
    pub(crate) fn read() -> &'static Repository {
        static REPOSITORY: LazyLock<Repository> = LazyLock::new(|| {
            let root = Path::new(env!("CARGO_MANIFEST_DIR"));
            let read = |file: PathBuf| {
                let text = fs::read_to_string(root.join(&file)).unwrap_or_default();
                let path: Vec<_> = file.iter().map(|name| name.to_str().unwrap()).collect();
                (path.join("/"), text)
            };
            let files = files(root, Path::new("")).into_iter().map(read).collect();
            Repository { files }
        });
        &REPOSITORY
    }

    pub(crate) fn text(&self, path: &str) -> &str {
        let file = self.files.iter().find(|file| file.0 == path);
        &file.unwrap().1
    }

    pub(crate) fn table(&self, path: &str) -> Table {
        toml::from_str(self.text(path)).unwrap()
    }

    pub(crate) fn reasons(&self) -> BTreeSet<String> {
        self.table("src/format/base/reasons.toml")
            .keys()
            .cloned()
            .collect()
    }
}
