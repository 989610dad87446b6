//! A fleet whose keys change while clients visit it. Each of its instances hears of a new ring at a moment of
//! its own and has a clock of its own; each client makes its visits one after the other, at any instance. A
//! model beside each client, which knows nothing of keys, says what has to become of its session.
//!
//! Runs depend on a seed, which is printed. `FLEET_SEED=7 cargo test --test fleet` is another run, and
//! `FLEET_CLIENTS=100000` makes one of more clients than usual.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/moments.rs"]
mod moments;

// What a fleet, its clients and its attacker are.
mod attack;
mod clients;
mod fleet;
mod model;
mod plan;
mod report;
mod schedule;
mod simulation;

// What is tested.
mod controls;
mod eventful;
mod leaks;
mod replacing;
