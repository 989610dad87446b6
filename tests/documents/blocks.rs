//! The programs and commands of pages: each program is a test of the documentation, `cargo add` and `cargo install` name
//! packages and features that exist, and the requests in the heads of examples go to addresses that they have. The tests of the
//! command line run the pages about it, and those in `js/` the programs of theirs.

use std::collections::BTreeSet;

use crate::common::repository::Repository;

/// And shows all of itself, because a forge hides no line.
#[test]
fn every_program_of_a_page_is_a_test() {
    let repository = Repository::read();
    let mut tested = BTreeSet::new();
    for (path, text) in repository
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".rs"))
    {
        for rest in text.split("doc = include_str!(\"").skip(1) {
            let page = rest.split('"').next().unwrap();
            let folders = path.split('/').count() - 1 - page.matches("../").count();
            let folder: String = path.split_inclusive('/').take(folders).collect();
            tested.insert(folder + page.trim_start_matches("../"));
        }
    }
    for (page, text) in repository
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".md"))
    {
        for block in text
            .split("\n```rust")
            .skip(1)
            .filter(|it| !it.starts_with(",ignore"))
        {
            assert!(tested.contains(page), "no `doc = include_str!` has {page}");
            let (block, _) = block.split_once("\n```").unwrap();
            assert!(!block.contains("\n# "), "{page} hides lines");
        }
    }
}

#[test]
fn the_first_program_is_the_same_in_rustdoc() {
    let repository = Repository::read();
    let program = repository.text("src/guide/sign_in.rs");
    let block = format!("\n```rust,no_run\n{program}```\n");
    let page = repository.text("README.md");
    assert!(page.contains(&block));
    // More is cut off where a forge shows the page.
    for code in page.split("\n```").skip(1).step_by(2) {
        let long = code.lines().find(|line| line.chars().count() > 92);
        assert_eq!(long, None);
    }
}

#[test]
fn commands_that_add_a_package_name_features_that_it_has() {
    let repository = Repository::read();
    let mut count = 0;
    for (page, text) in repository
        .files
        .iter()
        .filter(|(path, _)| path.ends_with(".md"))
    {
        let commands = text
            .split("cargo add ")
            .skip(1)
            .chain(text.split("cargo install ").skip(1));
        for command in commands {
            let end = command.find(['`', '\n', '#', '&']).unwrap();
            let words: Vec<_> = command[..end].split_whitespace().collect();
            let (is_own, package, rest) = match words[..] {
                ["--path", folder, ref rest @ ..] => (true, folder, rest),
                ["--git", _, package] => (true, package, [].as_slice()),
                [package, "--git", _, ref rest @ ..] => (true, package, rest),
                [name, ref rest @ ..] => (name.starts_with("hardtack"), name, rest),
                [] => continue,
            };
            let is_there = if is_own {
                let name = package
                    .trim_start_matches("../")
                    .trim_start_matches("hardtack");
                let name = name
                    .trim_start_matches(['-', '/'])
                    .trim_start_matches("crates/");
                let manifest = match name {
                    "" => "Cargo.toml".to_owned(),
                    _ => format!("crates/{name}/Cargo.toml"),
                };
                let manifest = repository.text(&manifest);
                let has = |feature: &str| manifest.contains(&format!("\n{feature} = ["));
                match rest {
                    [] => true,
                    ["--features", features] => features.split(',').all(has),
                    _ => false,
                }
            } else {
                let name = package.split('@').next().unwrap();
                let line = format!("\nname = \"{name}\"\n");
                repository.text("Cargo.lock").contains(&line)
            };
            assert!(is_there, "{page}: {}", &command[..end]);
            count += 1;
        }
    }
    assert!(count > 10, "there are {count}");
}

/// All to one host, because clients send no cookie of `localhost` to 127.0.0.1.
#[test]
fn requests_in_the_heads_of_examples_go_to_addresses_that_they_have() {
    let files = &Repository::read().files;
    let mut count = 0;
    for (path, text) in files {
        let is_rust = path.starts_with("examples/") && path.ends_with(".rs");
        if !is_rust && !path.starts_with("js/examples/") {
            continue;
        }
        let (head, code) = text.split_once("\n\n").unwrap_or((text, ""));
        // The other files of a package, too.
        let package: String = path.split_inclusive('/').take(2).collect();
        let own = files
            .iter()
            .filter(|(other, _)| other != path && other.starts_with(&package));
        let mut hosts = BTreeSet::new();
        for line in head.lines().filter(|line| line.contains("curl ")) {
            let Some((_, address)) = line.split_once("http://") else {
                continue;
            };
            let address = address.split_whitespace().next().unwrap();
            let (host, target) = address.split_once('/').unwrap();
            hosts.insert(host.split(':').next().unwrap());
            let mut texts = own.clone().map(|(_, text)| text.as_str()).chain([code]);
            assert!(
                texts.any(|text| text.contains(target)),
                "{path} has no /{target}"
            );
            count += 1;
        }
        assert!(hosts.len() <= 1, "{path} asks {hosts:?}");
    }
    assert!(count > 40, "there are {count}");
}
