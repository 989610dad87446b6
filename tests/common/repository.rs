//! The files of the repository, for tests of its documents.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::LazyLock,
};

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

    /// The texts of the files in a folder.
    pub(crate) fn texts(&self, folder: &str) -> impl Iterator<Item = &str> {
        let files = self.files.iter();
        let inside = files.filter(move |(path, _)| path.starts_with(folder));
        inside.map(|(_, text)| text.as_str())
    }

    /// The variants of `Reason`.
    pub(crate) fn reasons(&self) -> BTreeSet<&str> {
        let mut texts = self.texts("src/base/");
        let (_, code) = texts
            .find_map(|text| text.split_once("pub enum Reason {"))
            .unwrap();
        let (code, _) = code.split_once("\n}").unwrap();
        let lines = code
            .lines()
            .map(str::trim)
            .filter(|line| !line.starts_with('/'));
        lines.filter_map(|line| line.strip_suffix(',')).collect()
    }
}
