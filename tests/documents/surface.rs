//! What is public, as `docs/surface` lists it. `.ci/surface` writes that by cargo-public-api, and fails in the gate if it is
//! out of date.

use std::collections::BTreeSet;

use crate::{common::repository::Repository, documents::architecture::code};

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

/// Whoever waits for 1.0 knows what it waits for.
#[test]
fn the_policy_names_the_public_dependencies_without_a_1_0() {
    let repository = Repository::read();
    let policy = repository.text(".github/CONTRIBUTING.md");
    let (_, policy) = policy.split_once("\n### Before 1.0\n\n").unwrap();
    let (policy, _) = policy.split_once("\n\n").unwrap();
    for (name, version) in public_dependencies(repository.text("Cargo.toml")) {
        let is_named = policy.contains(&format!("`{name}`"));
        assert_eq!(is_named, version.contains("\"0."), "{name}");
    }
}

#[test]
fn what_a_user_meets_and_a_maintainer_holds_does_not_grow() {
    let repository = Repository::read();
    let surface = repository.text("docs/surface/hardtack.txt").lines();
    let with = |words: &[&str]| {
        let is_one = |line: &&str| words.iter().any(|word| line.contains(word));
        surface.clone().filter(is_one).count()
    };
    let is_line = |line: &&str| !line.trim().is_empty();
    let lines = |text| code(text).lines().filter(is_line).count();
    let lines: usize = repository.texts("src/").map(lines).sum();
    for (kind, count, most) in [
        (
            "public types",
            with(&["pub struct ", "pub enum ", "pub union "]),
            71,
        ),
        ("public traits", with(&["pub trait "]), 5),
        ("public functions", with(&["fn "]), 375),
        ("lines of code, without blank ones and tests", lines, 16_420),
    ] {
        let remedy = "nothing is wrong with the change but its size: raise the number in tests/documents/surface.rs, \
            and say in the commit why";
        assert!(
            count <= most,
            "src/ has {count} {kind}; that is {} more than its limit: {remedy}",
            count - most
        );
    }
}

/// The dependencies under the heading `# Public`, and the rest of their lines.
fn public_dependencies(manifest: &str) -> impl Iterator<Item = (&str, &str)> {
    let (_, list) = manifest.split_once("\n# Public: ").unwrap();
    let lines = list.lines().skip(1).take_while(|line| !line.is_empty());
    lines.filter_map(|line| line.split_once(" = "))
}
