//! Which file of `src/` imports which: paths are followed through re-exports to the files that define their names.

use std::collections::{BTreeMap, BTreeSet};

/// Modules by their paths, each with its files: `companion` has a twin for programs without the feature.
pub(super) struct Modules<'a>(BTreeMap<Vec<String>, Vec<File<'a>>>);

struct File<'a> {
    path: &'a str,
    /// Names from `use`, with their paths, and `true` for those that the file hands on.
    names: Vec<(String, Vec<String>, bool)>,
    /// The paths in the rest of the code.
    paths: Vec<Vec<String>>,
}

impl<'a> Modules<'a> {
    /// Reads files, given as their paths below `src/` and their code.
    pub(super) fn read(files: impl IntoIterator<Item = (&'a str, String)>) -> Modules<'a> {
        let mut modules = Modules(BTreeMap::new());
        for (path, code) in files {
            let file = File::read(path, &code);
            modules.0.entry(module_of(path)).or_default().push(file);
        }
        modules
    }

    /// Returns all imports, as pairs of paths.
    pub(super) fn imports(&self) -> BTreeSet<(&'a str, &'a str)> {
        let mut imports = BTreeSet::new();
        for (module, files) in &self.0 {
            for file in files {
                let paths = file.paths.iter().flat_map(|path| {
                    let bound = file.names.iter().filter(|(name, ..)| *name == path[0]);
                    let from = bound.filter_map(|(_, from, _)| self.rooted(module, from));
                    let bound: Vec<_> = from.map(|from| [&from, &path[1..]].concat()).collect();
                    let unbound = path.len() > 1 && bound.is_empty();
                    let own = unbound.then(|| self.rooted(module, path)).flatten();
                    bound.into_iter().chain(own)
                });
                let used = file.names.iter().filter(|(.., is_handed_on)| !is_handed_on);
                let names = used.filter_map(|(_, path, _)| self.rooted(module, path));
                for path in names.chain(paths) {
                    let found = self.definers(&path).into_iter().flatten();
                    let others = found.filter(|other| module_of(other.path) != *module);
                    imports.extend(others.map(|other| (file.path, other.path)));
                }
            }
        }
        imports
    }

    /// Returns the files of the module that defines what is at `path`, unless it is a module itself or of another crate.
    fn definers(&self, path: &[String]) -> Option<&[File<'a>]> {
        let depths = 0..path.len();
        let len = depths
            .take_while(|len| self.0.contains_key(&path[..=*len]))
            .count();
        let [name, rest @ ..] = &path[len..] else {
            return None;
        };
        let files = self.0.get(&path[..len])?;
        let mut names = files.iter().flat_map(|file| &file.names);
        match names.find(|(known, ..)| known == name) {
            // A macro of this file is handed on under its own name.
            Some((_, from, _)) if from[..] == [name.clone()] => Some(files),
            Some((_, from, _)) => {
                let from = self.rooted(&path[..len], from)?;
                self.definers(&[&from, rest].concat())
            }
            None => Some(files),
        }
    }

    /// Returns a path that a module has from the root, or `None` for a path into another crate.
    fn rooted(&self, module: &[String], path: &[String]) -> Option<Vec<String>> {
        let up = path.iter().take_while(|name| *name == "super").count();
        match &*path[0] {
            "crate" => Some(path[1..].to_vec()),
            "self" => Some([module, &path[1..]].concat()),
            "super" => Some([&module[..module.len() - up], &path[up..]].concat()),
            child => {
                let is_child = self.0.contains_key(&[module, &[child.to_owned()]].concat());
                is_child.then(|| [module, path].concat())
            }
        }
    }
}

impl File<'_> {
    fn read<'a>(path: &'a str, code: &str) -> File<'a> {
        let (mut names, mut rest) = (Vec::new(), String::new());
        let mut statements = code.split_inclusive('\n');
        while let Some(line) = statements.next() {
            let words = line.trim_start();
            let Some((before, tree)) = words.split_once("use ").filter(|(before, _)| {
                before.is_empty() || before.starts_with("pub") && before.ends_with([' ', ')'])
            }) else {
                // Without texts.
                rest.extend(line.split('"').step_by(2));
                continue;
            };
            let mut tree = tree.to_owned();
            while !tree.contains(';') {
                tree += statements.next().unwrap();
            }
            let leaves = leaves(tree.split(';').next().unwrap(), &[]);
            let is_handed_on = !before.is_empty();
            names.extend(
                leaves
                    .into_iter()
                    .map(|(name, path)| (name, path, is_handed_on)),
            );
        }
        let paths = paths(&rest);
        File { path, names, paths }
    }
}

/// Returns the path of the module that a file defines.
fn module_of(path: &str) -> Vec<String> {
    let path = path.strip_suffix(".rs").unwrap_or(path);
    let names = path
        .split('/')
        .filter(|name| !["mod", "lib"].contains(name));
    names
        .map(|name| name.trim_start_matches("no_").to_owned())
        .collect()
}

/// Returns the names that a tree of `use` makes known, with their paths.
fn leaves(tree: &str, prefix: &[String]) -> Vec<(String, Vec<String>)> {
    let (mut depth, mut found, mut start) = (0, Vec::new(), 0);
    let ends = tree.char_indices().chain([(tree.len(), ',')]);
    for (at, c) in ends {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 0 => {
                let branch = tree[start..at].trim();
                start = at + 1;
                let (path, inner) = branch.split_once('{').unwrap_or((branch, ""));
                let (path, name) = path.split_once(" as ").unwrap_or((path, ""));
                let names = path
                    .split("::")
                    .map(str::trim)
                    .filter(|name| !name.is_empty());
                let mut path = [prefix, &names.map(str::to_owned).collect::<Vec<_>>()].concat();
                if let Some(inner) = inner.strip_suffix('}') {
                    found.extend(leaves(inner, &path));
                } else if let Some(last) = path.last().cloned() {
                    if last == "self" && path.len() > 1 {
                        path.pop();
                    }
                    let of_path = &path[path.len() - 1];
                    let name = if name.is_empty() {
                        of_path
                    } else {
                        name.trim()
                    };
                    found.push((name.to_owned(), path));
                }
            }
            _ => {}
        }
    }
    found
}

/// Returns the paths in code, of one name or more.
fn paths(code: &str) -> Vec<Vec<String>> {
    let is_of_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let words = code.split(|c| !is_of_path(c));
    let names = words.map(|word| word.split("::").filter(|name| !name.is_empty()));
    let paths = names.map(|names| {
        names
            .map(|name| name.trim_matches(':').to_owned())
            .collect()
    });
    paths.filter(|path: &Vec<_>| !path.is_empty()).collect()
}
