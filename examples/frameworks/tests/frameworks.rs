//! Every framework answers the scenario over a socket: sign in, count, tamper, rotate, sign out.

#![allow(clippy::unwrap_used, reason = "tests")]

use hardtack_scenarios::{Server, Site, answers_the_table, example};

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

fn check(framework: &str) {
    answers_the_table(Site::Counter, |ring| {
        Server::spawn(example(framework).arg("0").env("SESSION_KEYS", ring))
    });
}
