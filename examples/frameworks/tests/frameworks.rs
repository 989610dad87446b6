//! Every framework answers the scenario over a socket: sign in, count, tamper, rotate, sign out.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{env, path::PathBuf, process::Command};

use hardtack_scenarios::{Server, Site, answers_the_table};

#[test]
fn actix_answers_the_table() {
    check("actix");
}

#[test]
fn axum_answers_the_table() {
    check("axum");
}

#[test]
fn hyper_answers_the_table() {
    check("hyper");
}

#[test]
fn poem_answers_the_table() {
    check("poem");
}

#[test]
fn rocket_answers_the_table() {
    check("rocket");
}

#[test]
fn salvo_answers_the_table() {
    check("salvo");
}

#[test]
fn warp_answers_the_table() {
    check("warp");
}

fn check(example: &str) {
    answers_the_table(Site::Counter, |ring| {
        let mut command = Command::new(program(example));
        Server::spawn(command.arg("0").env("SESSION_KEYS", ring))
    });
}

/// Cargo builds the examples before it runs the tests, into the folder beside theirs.
fn program(example: &str) -> PathBuf {
    let test = env::current_exe().unwrap();
    let folder = test.ancestors().nth(2).unwrap();
    let program = folder.join("examples").join(example);
    program.with_extension(env::consts::EXE_EXTENSION)
}
