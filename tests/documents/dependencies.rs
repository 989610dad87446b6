//! The libraries that the packages depend on: what is public of them, that they overwrite secrets, and that
//! docs/review/dependencies.md has each.

use std::{collections::BTreeSet, process::Command};

use toml::{Table, Value};

use crate::common::repository::Repository;

/// As docs/surface lists it. `.ci/surface` writes that by cargo-public-api, and fails in the gate if it is out of date.
#[test]
fn no_type_of_another_library_is_public_but_of_those_that_the_manifests_name() {
    let repository = Repository::read();
    for (manifest, package, more) in [
        // Libraries whose types those that are named show as theirs.
        (
            "Cargo.toml",
            "hardtack",
            ["actix_http", "actix_service", "serde_core"].as_slice(),
        ),
        ("crates/device/Cargo.toml", "hardtack-device", &[]),
        ("crates/migrate/Cargo.toml", "hardtack-migrate", &[]),
    ] {
        let public = public_dependencies(repository.text(manifest));
        let named = public.map(|(name, _)| name).chain([package]);
        let named: BTreeSet<_> = named.map(|name| name.replace('-', "_")).collect();
        let surface = repository.text(&format!("docs/surface/{package}.txt"));
        // What a macro needs in a bound names a private item of its library.
        for line in surface
            .lines()
            .filter(|line| !line.contains("::__private::"))
        {
            let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
            let words = line.split(|c| !is_of_path(c));
            let paths = words.filter_map(|word| Some(word.split_once("::")?.0));
            for library in paths.filter(|first| first.starts_with(char::is_lowercase)) {
                let is_known = ["alloc", "core", "std"].contains(&library);
                let is_known = is_known || named.contains(library) || more.contains(&library);
                assert!(is_known, "{library} in {line}");
            }
        }
    }
}

/// Resolved as for a dependent crate, without the features that tests add.
#[test]
fn the_libraries_that_hold_secrets_overwrite_them() {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(["tree", "--offline", "--edges", "normal", "--prefix", "none"]);
    cargo.args(["--package", "hardtack", "--package", "hardtack-migrate"]);
    let output = cargo.args(["--format", "{p} {f}"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let tree = String::from_utf8(output.stdout).unwrap();
    for library in OVERWRITING {
        let mut lines = tree
            .lines()
            .filter(|line| line.split(' ').next() == Some(library));
        let line = lines
            .next()
            .unwrap_or_else(|| panic!("{library} is not used"));
        assert!(line.contains("zeroize"), "{line}");
    }
}

#[test]
fn the_table_of_dependencies_has_every_direct_one() {
    let repository = Repository::read();
    let rows = repository.text("docs/review/dependencies.md").lines();
    for package in [
        "hardtack",
        "hardtack-device",
        "hardtack-migrate",
        "hardtack-cli",
        "hardtack-derive",
    ] {
        let manifest = match package.strip_prefix("hardtack-") {
            Some(name) => format!("crates/{name}/Cargo.toml"),
            None => "Cargo.toml".to_owned(),
        };
        let row = rows
            .clone()
            .find(|row| row.starts_with(&format!("| {package} |")));
        let listed: BTreeSet<_> = row
            .unwrap()
            .split('`')
            .skip(1)
            .step_by(2)
            .map(str::to_owned)
            .collect();
        let manifest: Table = repository.text(&manifest).parse().unwrap();
        assert_eq!(listed, direct(&manifest), "{package}");
    }
}

/// The dependencies under the heading `# Public`, and the rest of their lines.
fn public_dependencies(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let (_, list) = manifest.split_once("\n# Public: ").unwrap();
    let lines = list.lines().skip(1).take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_once(" = "))
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

/// All that hold a key, a state made of one, or a key stream.
const OVERWRITING: [&str; 13] = [
    "aes",
    "aes-gcm",
    "block-buffer",
    "chacha20",
    "chacha20poly1305",
    "digest",
    "ghash",
    "hmac",
    "poly1305",
    "polyval",
    "sha1",
    "sha2",
    "xaes-256-gcm",
];
