use std::{error::Error, fs};

use serde::{Deserialize, Serialize};

use crate::{counts::Counts, machine::Machine};

/// The counts that others are compared with, and where they were made.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Baseline {
    pub(crate) machine: Machine,
    pub(crate) instructions: Counts,
}

impl Baseline {
    pub(crate) fn read() -> Result<Baseline, Box<dyn Error>> {
        let text = fs::read_to_string(PATH);
        let text = text.map_err(|error| format!("{PATH} cannot be read: {error}; {UPDATE}"))?;
        Ok(toml::from_str(&text)?)
    }

    pub(crate) fn write(&self) -> Result<(), Box<dyn Error>> {
        let head = "# What `cargo run --release` compares with. `cargo run --release -- --update` writes it.\n\n";
        fs::write(PATH, format!("{head}{}", toml::to_string(self)?))?;
        Ok(())
    }
}

const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/baseline.toml");
pub(crate) const UPDATE: &str = "make a baseline with `cargo run --release -- --update`";
