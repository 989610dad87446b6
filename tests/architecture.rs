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
fn every_file_stands_in_a_room_and_is_no_longer_than_can_be_read() {
    for (path, text) in &Repository::read().files {
        let packages = ["cli/src/", "derive/src/", "device/src/", "migrate/src/"];
        let is_of_package = packages.iter().any(|folder| path.starts_with(folder));
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

#[test]
fn imports_are_found_in_any_form() {
    let text = "use crate::keys::Key;\nuse crate::{\n    base::{clock::Clock, time},\n    token,\n};\n\
        // crate::no\nfn f() { crate::state::g() }\n\n#[cfg(test)]\nmod tests { use crate::web; }\n";
    let found: Vec<_> = imports(&code(text)).collect();
    assert_eq!(found, ["keys", "base", "token", "state"]);
    let twice = "use super::super::token::open;";
    assert!(leaves_its_room("src/state/decide.rs", twice));
    assert!(leaves_its_room("src/state/size/mod.rs", twice));
    assert!(!leaves_its_room("src/state/size/fit.rs", twice));
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

/// Returns `true` if a path goes up to the root of the crate by `super`.
fn leaves_its_room(path: &str, code: &str) -> bool {
    let module = path.trim_start_matches("src/").trim_end_matches(".rs");
    let depth = module.trim_end_matches("/mod").split('/').count();
    code.contains(&"super::".repeat(depth))
}

fn is_of_a_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}

/// Without comments and tests.
fn code(text: &str) -> String {
    let lines = without_tests(text).lines();
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn without_tests(text: &str) -> &str {
    let before = text.split_once("\nmod tests {");
    let code = before.and_then(|(before, _)| before.rsplit_once("\n#[cfg("));
    code.map_or(text, |(code, _)| code)
}

/// Files outside the rooms: the root of the crate, and the entry points of the fuzz targets.
const APART: [&str; 3] = ["src/lib.rs", "src/fuzzing.rs", "src/guide"];

const MOST_LINES: usize = 400;
