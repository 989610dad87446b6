//! The scenario in runtimes of WebAssembly. `.ci/run all` builds the programs first.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{path::Path, process::Command};

use hardtack_scenarios::{Browser, Log, Server, Site, answers_the_table, fresh_key, workerd};

#[test]
#[ignore = "needs examples/worker/build"]
fn a_worker_in_workerd_answers_the_table() {
    answers_the_table(Site::Counter, |ring| worker(ring).0);
}

#[test]
#[ignore = "needs examples/worker/build"]
fn a_worker_writes_its_events_to_the_console() {
    let browser = Browser::new();
    let (server, _) = worker(&fresh_key());
    let _ = Site::Counter.sign_in(&browser, &server, "ada");
    let (server, log) = worker(&fresh_key());
    assert_eq!(Site::Counter.look(&browser, &server).state, "nobody 0");
    let line = log.line("session rejected");
    assert!(line.contains("INFO"), "{line}");
    assert!(line.contains("UnknownKey"), "{line}");
}

/// The Worker with a ring, and its console.
fn worker(ring: &str) -> (Server, Log) {
    let folder = root().join("examples/worker");
    let mut command = workerd(&folder, &folder.join("config.capnp"));
    let (server, log, _) = Server::of_workerd(command.env("SESSION_KEYS", ring));
    (server, log)
}

#[test]
#[ignore = "needs examples/wasi, built, and wasmtime in target/python"]
fn a_handler_in_wasmtime_answers_the_table() {
    answers_the_table(Site::Counter, |ring| {
        let mut command = Command::new(root().join("target/python/bin/python"));
        command
            .arg(root().join("examples/wasi/serve.py"))
            .arg(root().join("target/wasm/wasm32-wasip1/release/hardtack-wasi.wasm"))
            .env("SESSION_KEYS", ring);
        Server::spawn(&mut command)
    });
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
