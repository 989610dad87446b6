//! The scenario in runtimes of WebAssembly. `.ci/run all` builds the programs first.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use hardtack_scenarios::{Browser, Log, Program, Server, Site, answers_the_table, fresh_key};
use serde_json::Value;

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
    let mut command = Command::new(workerd());
    command
        .args([
            "serve",
            "--socket-addr",
            "http=127.0.0.1:0",
            "--control-fd",
            "1",
        ])
        .arg(root().join("examples/worker/config.capnp"))
        .env("SESSION_KEYS", ring);
    // workerd reports each socket as a line of JSON.
    let (workerd, line) = Program::until_line(&mut command, "\"port\"");
    let report: Value = serde_json::from_str(&line).unwrap();
    let log = workerd.log();
    (
        Server::at(format!("http://127.0.0.1:{}", report["port"]), workerd),
        log,
    )
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

/// The program itself. Its wrapper of the same name starts it as a child, which outlives the wrapper.
fn workerd() -> PathBuf {
    let packages = root().join("examples/worker/node_modules/@cloudflare");
    let mut packages = fs::read_dir(packages).expect("run examples/worker/build first");
    packages.next().unwrap().unwrap().path().join("bin/workerd")
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}
