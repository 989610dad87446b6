//! What docs/troubleshooting.md calls the proof of an incident is said by the library: in its log, on the page of its health, as
//! a metric or in a cookie. The tests of these say when.

use crate::common::repository::Repository;

#[test]
fn every_proof_of_an_incident_is_in_the_code() {
    let repository = Repository::read();
    let code: String = repository.texts("src/").collect();
    let lines: Vec<_> = code.split("\\\n").map(str::trim_start).collect();
    let code = lines.concat();
    let page = repository.text("docs/troubleshooting.md");
    let (_, tables) = page.split_once("| Visitors | Proof |").unwrap();
    let mut count = 0;
    for cell in tables.lines().filter_map(|row| row.split('|').nth(2)) {
        for proof in cell.split('`').skip(1).step_by(2) {
            let is_said = match proof.split_once(['=', ' ']) {
                _ if proof.starts_with("curl ") => continue,
                Some(("reason", reason)) => repository.reasons().contains(reason),
                Some((name, value)) if proof.contains('=') || name == "problem" => {
                    let value = value.trim_matches('"').trim_end_matches('…');
                    [name, value].iter().all(|part| code.contains(part))
                }
                _ => code.contains(proof),
            };
            assert!(is_said, "nothing says `{proof}`");
            count += 1;
        }
    }
    assert!(count > 40, "there are {count}");
}
