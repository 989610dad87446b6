//! The example for Node, alone and in a fleet with a program in Rust.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::process::Command;

use hardtack_scenarios::{Browser, Server, Site, answers_the_table, fresh_key};

#[test]
fn node_answers_the_table() {
    answers_the_table(Site::Counter, node);
}

#[test]
fn a_browser_goes_on_counting_in_a_fleet_of_both_languages() {
    let [old, new] = [fresh_key(), fresh_key()];
    let mut fleet = [node(&old), rust(&old)];
    let browser = Browser::new();
    assert_eq!(
        Site::Counter.sign_in(&browser, &fleet[0], "ada").state,
        "ada 0"
    );
    for count in 1..=10 {
        if count == 6 {
            let ring = format!("{new},{old}");
            fleet = [node(&ring), rust(&ring)];
        }
        let visitor = Site::Counter.count(&browser, &fleet[count % 2]);
        assert_eq!(visitor.state, format!("ada {count}"));
    }
    Site::Counter.sign_out(&browser, &fleet[1]);
    assert_eq!(Site::Counter.look(&browser, &fleet[0]).state, "nobody 0");
}

fn node(ring: &str) -> Server {
    let example = concat!(env!("CARGO_MANIFEST_DIR"), "/../../js/examples/node.js");
    let mut node = Command::new("node");
    Server::spawn(node.args([example, "0"]).env("SESSION_KEYS", ring))
}

fn rust(ring: &str) -> Server {
    let mut rust = Command::new(env!("CARGO_BIN_EXE_counter"));
    Server::spawn(rust.arg("0").env("SESSION_KEYS", ring))
}
