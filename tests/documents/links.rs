//! Links that `.ci/run documentation` does not see, because they lead elsewhere in rustdoc and on the pages of registries.

use crate::common::repository::Repository;

/// In rustdoc a definition above the page counts. Without one, a link leads to a file that is not there.
#[test]
fn every_link_of_a_guide_leads_to_the_same_place_in_rustdoc() {
    let repository = Repository::read();
    let there = repository.text("src/guide/links.txt");
    let pages = repository.text("src/guide.rs").split("\"../docs/").skip(1);
    for page in pages.map(|rest| format!("docs/{}", rest.split('"').next().unwrap())) {
        let text = repository.text(&page);
        let remedy = "use a reference link, and add it to src/guide/links.txt";
        assert_eq!(relative(text), None, "{page}: {remedy}");
        for (label, link) in text.lines().filter_map(definition) {
            assert_eq!(label, link, "{page}");
            let mut targets = there.lines().filter_map(definition);
            let target = targets.find(|(other, _)| *other == label);
            let (_, target) = target.unwrap_or_else(|| panic!("{page}: {link}: {remedy}"));
            let (path, heading) = link.split_at(link.find('#').unwrap_or(link.len()));
            let module = match path {
                "guides.md" => "crate::guide".to_owned(),
                _ => format!(
                    "crate::guide::{}",
                    path.replace('-', "_").replace(".md", "")
                ),
            };
            let is_same =
                target.ends_with(link.trim_start_matches("..")) || target == module + heading;
            assert!(is_same, "{page}: {link} is {target}");
        }
    }
}

/// A registry has no other file of the repository, but those of the library's page are from the root, as in a clone.
#[test]
fn the_page_of_a_package_has_no_relative_link() {
    for package in ["cli", "derive", "device", "migrate"].map(|name| format!("crates/{name}")) {
        let page = format!("{package}/README.md");
        assert_eq!(relative(Repository::read().text(&page)), None, "{page}");
    }
    assert_eq!(relative(Repository::read().text("js/README.md")), None);
}

fn definition(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix('[')?.split_once("]: ")
}

/// The first link to a file, with the text after it.
fn relative(page: &str) -> Option<&str> {
    let outside = page.split("```").step_by(2);
    let mut links = outside.flat_map(|text| text.split("](").skip(1));
    links.find(|link| !link.starts_with("https://") && !link.starts_with('#'))
}
