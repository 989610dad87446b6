//! The vectors that are published, which never change.

use std::{collections::BTreeSet, fs};

use super::hex;
use crate::crypto::sha256::sha256;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors");

#[test]
fn published_vectors_stay_as_they_are() {
    let list = fs::read_to_string(format!("{FOLDER}/published.txt")).unwrap();
    let lines = list.lines().filter(|line| !line.starts_with('#'));
    let listed: BTreeSet<_> = lines.map(check).collect();
    let files = fs::read_dir(FOLDER).unwrap().filter_map(|entry| {
        let name = entry.unwrap().file_name().into_string().unwrap();
        name.strip_suffix(".json").map(str::to_owned)
    });
    // Devices are experimental.
    let files = files.filter(|name| name != "devices").collect();
    assert_eq!(listed, files, "`published.py --release` lists a new file");
}

/// Checks a line, and returns the name of its file.
#[track_caller]
fn check(line: &str) -> String {
    let [name, count, digest] = line.split(' ').collect::<Vec<_>>().try_into().unwrap();
    let text = fs::read_to_string(format!("{FOLDER}/{name}.json")).unwrap();
    let published: Vec<_> = vectors_of(&text).take(count.parse().unwrap()).collect();
    let found = hex(&sha256(&[published.join("\n").as_bytes()]));
    assert_eq!(
        (published.len().to_string().as_str(), found.as_str()),
        (count, digest),
        "{name}.json: a published vector has changed, or another stands before it. Leave it as it was; add a new one at \
         the end of its file (tests/vectors/README.md)"
    );
    name.to_owned()
}

/// Returns each vector, which is a line, without its braces.
fn vectors_of(text: &str) -> impl Iterator<Item = &str> {
    let vectors = text.lines().filter_map(|line| line.strip_prefix("    {"));
    vectors.map(|line| line.trim_end_matches(',').strip_suffix('}').unwrap())
}
