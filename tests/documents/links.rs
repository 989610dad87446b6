//! Links: between pages, into the public repository, and on the pages that registries show of packages.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

use toml::Table;

use crate::common::repository::Repository;

#[test]
fn every_link_between_pages_leads_to_a_file_and_a_heading() {
    let repository = Repository::read();
    let is_page = |path: &str| path.ends_with(".md");
    let mut count = 0;
    for (page, text) in repository.files.iter().filter(|(path, _)| is_page(path)) {
        for link in links(text).filter(|link| !link.contains("://")) {
            let (path, _) = link.split_once('#').unwrap_or((link, ""));
            let target = if path.is_empty() {
                page.clone()
            } else {
                joined(page, path)
            };
            assert!(is_there(repository, &target, link), "{page}: {link}");
            count += 1;
        }
    }
    assert!(count > 200, "there are {count} links");
}

/// Pages of registries and of the API lead to the repository, which has them by these addresses.
#[test]
fn every_address_into_the_repository_leads_to_a_file_and_a_heading() {
    let repository = Repository::read();
    let mut count = 0;
    for (page, text) in &repository.files {
        for rest in text.split(REPOSITORY).skip(1) {
            let end = rest.find(|c: char| " )]>\"'`,\n".contains(c));
            let address = &rest[..end.unwrap_or(rest.len())];
            let path = ["/blob/main/", "/tree/main/"]
                .iter()
                .find_map(|view| address.strip_prefix(view));
            let Some(path) = path else {
                let is_known = PLACES_OF_A_FORGE.contains(&address);
                assert!(is_known, "{page}: {REPOSITORY}{address}");
                continue;
            };
            let (target, _) = path.split_once('#').unwrap_or((path, ""));
            assert!(is_there(repository, target, path), "{page}: {path}");
            count += 1;
        }
    }
    assert!(count > 30, "there are {count} addresses");
}

/// In rustdoc a definition that stands above the page counts.
#[test]
fn every_link_of_a_guide_leads_to_the_same_place_in_rustdoc() {
    let repository = Repository::read();
    let there: BTreeMap<_, _> = definitions(repository.text("src/guide/links.txt")).collect();
    let pages = repository.text("src/guide.rs").split("\"../docs/").skip(1);
    let mut count = 0;
    for page in pages.map(|rest| format!("docs/{}", rest.split('"').next().unwrap())) {
        let text = repository.text(&page);
        let inline = inline_links(text).find(|link| !is_absolute(link));
        let remedy = "use a reference link, and add it to src/guide/links.txt";
        assert_eq!(inline, None, "{page}: {remedy}");
        for (label, link) in definitions(text) {
            assert_eq!(label, link, "{page}");
            let (path, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = there[link];
            let (target, heading_there) = target.split_once('#').unwrap_or((target, ""));
            assert_eq!(heading, heading_there, "{page}: {link}");
            let name = path.trim_end_matches(".md").replace('-', "_");
            let is_same = target.ends_with(&joined(&page, path))
                || target == format!("crate::guide::{name}")
                || (target, path) == ("crate::guide", "guides.md");
            assert!(is_same, "{page}: {link} is {target}");
            count += 1;
        }
    }
    assert!(count > 30, "there are {count} links");
}

/// crates.io takes a relative link for one from the page's folder in the repository, which is that of the package: it copies
/// a page from outside into the package, and its links then lead nowhere. npm takes none.
#[test]
fn every_package_has_a_page_whose_links_its_registry_resolves() {
    let repository = Repository::read();
    for folder in [
        "",
        "crates/cli/",
        "crates/derive/",
        "crates/device/",
        "crates/migrate/",
    ] {
        let manifest: Table = repository
            .text(&format!("{folder}Cargo.toml"))
            .parse()
            .unwrap();
        for license in ["LICENSE-APACHE", "LICENSE-MIT"] {
            let text = repository.text(&format!("{folder}{license}"));
            assert!(!text.is_empty(), "{folder}{license}");
        }
        let package = &manifest["package"];
        assert_eq!(package["readme"].as_str(), Some("README.md"), "{folder}");
        assert_eq!(package["repository"].as_str(), Some(REPOSITORY), "{folder}");
        let included = package["include"].as_array().unwrap();
        let is_page = |glob: &&str| matches!(*glob, "/README.md" | "/*.md");
        let mut globs = included.iter().filter_map(|glob| glob.as_str());
        assert!(globs.any(|glob| is_page(&glob)), "{folder}");
        // Those of the library's page are from the root, as in a clone.
        let mut links = links(repository.text(&format!("{folder}README.md")));
        let link = links.find(|link| !folder.is_empty() && !is_absolute(link));
        assert_eq!(link, None, "{folder}README.md");
    }
    let link = links(repository.text("js/README.md")).find(|link| !is_absolute(link));
    assert_eq!(link, None, "js/README.md");
}

fn is_absolute(link: &str) -> bool {
    link.starts_with("https://") || link.starts_with('#')
}

/// The targets of links and pictures, outside code blocks.
fn links(page: &str) -> impl Iterator<Item = &str> {
    inline_links(page).chain(definitions(page).map(|(_, target)| target))
}

fn inline_links(page: &str) -> impl Iterator<Item = &str> {
    let outside = page.split("```").step_by(2);
    let links = outside.flat_map(|text| text.split("](").skip(1));
    links.filter_map(|rest| Some(rest.split_once(')')?.0))
}

/// The labels of links that are defined elsewhere than they stand, with their targets.
fn definitions(page: &str) -> impl Iterator<Item = (&str, &str)> {
    let outside = page.split("```").step_by(2);
    let lines = outside.flat_map(str::lines);
    lines.filter_map(|line| line.strip_prefix('[')?.split_once("]: "))
}

/// A file or a folder, and in a file the heading that `link` names.
fn is_there(repository: &Repository, target: &str, link: &str) -> bool {
    let folder = format!("{}/", target.trim_end_matches('/'));
    let heading = link.split_once('#').map(|(_, heading)| heading);
    let mut files = repository.files.iter();
    let file = files.find(|(file, _)| *file == target || file.starts_with(&folder));
    file.is_some_and(|(file, text)| match heading {
        None => true,
        // A forge shows the page of a folder below its files.
        Some("readme") if file != target => repository
            .files
            .iter()
            .any(|(file, _)| *file == format!("{folder}README.md")),
        Some(heading) => anchors(text).contains(heading),
    })
}

fn joined(page: &str, link: &str) -> String {
    let folder = Path::new(page).parent().unwrap();
    let mut parts: Vec<_> = folder.iter().map(|part| part.to_str().unwrap()).collect();
    for part in link.split('/').filter(|part| !matches!(*part, "" | ".")) {
        if part == ".." {
            parts.pop().unwrap();
        } else {
            parts.push(part);
        }
    }
    parts.join("/")
}

/// The anchors of a page's headings, as GitHub makes them.
fn anchors(page: &str) -> BTreeSet<String> {
    let outside = page.split("```").step_by(2);
    let lines = outside.flat_map(str::lines);
    let headings = lines.filter_map(|line| line.trim_start_matches('#').strip_prefix(' '));
    let kept = |c: &char| c.is_alphanumeric() || " -_".contains(*c);
    let anchor = |heading: &str| {
        heading
            .to_lowercase()
            .chars()
            .filter(kept)
            .collect::<String>()
    };
    headings
        .map(|heading| anchor(heading).replace(' ', "-"))
        .collect()
}

/// As the manifests of the packages say.
const REPOSITORY: &str = "https://github.com/hardtack-rs/hardtack";

/// Of the repository itself, its runs of CI, its issues, and a new report of a vulnerability.
const PLACES_OF_A_FORGE: [&str; 6] = [
    "",
    ".git",
    "/actions/workflows/ci.yml",
    "/actions/workflows/ci.yml/badge.svg",
    "/issues",
    "/security/advisories/new",
];
