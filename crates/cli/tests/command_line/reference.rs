//! docs/cli.md names every command, exit code, finding and field. The help has the options.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::desk::{Desk, PROGRAM, at, started};

const REFERENCE: &str = include_str!("../../../../docs/cli.md");

/// The text between a heading and the next one.
fn section(heading: &str) -> &'static str {
    let (_, after) = REFERENCE.split_once(&format!("\n{heading}\n")).unwrap();
    after.split("\n#").next().unwrap()
}

#[test]
fn every_command_is_listed() {
    let help = Desk::new().done("ring --help");
    let (_, list) = help.split_once("\nCommands:\n").unwrap();
    let rings = list.lines().map_while(|line| line.strip_prefix("  "));
    let rings = rings.filter_map(|line| line.split_whitespace().next());
    let rings: Vec<_> = rings.filter(|name| *name != "help").collect();
    assert_eq!(rings.len(), 8, "{rings:?}");
    let commands = rings.into_iter().map(|name| format!("ring {name}"));
    let list = section("## Commands");
    let others = ["keygen", "inspect", "settings", "compare"].map(str::to_owned);
    for command in commands.chain(others) {
        assert!(list.contains(&format!("`hardtack {command}")), "{command}");
    }
}

#[test]
fn exit_codes_are_those_of_the_help() {
    let help = Desk::new().done("--help");
    let rows = section("## Exit codes").lines();
    let rows = rows.filter_map(|row| {
        row.strip_prefix("| ")?
            .strip_suffix(" |")?
            .split_once(" | ")
    });
    let codes: Vec<_> = rows.filter(|(code, _)| code.len() == 1).collect();
    assert_eq!(codes.len(), 5);
    for (code, meaning) in codes {
        assert!(
            help.contains(&format!("\n  {code}  {meaning}\n")),
            "{code}  {meaning}"
        );
    }
}

/// Paths of all fields: `keys[].id`.
fn fields(value: &Value, path: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(map) if path != "tokens[].payload." => {
            for (name, value) in map {
                let path = format!("{path}{name}");
                match value {
                    Value::Array(list) => {
                        list.iter()
                            .for_each(|item| fields(item, &format!("{path}[]."), found));
                        if list.iter().all(|item| !item.is_object()) || path == "tokens" {
                            found.insert(format!("{path}[]"));
                        }
                    }
                    value => {
                        found.insert(path.clone());
                        fields(value, &format!("{path}."), found);
                    }
                }
            }
        }
        _ => {}
    }
}

#[track_caller]
fn check_fields(command: &str, shown: &str) {
    let mut found = BTreeSet::new();
    fields(&serde_json::from_str(shown).unwrap(), "", &mut found);
    let (_, table) = section("## JSON")
        .split_once(&format!("`{command}`\n\n"))
        .unwrap();
    let rows = table.split("\n\n").next().unwrap().lines();
    let cells = rows.filter(|row| row.starts_with("| `"));
    let cells = cells.map(|row| row.split(" | ").next().unwrap());
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let documented: BTreeSet<_> = names.map(str::to_owned).collect();
    assert_eq!(found, documented, "{command}");
}

#[test]
fn every_field_of_json_is_in_its_table() {
    let (desk, _) = Desk::with_ring();
    let ring = desk.read("keys");
    desk.write("keys", format!("# leaked=00000000 {}\n{ring}", desk.now));
    let mut command = desk.command(&PROGRAM, ["ring", "show", "keys", "--json", "--secrets"]);
    let output = started(&mut command).wait_with_output();
    let shown = String::from_utf8(output.unwrap().stdout).unwrap();
    check_fields("hardtack ring show --json", &shown);
    desk.add("");
    let shown = desk.done("ring check keys --json");
    check_fields("hardtack ring check --json", &shown);
    let cookie = hardtack::SessionCookie::encrypted(desk.ring())
        .build()
        .unwrap();
    let pair = cookie.cookie_for(at(0), |session| session.insert("user", 42));
    let shown = desk.done(&format!(
        "inspect {} --keys keys --json --show-id",
        pair.unwrap()
    ));
    check_fields("hardtack inspect --json", &shown);
    // The same fields where nothing opens.
    let ran = desk.run("inspect hunter2 --json --show-id");
    check_fields("hardtack inspect --json", &ran.out);
}

#[test]
fn every_finding_is_in_its_table() {
    let source = concat!(
        include_str!("../../src/ring/check.rs"),
        include_str!("../../src/ring/findings.rs")
    );
    let lines = section("### ring check").lines();
    let rows =
        lines.filter(|line| line.starts_with("| error |") || line.starts_with("| warning |"));
    let words: Vec<_> = rows
        .flat_map(|row| row.split('`').skip(1).step_by(2))
        .collect();
    for word in &words {
        assert!(source.contains(&format!("\"{word}\"")), "{word}");
    }
    assert_eq!(words.len(), 14);
}

#[test]
fn every_reason_is_explained() {
    let source = include_str!("../../src/inspect/reasons.rs");
    let specification = include_str!("../../../../SPEC.md");
    let (_, list) = specification.split_once("| Reason | Step |").unwrap();
    let list = list.split("\n\n").next().unwrap();
    let reasons = list.split('`').skip(1).step_by(2);
    // The program asks for no device (§ 16), and has no such reason.
    for reason in reasons.filter(|reason| *reason != "Stale") {
        assert!(source.contains(&format!("Reason::{reason} =>")), "{reason}");
    }
}
