//! What is public, as `docs/surface` lists it. `.ci/surface` writes that, and fails in the gate if it is out of date.

use std::collections::BTreeSet;

use toml::Table;

use crate::common::repository::Repository;

#[test]
fn no_type_of_another_library_is_public_but_of_those_that_the_manifests_name() {
    let repository = Repository::read();
    for (manifest, page, more) in [
        ("Cargo.toml", "docs/surface/hardtack.txt", OF_THESE),
        (
            "migrate/Cargo.toml",
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
fn every_function_stands_in_an_example() {
    let repository = Repository::read();
    let examples: String = repository
        .files
        .iter()
        .flat_map(|(path, text)| examples_of(path, text))
        .collect();
    let mut is_of_a_foreign_trait = false;
    let (mut count, mut missing) = (0, Vec::new());
    for line in repository.text("docs/surface/hardtack.txt").lines() {
        if line.starts_with("impl") {
            is_of_a_foreign_trait = line.contains(" for ");
        } else if !line.contains("fn ") && !line.contains("pub type ") {
            is_of_a_foreign_trait = false;
        } else if !is_of_a_foreign_trait {
            let name = function(line);
            let is_shown =
                examples.contains(&format!("{name}(")) || examples.contains(&format!("{name}::<"));
            if !is_shown {
                missing.push(line);
            }
            count += 1;
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
    assert!(count > 200, "there are {count} functions");
}

/// Returns the lines of a file that a user reads as an example, and those around them in comments and pages.
fn examples_of<'a>(path: &str, text: &'a str) -> impl Iterator<Item = &'a str> {
    let is_page = path.ends_with(".md") && !path.starts_with("tests/");
    let is_program = path.starts_with("examples/") && path.ends_with(".rs");
    let is_source = path.starts_with("src/");
    let is_comment = |line: &str| line.starts_with("///") || line.starts_with("//!");
    let lines = text.lines();
    lines.filter(move |line| is_page || is_program || is_source && is_comment(line.trim_start()))
}

/// Returns the name in a line such as `pub fn a::B<C>::name<D: e::F>(&self)`.
fn function(line: &str) -> String {
    let mut depth = 0;
    let outside = line.chars().filter(|c| {
        depth += i32::from(*c == '<');
        let is_outside = depth == 0;
        depth -= i32::from(*c == '>');
        is_outside
    });
    let path: String = outside.take_while(|c| *c != '(').collect();
    path.rsplit("::").next().unwrap().to_owned()
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
