//! What is public, as `docs/surface` lists it. `.ci/surface` writes that, and fails in the gate if it is out of date.

use std::collections::BTreeSet;

use toml::Table;

use crate::{common::repository::Repository, documents::architecture::without_tests};

#[test]
fn no_type_of_another_library_is_public_but_of_those_that_the_manifests_name() {
    let repository = Repository::read();
    for (manifest, page, more) in [
        ("Cargo.toml", "docs/surface/hardtack.txt", OF_THESE),
        (
            "crates/device/Cargo.toml",
            "docs/surface/hardtack-device.txt",
            &[],
        ),
        (
            "crates/migrate/Cargo.toml",
            "docs/surface/hardtack-migrate.txt",
            &[],
        ),
    ] {
        let mut named: BTreeSet<String> = public_dependencies(repository.text(manifest)).collect();
        assert!(!named.is_empty(), "{manifest}");
        let text = repository.text(manifest).parse::<Table>().unwrap();
        let own = text["package"]["name"].as_str().unwrap().replace('-', "_");
        named.extend(["alloc", "core", "std", &own].map(str::to_owned));
        named.extend(more.iter().map(|&library| library.to_owned()));
        let lines = repository.text(page).lines();
        // What a macro needs in a bound names a private item of its library.
        for line in lines.filter(|line| !line.contains("::__private::")) {
            for library in libraries(line) {
                assert!(named.contains(library), "{library} in {line}");
            }
        }
    }
}

/// Whoever waits for 1.0 knows what it waits for.
#[test]
fn the_policy_names_the_public_dependencies_without_a_1_0() {
    let repository = Repository::read();
    let (_, list) = (repository.text("Cargo.toml"))
        .split_once("\n# Public: ")
        .unwrap();
    let lines = list.lines().skip(1).take_while(|line| !line.is_empty());
    let versions = lines.filter_map(|line| line.split_once(" = "));
    let (unstable, stable): (Vec<_>, Vec<_>) =
        versions.partition(|(_, version)| version.contains("\"0."));
    let (_, policy) = (repository.text(".github/CONTRIBUTING.md"))
        .split_once("\n### Before 1.0\n\n")
        .unwrap();
    let (policy, _) = policy.split_once("\n\n").unwrap();
    let names = |name: &str| policy.contains(&format!("`{name}`"));
    assert!(!unstable.is_empty() && unstable.iter().all(|(name, _)| names(name)));
    assert!(!stable.iter().any(|(name, _)| names(name)));
}

/// CONTRIBUTING.md says so. The others show a sentence.
#[test]
fn an_error_is_an_enum_only_if_a_program_answers_it_in_different_ways() {
    let repository = Repository::read();
    let surface = repository.text("docs/surface/hardtack.txt");
    let enums = surface
        .lines()
        .filter_map(|line| line.split_once("pub enum ")?.1.rsplit("::").next());
    let ends = ["Error", "Failure", "Refusal", "Rejection<R>"];
    let errors: BTreeSet<_> = enums
        .filter(|name| ends.iter().any(|end| name.ends_with(end)))
        .collect();
    let expected = [
        "CsrfRefusal",
        "Failure",
        "GuardedRejection<R>",
        "SessionError",
    ];
    assert!(errors.into_iter().eq(expected));
}

#[test]
fn a_type_has_one_path() {
    let repository = Repository::read();
    let surface = repository.text("docs/surface/hardtack.txt");
    let mut seen = BTreeSet::new();
    let mut items = surface.lines().filter_map(item);
    assert_eq!(items.find(|item| !seen.insert(*item)), None);
}

#[test]
fn what_a_user_meets_and_a_maintainer_holds_does_not_grow() {
    let repository = Repository::read();
    let surface = repository.text("docs/surface/hardtack.txt").lines();
    let surface: Vec<_> = surface.filter(|line| !is_opted_in(line)).collect();
    let items: BTreeSet<_> = surface.iter().filter_map(|line| item(line)).collect();
    let of_kind = |kinds: &[&str]| {
        items
            .iter()
            .filter(|(kind, _)| kinds.contains(kind))
            .count()
    };
    let is_function = |line: &&str| line.starts_with("pub ") && line.contains("fn ");
    let is_code = |line: &&str| !line.is_empty() && !line.starts_with("//");
    let is_of_library = |path: &str| path.starts_with("src/") && path.ends_with(".rs");
    let code = (repository.files.iter())
        .filter(|(path, _)| is_of_library(path))
        .flat_map(|(_, text)| without_tests(text).lines().map(str::trim));
    for (kind, count, most) in [
        ("types", of_kind(&["struct", "enum", "union"]), 62),
        ("traits", of_kind(&["trait"]), 4),
        (
            "functions",
            surface.iter().copied().filter(is_function).count(),
            338,
        ),
        ("hundreds of lines", code.filter(is_code).count() / 100, 158),
    ] {
        assert!(
            count <= most,
            "{count} {kind} are more than {most}: take others away, or raise the number here and say in the commit why"
        );
    }
}

/// Returns `true` for a line that only the features `inspect`, `testing` and `unstable-companion` show.
fn is_opted_in(line: &str) -> bool {
    let words = [
        "companion",
        "Companion",
        "SessionError::Stale",
        "SessionInfo::device",
        "Session<T>::device",
        "SetCookies::others",
        "SessionCookie<T>::answer",
        "TokenInfo",
        "TokenContent",
        "::tokens_in",
        "::open_with",
        "::type_label",
        "session::Examples",
    ];
    words.iter().any(|word| line.contains(word))
}

/// Returns the kind and the name of an item that a line shows.
fn item(line: &str) -> Option<(&str, &str)> {
    let line = line.strip_prefix("#[non_exhaustive] ").unwrap_or(line);
    let (kind, rest) = line.strip_prefix("pub ")?.split_once(' ')?;
    let path = rest.split(['<', '(', ' ']).next()?.trim_end_matches(':');
    let is_item = ["struct", "enum", "union", "trait"].contains(&kind);
    is_item.then_some((kind, path.rsplit("::").next()?))
}

/// Returns the dependencies under the heading `# Public`.
fn public_dependencies(manifest: &str) -> impl Iterator<Item = String> {
    let (_, list) = manifest.split_once("\n# Public: ").unwrap();
    let lines = list.lines().skip(1).take_while(|line| !line.is_empty());
    lines.filter_map(|line| Some(line.split_once(' ')?.0.replace('-', "_")))
}

/// Returns the first parts of the paths in a line, which begin with a small letter.
fn libraries(line: &str) -> impl Iterator<Item = &str> {
    let is_of_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    let words = line.split(move |c| !is_of_path(c));
    let paths = words.filter_map(|word| Some(word.split_once("::")?.0));
    paths.filter(|first| first.starts_with(|c: char| c.is_ascii_lowercase()))
}

/// Libraries whose types those that are named show as theirs.
const OF_THESE: &[&str] = &["actix_http", "actix_service", "serde_core"];
