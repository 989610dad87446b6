//! A fleet whose keys change while clients visit it. Each instance has its own clock and hears of a new ring at
//! its own time; each client visits one instance after the other. A twin of each session, under a key that never
//! changes, says what becomes of it.
//!
//! Runs depend on a seed, which is printed. `FLEET_SEED=7 cargo test --test all fleet::` is another run, and
//! `FLEET_CLIENTS=100000` makes one of more clients than usual.

// The fleet, its clients and its attacker.
mod attack;
mod clients;
mod instances;
mod plan;
mod report;
mod simulation;

// The tests.
mod leaked;
mod regions;
mod replacing;

use crate::common::times;
