//! Runs operations under memcheck and reads what it reports.

use std::{
    collections::{BTreeMap, BTreeSet},
    env,
    error::Error,
    fs,
    process::Command,
};

use roxmltree::{Document, Node};

/// Place in code that depended on a secret, and how.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    /// With its version; `hardtack`, `control` or `AWS-LC`.
    pub(crate) package: String,
    /// File in the package. Of AWS-LC, whose code has no lines, the function.
    pub(crate) file: String,
    pub(crate) kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Branch,
    Address,
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Kind::Branch => "a branch",
            Kind::Address => "an address",
        }
    }
}

/// Addresses of instructions, by their place.
pub(crate) type Reports = BTreeMap<Place, BTreeSet<String>>;

/// Runs one operation in a process of its own.
pub(crate) fn of(operation: &str) -> Result<Reports, Box<dyn Error>> {
    let file = env::temp_dir().join(format!("hardtack-memcheck-{}.xml", std::process::id()));
    let output = Command::new("valgrind")
        .args([
            "--quiet",
            "--xml=yes",
            "--error-limit=no",
            "--num-callers=40",
            "--vgdb=no",
        ])
        .arg(format!("--xml-file={}", file.display()))
        .arg(env::current_exe()?)
        .arg(operation)
        .output()
        .map_err(|error| format!("valgrind does not start: {error}"))?;
    let text = fs::read_to_string(&file)?;
    fs::remove_file(&file)?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(format!("`{operation}` failed: {said}").into());
    }
    read(&text)
}

fn read(text: &str) -> Result<Reports, Box<dyn Error>> {
    let document = Document::parse(text)?;
    let mut reports = Reports::new();
    for error in document
        .descendants()
        .filter(|node| node.has_tag_name("error"))
    {
        let kind = match child(error, "kind") {
            "UninitCondition" => Kind::Branch,
            "UninitValue" => Kind::Address,
            other => return Err(format!("memcheck reports a {other}").into()),
        };
        let stack = error.children().find(|node| node.has_tag_name("stack"));
        let frames = stack.ok_or("a report has no stack")?.children();
        let frames: Vec<_> = frames.filter(|node| node.has_tag_name("frame")).collect();
        let address = child(frames[0], "ip").to_owned();
        let known = frames.iter().find_map(|&frame| place_of(frame));
        let (package, file) = known.ok_or("a report is in no known package")?;
        let place = Place {
            package,
            file,
            kind,
        };
        reports.entry(place).or_default().insert(address);
    }
    Ok(reports)
}

/// Returns the package and the file of a frame. The standard library belongs to its caller, and so does what valgrind
/// puts in place of `memcmp`.
fn place_of(frame: Node) -> Option<(String, String)> {
    let path = format!("{}/{}", child(frame, "dir"), child(frame, "file"));
    if let Some(function) = child(frame, "fn").strip_prefix("aws_lc_") {
        // The version is part of each name.
        let name = function.trim_start_matches(|c: char| c.is_ascii_digit() || c == '_');
        return Some(("AWS-LC".to_owned(), name.to_owned()));
    }
    let (package, file) = if let Some((_, inside)) = path.split_once("/registry/src/") {
        let (_registry, inside) = inside.split_once('/')?;
        inside.split_once('/')?
    } else if let Some(file) = path.strip_prefix(env!("CARGO_MANIFEST_DIR")) {
        ("control", file)
    } else {
        ("hardtack", path.strip_prefix(repository())?)
    };
    Some((package.to_owned(), file.trim_start_matches('/').to_owned()))
}

fn child<'a>(node: Node<'a, '_>, name: &str) -> &'a str {
    let found = node.children().find(|child| child.has_tag_name(name));
    found.and_then(|child| child.text()).unwrap_or_default()
}

/// Returns the folder two above this package.
fn repository() -> &'static str {
    let package = env!("CARGO_MANIFEST_DIR");
    package
        .strip_suffix("/proof/constant_time")
        .expect("it is there")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_in_the_first_package_that_is_not_the_standard_library() {
        let frame = |dir, file| {
            format!("<frame><ip>0x1</ip><fn>f</fn><dir>{dir}</dir><file>{file}</file></frame>")
        };
        let frames = frame("/rustc/1/library/core/src/slice", "cmp.rs")
            + &frame(
                "/home/.cargo/registry/src/index-1/aes-gcm-0.11.1",
                "src/lib.rs",
            )
            + &frame(env!("CARGO_MANIFEST_DIR"), "src/operations.rs");
        let text = format!(
            "<valgrindoutput><error><kind>UninitCondition</kind><stack>{frames}</stack></error></valgrindoutput>"
        );
        let reports = read(&text).expect("a report");
        let (place, sites) = reports.first_key_value().expect("one report");
        assert_eq!(
            (&*place.package, &*place.file),
            ("aes-gcm-0.11.1", "src/lib.rs")
        );
        assert_eq!((place.kind, sites.len()), (Kind::Branch, 1));
    }
}
