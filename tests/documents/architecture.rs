//! The rooms of `src/`, which are its folders, know each other as ARCHITECTURE.md shows.

use std::collections::{BTreeMap, BTreeSet};

use crate::common::repository::Repository;

#[test]
fn the_rooms_know_each_other_as_the_picture_shows() {
    let repository = Repository::read();
    let picture = picture(repository);
    let mut house: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for (path, text) in &repository.files {
        let Some(room) = room(path) else { continue };
        let known = house.entry(room).or_default();
        let code = code(text);
        assert!(
            !leaves_its_room(path, &code),
            "{path} leaves {room} by `super`"
        );
        for other in imports(&code).filter(|other| other != room) {
            let arrow = format!("{path} imports crate::{other}");
            let drawn = picture.iter().find(|(name, _)| *name == room);
            let (_, drawn) = drawn.unwrap_or_else(|| panic!("{room} is in no picture"));
            assert!(
                drawn.contains(&other.as_str()),
                "{arrow}, no arrow shows it"
            );
            known.insert(other);
        }
    }
    for (room, drawn) in picture {
        let known = house.get(room).unwrap_or_else(|| panic!("no room {room}"));
        for other in drawn {
            assert!(known.contains(other), "nothing in {room} imports {other}");
        }
    }
}

/// So there are no cycles.
#[test]
fn every_arrow_of_the_picture_runs_down() {
    let repository = Repository::read();
    let picture = picture(repository);
    for (i, (room, drawn)) in picture.iter().enumerate() {
        for other in drawn {
            let is_below = picture[i + 1..].iter().any(|(name, _)| name == other);
            assert!(is_below, "{other} does not stand below {room}");
        }
    }
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    for package in ["src/", "crates/device/src/", "crates/migrate/src/"] {
        let files = &Repository::read().files;
        let own = files.iter().filter_map(|(path, text)| {
            let path = path.strip_prefix(package)?.strip_suffix(".rs")?;
            Some((path, text.as_str()))
        });
        let circle = circle(&own.collect());
        assert!(circle.is_empty(), "{package}: {circle:#?}");
    }
}

#[test]
fn every_file_stands_in_a_room_and_is_no_longer_than_can_be_read() {
    for (path, text) in &Repository::read().files {
        let is_of_package = PACKAGES.iter().any(|folder| path.starts_with(folder));
        if !is_of_package && !path.starts_with("src/") {
            continue;
        }
        let is_apart = is_of_package || APART.iter().any(|apart| path.starts_with(apart));
        assert!(room(path).is_some() || is_apart, "{path} stands in no room");
        let says_what_it_has = !path.ends_with("/mod.rs") || text.starts_with("//! ");
        assert!(says_what_it_has, "{path} begins without a comment");
        let lines = without_tests(text).lines().count();
        assert!(
            lines <= MOST_LINES,
            "{path} has {lines} lines before its tests"
        );
    }
}

/// `let x = a.b(); let x = x.c();` makes a reader keep two values of one name, where one chain says the same.
#[test]
fn no_chain_of_methods_is_cut_to_bind_its_name_again() {
    for (path, text) in &Repository::read().files {
        if PACKAGES.iter().any(|folder| path.starts_with(folder)) || path.starts_with("src/") {
            let cut: Vec<_> = cut_chains(&code(text)).map(str::to_owned).collect();
            assert!(cut.is_empty(), "{path}: {cut:?}");
        }
    }
    let cut =
        "let mut x: Vec<u8> = a.b();\n    let x = x\n        .c();\nlet y = x.d();\nlet y = y?;";
    assert!(cut_chains(cut).eq(["x", "y"]));
    let whole = "let x = a.b().c();\nlet xs = x.d();\nlet y = f();\nlet y = g(y);";
    assert_eq!(cut_chains(whole).count(), 0);
}

#[test]
fn imports_are_found_in_any_form() {
    let text = "use crate::keys::Key;\nuse crate::{\n    base::{clock::Clock, time},\n    token,\n};\n\
        // crate::no\nfn f() { crate::state::g() }\n\n#[cfg(test)]\nmod tests { use crate::web; }\n";
    let found: Vec<_> = imports(&code(text)).collect();
    assert_eq!(found, ["keys", "base", "token", "state"]);
    let twice = "use super::super::token::open;";
    assert!(leaves_its_room("src/room/file.rs", twice));
    assert!(leaves_its_room("src/room/inner/mod.rs", twice));
    assert!(!leaves_its_room("src/room/inner/file.rs", twice));
}

#[test]
fn a_name_is_followed_to_the_file_that_has_it() {
    let key = ("keys/key", "use super::Ring;\npub(crate) struct Key;");
    let ring = ("keys/ring", "fn f() { crate::keys::Key::new() }");
    let passing =
        "mod key;\nmod ring;\npub use key::Key;\npub(crate) use self::{ring::{Ring, Role as R}};\n";
    let house = BTreeMap::from([key, ring, ("keys/mod", passing), ("lib", "use keys::Key;")]);
    let found = circle(&house);
    assert!(
        found.iter().eq([
            ("keys/key", BTreeSet::from(["keys/ring"])),
            ("keys/ring", BTreeSet::from(["keys/key"])),
        ]
        .iter())
    );
    let below = BTreeMap::from([("keys/key", "pub struct Key;"), ring, ("keys/mod", passing)]);
    assert!(circle(&below).is_empty());
    let own = ("keys/mod", "mod key;\nuse key::Key;\npub struct Ring;");
    assert_eq!(circle(&BTreeMap::from([key, own])).len(), 2);
}

/// The rooms from top to bottom, each with the rooms it may import.
fn picture(repository: &Repository) -> Vec<(&str, Vec<&str>)> {
    let text = repository.text("ARCHITECTURE.md");
    let (_, text) = text.split_once("## Dependencies").unwrap();
    let block = text.split("```").nth(1).unwrap();
    let lines = block.lines().skip(1).map(|line| {
        let (room, known) = line.split_once("──→").unwrap_or((line, ""));
        let known = known.split(',').map(str::trim);
        (room.trim(), known.filter(|room| !room.is_empty()).collect())
    });
    lines.collect()
}

fn room(path: &str) -> Option<&str> {
    let (room, _) = path.strip_prefix("src/")?.split_once('/')?;
    let is_apart = APART.iter().any(|apart| path.starts_with(apart));
    (!is_apart).then_some(room)
}

/// The first segment of each path after `crate::`.
fn imports(code: &str) -> impl Iterator<Item = String> {
    code.split("crate::").skip(1).flat_map(|path| {
        let mut depth = 0;
        let mut names = vec![String::new()];
        for c in path.chars() {
            match c {
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 1 => names.push(String::new()),
                _ if c.is_whitespace() && depth > 0 => {}
                _ if depth < 2 => names.last_mut().unwrap().push(c),
                _ => {}
            }
            if depth == 0 && !is_of_a_name(c) {
                break;
            }
        }
        let first = |name: String| name.split(|c| !is_of_a_name(c)).next().unwrap().to_owned();
        let names = names.into_iter().map(first);
        names.filter(|name| !name.is_empty()).collect::<Vec<_>>()
    })
}

/// Returns the files that import each other in a circle, or stand between two circles, each with those of them that it
/// imports. Files are named by their paths without an end.
fn circle<'a>(files: &BTreeMap<&'a str, &str>) -> Vec<(&'a str, BTreeSet<&'a str>)> {
    let names: BTreeMap<Vec<&str>, &str> = files.keys().map(|file| (module(file), *file)).collect();
    let uses: BTreeMap<&str, _> = files
        .iter()
        .map(|(file, text)| (*file, uses(text)))
        .collect();
    let find = |from: &str, path: &[String]| found(from, path, &names, &uses);
    let mut imports: Vec<(&str, BTreeSet<&str>)> = files
        .keys()
        .map(|file| {
            let own = (uses[file].iter())
                .filter(|(_, is_passed_on)| !is_passed_on)
                .filter_map(|(path, _)| find(file, path))
                .filter(|other| other != file);
            (*file, own.collect())
        })
        .collect();
    loop {
        let before = imports.len();
        let left: BTreeSet<&str> = imports.iter().map(|(file, _)| *file).collect();
        let known: BTreeSet<&str> = imports
            .iter()
            .flat_map(|(_, known)| known.clone())
            .collect();
        imports.retain_mut(|(file, others)| {
            others.retain(|other| left.contains(other));
            !others.is_empty() && known.contains(file)
        });
        if imports.len() == before {
            return imports;
        }
    }
}

/// Returns the file that has what `path` names in the file `from`.
fn found<'a>(
    from: &str,
    path: &[String],
    names: &BTreeMap<Vec<&str>, &'a str>,
    uses: &BTreeMap<&str, Vec<(Vec<String>, bool)>>,
) -> Option<&'a str> {
    let mut whole: Vec<&str> = module(from);
    let mut path: Vec<&str> = path.iter().map(String::as_str).collect();
    match path[0] {
        "crate" => whole.clear(),
        "self" => {}
        "super" => _ = whole.pop(),
        child => {
            whole.push(child);
            names.get(&whole)?;
        }
    }
    path.remove(0);
    for (i, name) in path.iter().enumerate() {
        if *name == "super" {
            whole.pop();
            continue;
        }
        whole.push(name);
        if !names.contains_key(&whole) {
            whole.pop();
            let file = names.get(&whole)?;
            let mut passed_on = uses[file].iter().filter(|(_, is_passed_on)| *is_passed_on);
            return match passed_on.find(|(path, _)| path.last().is_some_and(|last| last == name)) {
                Some((there, _)) => {
                    let rest = path[i + 1..].iter().map(|name| (*name).to_owned());
                    let there: Vec<String> = there.iter().cloned().chain(rest).collect();
                    found(file, &there, names, uses)
                }
                None => Some(file),
            };
        }
    }
    names.get(&whole).copied()
}

/// Returns the paths of the imports and those that begin at the root of the crate or above, each with whether its name is
/// passed on.
fn uses(text: &str) -> Vec<(Vec<String>, bool)> {
    let (mut found, mut rest, mut open) = (Vec::new(), String::new(), None);
    for line in code(text).lines() {
        let (tree, is_passed_on) = match (open.take(), import_in(line)) {
            (Some((tree, is_passed_on)), _) => (tree + line, is_passed_on),
            (None, Some((tree, is_passed_on))) => (tree.to_owned(), is_passed_on),
            (None, None) => {
                rest += line;
                continue;
            }
        };
        match tree.strip_suffix(';') {
            Some(tree) => found.extend(paths(tree).into_iter().map(|path| (path, is_passed_on))),
            None => open = Some((tree, is_passed_on)),
        }
    }
    for (at, _) in rest
        .match_indices("crate::")
        .chain(rest.match_indices("super::"))
    {
        if !rest[..at].ends_with("super::") {
            let is_of_path = |c: char| is_of_a_name(c) || c == ':';
            let path = rest[at..].split(|c| !is_of_path(c)).next().unwrap();
            found.extend(
                paths(path.trim_end_matches(':'))
                    .into_iter()
                    .map(|path| (path, false)),
            );
        }
    }
    found
}

/// Returns the tree of a line that begins an import, and whether the names are passed on.
fn import_in(text: &str) -> Option<(&str, bool)> {
    let text = text.trim_start();
    let tree = text.strip_prefix("use ");
    let passed_on = || {
        let (visibility, tree) = text.split_once(" use ")?;
        let is_one = visibility.starts_with("pub") && !visibility.contains(char::is_whitespace);
        is_one.then_some(tree)
    };
    match tree {
        Some(tree) => Some((tree, false)),
        None => Some((passed_on()?, true)),
    }
}

/// Returns the paths of a tree of imports.
fn paths(tree: &str) -> Vec<Vec<String>> {
    let segments = |path: &str| -> Vec<String> {
        let names = path.split("::").map(str::trim);
        names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let Some((prefix, group)) = tree.split_once('{') else {
        let path = tree.split(" as ").next().unwrap();
        return [segments(path)]
            .into_iter()
            .filter(|path| !path.is_empty())
            .collect();
    };
    let group = &group[..group.rfind('}').unwrap()];
    let mut depth = 0;
    let is_between = |c: char| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    };
    (group.split(is_between))
        .flat_map(paths)
        .map(|path| segments(prefix).into_iter().chain(path).collect())
        .collect()
}

/// Returns the names of the modules that lead to a file.
fn module(file: &str) -> Vec<&str> {
    let names = file.split('/');
    names
        .filter(|name| !["lib", "mod"].contains(name))
        .collect()
}

/// Returns `true` if a path goes up to the root of the crate by `super`.
fn leaves_its_room(path: &str, code: &str) -> bool {
    let module = path.trim_start_matches("src/").trim_end_matches(".rs");
    let depth = module.trim_end_matches("/mod").split('/').count();
    code.contains(&"super::".repeat(depth))
}

/// Returns the names that a statement binds, and the next one binds again to what a method makes of them.
fn cut_chains(code: &str) -> impl Iterator<Item = &str> {
    let bound = |statement| {
        let (_, binding) = str::rsplit_once(statement, "let ")?;
        let (pattern, value) = binding.split_once('=')?;
        let name = pattern.trim().trim_start_matches("mut ");
        Some((name.split(':').next()?.trim(), value.trim_start()))
    };
    let pairs = code.split(';').zip(code.split(';').skip(1));
    pairs.filter_map(move |(before, next)| {
        let (name, _) = bound(before)?;
        let (again, value) = bound(next)?;
        let rest = value.strip_prefix(name)?.trim_start();
        (name == again && rest.starts_with(['.', '?'])).then_some(name)
    })
}

pub(crate) fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Without comments and tests.
pub(crate) fn code(text: &str) -> String {
    let lines = without_tests(text)
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn without_tests(text: &str) -> &str {
    let before = text.split_once("\nmod tests {");
    let code = before.and_then(|(before, _)| before.rsplit_once("\n#[cfg("));
    code.map_or(text, |(code, _)| code)
}

/// The other packages that are published.
const PACKAGES: [&str; 4] = [
    "crates/cli/src/",
    "crates/derive/src/",
    "crates/device/src/",
    "crates/migrate/src/",
];

/// Files outside the rooms: the root of the crate, and the entry points of the fuzz targets.
const APART: [&str; 3] = ["src/lib.rs", "src/fuzzing.rs", "src/guide"];

const MOST_LINES: usize = 400;
