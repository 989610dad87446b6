use serde_json::json;

use crate::desk::{Desk, PROGRAM, new_key, secrets};

#[test]
fn every_key_has_its_line_in_the_order_of_the_ring() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let accepted = desk.add("");
    let fingerprint = desk.ring().fingerprint();
    assert_eq!(
        desk.done("ring show keys"),
        format!(
            "fingerprint {fingerprint}\n\
             overlap     12h 1m\n\
\x20 key       suite  role      seal_from             accept_until          made\n\
\x20 {accepted}  xaes   accepted  -                     -                     2027-03-01T06:00:00Z\n\
             * {old}  xaes   seals     -                     2027-03-01T18:33:00Z  2027-03-01T06:00:00Z\n\
\x20 {new}  xaes   planned   2027-03-01T06:17:00Z  -                     2027-03-01T06:00:00Z\n"
        )
    );
}

#[test]
fn it_shows_what_will_be_at_another_time() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    let new = new_key(&desk.done("ring rotate keys --after 15m"));
    let roles = |at: &str| {
        let shown = desk.json(&format!("ring show keys --json --at {at}"));
        let role = |place: usize| shown["keys"][place]["role"].as_str().unwrap().to_owned();
        [role(0), role(1)]
    };
    assert_eq!(roles("+16m"), ["seals", "planned"]);
    assert_eq!(roles("2027-03-01T06:17:00Z"), ["accepted", "seals"]);
    assert_eq!(roles("2027-03-01T18:33:00Z"), ["retired", "seals"]);
    let _ = (old, new);
}

#[test]
fn as_json_every_field_is_there() {
    let (desk, old) = Desk::with_ring_for("--lifetime 12h");
    desk.done(&format!("ring leaked keys {old} --not-before +10m"));
    let new = desk.sealing();
    assert_eq!(
        desk.json("ring show keys --json"),
        json!({
            "at": "2027-03-01T06:00:00Z",
            "mode": "encrypted",
            "fingerprint": desk.ring().fingerprint().to_string(),
            "not_before": "2027-03-01T06:10:00Z",
            "overlap": 43_260,
            "keys": [{
                "id": new,
                "suite": "xaes",
                "role": "seals",
                "seal_from": null,
                "accept_until": null,
                "made": "2027-03-01T06:00:00Z",
                "leaked": null,
            }],
        })
    );
    let told = desk.done("ring show keys");
    assert!(
        told.contains("\nnot_before  2027-03-01T06:10:00Z\n"),
        "{told}"
    );
}

#[test]
fn secrets_are_shown_only_where_they_are_asked_for() {
    let (desk, id) = Desk::with_ring();
    desk.add("");
    let commas = desk.without_notes().trim_end().replace('\n', ",");
    desk.write("commas", commas);
    for file in ["keys", "commas"] {
        for options in [&["--secrets"][..], &["--secrets", "--json"]] {
            let words = [&["ring", "show", file], options].concat();
            let output = desk.command(&PROGRAM, words).output().unwrap();
            let shown = String::from_utf8(output.stdout).unwrap();
            let text = desk.read(file);
            for secret in secrets(&text) {
                assert!(shown.contains(secret), "{options:?}");
            }
            assert!(shown.contains(&id));
        }
        // The desk looks for secrets in these.
        desk.done(&format!("ring show {file}"));
        desk.done(&format!("ring show {file} --json"));
    }
}

#[test]
fn a_ring_can_come_from_standard_input() {
    let (desk, id) = Desk::with_ring_for("--lifetime 12h");
    let ran = desk.run_on(&desk.read("keys"), "ring show -");
    assert!(ran.out.contains(&id), "{}", ran.err);
}
