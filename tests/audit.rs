//! The documents for reviews: each row of docs/checklists.md points to a test that exists or to a heading,
//! docs/audit.md counts the lines that it sends auditors to, its commands run tests, and docs/dependencies.md has every
//! direct dependency in the version of Cargo.lock.

use std::collections::BTreeSet;

use toml::{Table, Value};

use crate::{
    common::repository::Repository,
    documents::{has_test, is_path, is_test, quoted},
};

#[test]
fn every_row_of_the_checklists_points_to_a_test_or_a_heading() {
    let repository = Repository::read();
    let mut count = 0;
    for line in repository.text("docs/checklists.md").lines() {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let ["", _, _, status, place, ""] = cells[..] else {
            continue;
        };
        if matches!(status, "Status" | "---") {
            continue;
        }
        assert!(STATUSES.contains(&status), "{line}");
        let tests = quoted(place).filter(|word| is_test(word));
        let is_pointing = match status {
            "satisfied" => tests.clone().count() > 0,
            _ => tests.clone().count() > 0 || place.contains("]("),
        };
        assert!(is_pointing, "{line}");
        for test in tests {
            let mut paths = quoted(place).filter(|word| is_path(word) && !word.ends_with('/'));
            let is_there = paths.any(|path| has_test(repository.text(path), test));
            assert!(is_there, "`{test}` is in no file of its row");
        }
        count += 1;
    }
    assert!(count > 100, "there are {count} rows");
}

#[test]
fn the_lines_that_auditors_are_sent_to_are_counted() {
    let repository = Repository::read();
    let (section, mut sum) = (most_important(&repository), 0);
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let path = quoted(row).next().unwrap();
        let is_code = |line: &&str| {
            let line = line.trim_start();
            !line.is_empty() && !line.starts_with("//")
        };
        let code = before_tests(repository.text(path));
        let found = code.lines().filter(is_code).count();
        check_count(path, cell(row, 2), found);
        sum += found;
    }
    assert!((550..=660).contains(&sum), "together they have {sum}");
}

#[test]
fn the_lines_of_an_hour_a_day_and_a_week_are_counted() {
    let repository = Repository::read();
    let (plan, _) = (repository.text("docs/audit.md"))
        .split_once("\n## The 600 lines")
        .unwrap();
    let mut count = 0;
    for row in plan.lines().filter(|line| line.starts_with("| ")) {
        let mut cells = row.split(" | ").skip_while(|cell| !cell.contains('`'));
        let (Some(read), Some(told)) = (cells.next(), cells.next()) else {
            continue;
        };
        let lines = |path: &str| -> usize {
            let of_path = repository.files.iter().filter(|(file, _)| match path {
                folder if folder.ends_with('/') => file.starts_with(folder),
                path => file == path,
            });
            let parts = of_path.map(|(_, text)| match read.contains("up to its tests") {
                true => before_tests(text),
                false => text,
            });
            parts.map(|text| text.lines().count()).sum()
        };
        let found = quoted(read).filter(|word| is_path(word)).map(lines).sum();
        check_count(read, told, found);
        count += 1;
    }
    assert!(count > 15, "there are {count} rows");
    let of_library = repository.files.iter();
    let of_library = of_library.filter(|(path, _)| path.starts_with("src/"));
    let found = of_library.map(|(_, text)| text.lines().count()).sum();
    let (_, told) = plan.split_once("The library has about ").unwrap();
    check_count("src/", told.split(' ').next().unwrap(), found);
}

/// So that no claim about the faults that are noticed is read for files in which none is made.
#[test]
fn the_mutants_are_of_the_lines_that_matter_most_or_the_page_says_why_not() {
    let repository = Repository::read();
    let program = repository.text("tests/mutants/src/main.rs");
    let (_, rooms) = program.split_once("const ROOMS").unwrap();
    let rooms: Vec<_> = rooms
        .split('"')
        .filter_map(|w| w.strip_suffix("**"))
        .collect();
    let (_, left_out) = (repository.text("tests/README.md"))
        .split_once("\n### Rooms that are left out\n")
        .unwrap();
    let (left_out, _) = left_out.split_once("\n## ").unwrap();
    let rows = left_out.lines().filter(|line| line.starts_with("| `"));
    let left_out: Vec<_> = rows.flat_map(|row| quoted(cell(row, 1))).collect();
    assert!(
        rooms.len() > 5 && left_out.len() > 3,
        "{rooms:?}, {left_out:?}"
    );
    let section = most_important(&repository);
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let path = quoted(row).next().unwrap();
        let is_in = |rooms: &[&str]| rooms.iter().any(|room| path.starts_with(room));
        assert!(is_in(&rooms) != is_in(&left_out), "{path}");
    }
}

/// Cargo calls it a success where a filter finds no test.
#[test]
fn every_command_for_a_claim_runs_tests() {
    let repository = Repository::read();
    let (_, claims) = (repository.text("docs/audit.md"))
        .split_once("\n## A command for each claim\n")
        .unwrap();
    let mut count = 0;
    for command in quoted(claims).filter(|word| word.starts_with("cargo test ")) {
        let words: Vec<_> = command.split(' ').collect();
        let (root, filter) = match words[..] {
            [.., "--test", "all", filter] => ("tests/", filter),
            [.., "--lib", filter] => ("src/", filter),
            _ => continue,
        };
        let room = format!("{root}{}", filter.trim_end_matches("::").replace("::", "/"));
        let (module, folder) = (format!("{room}.rs"), format!("{room}/"));
        let runs_tests = repository.files.iter().any(|(path, text)| {
            // The runner of the vectors is a module of the library.
            let path = path.replace("tests/vectors/run/", "src/vectors/");
            let is_chosen = path == module || path.starts_with(&folder);
            let has_one = |name: &str| {
                let tests = text.split("#[test]").skip(1);
                let heads = tests.filter_map(|test| test.split_once("fn ")?.1.split_once('('));
                heads.map(|(head, _)| head).any(|head| head.contains(name))
            };
            path.starts_with(root) && (has_one(filter) || is_chosen && has_one(""))
        });
        assert!(runs_tests, "`{command}` runs nothing");
        count += 1;
    }
    assert!(count > 15, "there are {count} commands");
}

#[test]
fn the_faults_are_counted() {
    let repository = Repository::read();
    let faults = repository.text("tests/faults/faults.toml");
    let told = format!("makes {} faults", faults.matches("\n[[fault]]\n").count());
    let page = repository.text("docs/audit.md");
    assert!(page.contains(&told), "the program {told}");
}

#[test]
fn the_table_of_dependencies_has_every_direct_one() {
    let repository = Repository::read();
    for (package, manifest) in PACKAGES {
        let rows = dependencies_of(&repository, package);
        let listed: BTreeSet<_> = rows.flat_map(|row| quoted(row).next()).collect();
        let manifest: Table = repository.text(manifest).parse().unwrap();
        let needed = direct(&manifest);
        assert_eq!(
            listed,
            needed.iter().map(String::as_str).collect(),
            "{package}"
        );
    }
}

#[test]
fn the_table_of_dependencies_has_the_versions_of_the_lock_file() {
    let repository = Repository::read();
    let lock: Table = repository.text("Cargo.lock").parse().unwrap();
    let packages = lock["package"].as_array().unwrap().iter();
    let locked = packages.map(|package| {
        let [name, version] = ["name", "version"].map(|key| package[key].as_str().unwrap());
        (name, version)
    });
    let locked: BTreeSet<_> = locked.collect();
    for row in PACKAGES
        .iter()
        .flat_map(|(package, _)| dependencies_of(&repository, package))
    {
        let (name, version) = (quoted(row).next().unwrap(), cell(row, 6));
        let is_locked = locked.contains(&(name, version));
        assert!(is_locked, "Cargo.lock has no {name} {version}");
    }
}

/// Rows of the table about the dependencies of a package.
fn dependencies_of<'a>(
    repository: &'a Repository,
    package: &str,
) -> impl Iterator<Item = &'a str> + use<'a> {
    let text = repository.text("docs/dependencies.md");
    let (_, section) = text.split_once(&format!("\n## {package}\n")).unwrap();
    let section = section.split("\n## ").next().unwrap();
    section.lines().filter(|line| line.starts_with("| `"))
}

/// The table of the lines that matter most.
fn most_important(repository: &Repository) -> &str {
    let text = repository.text("docs/audit.md");
    let (_, section) = text
        .split_once("## The 600 lines that matter most")
        .unwrap();
    section.split_once("```sh").unwrap().0
}

pub(crate) fn before_tests(text: &str) -> &str {
    text.split("\n#[cfg(test)]\n").next().unwrap()
}

fn cell(row: &str, index: usize) -> &str {
    row.split('|').nth(index).unwrap().trim()
}

/// By a tenth at most, so that an edit does not have to come with a count.
#[track_caller]
fn check_count(what: &str, told: &str, found: usize) {
    let told: usize = told.replace(',', "").parse().unwrap();
    let is_near = found.abs_diff(told) * 10 <= told;
    assert!(is_near, "{what} has {found} lines, not {told}");
}

/// Of all platforms, without our own packages.
fn direct(manifest: &Table) -> BTreeSet<String> {
    let targets = manifest.get("target").and_then(Value::as_table);
    let tables = targets.into_iter().flat_map(|targets| targets.values());
    let tables = tables.filter_map(Value::as_table).chain([manifest]);
    let dependencies = tables.filter_map(|table| table.get("dependencies")?.as_table());
    let names = dependencies.flat_map(|table| table.iter());
    let foreign = names.filter(|(_, dependency)| dependency.get("path").is_none());
    foreign.map(|(name, _)| name.clone()).collect()
}

const STATUSES: [&str; 6] = [
    "satisfied",
    "application",
    "store",
    "not shown",
    "not followed",
    "does not apply",
];

const PACKAGES: [(&str, &str); 4] = [
    ("hardtack", "Cargo.toml"),
    ("hardtack-migrate", "migrate/Cargo.toml"),
    ("hardtack-cli", "cli/Cargo.toml"),
    ("hardtack-derive", "derive/Cargo.toml"),
];
