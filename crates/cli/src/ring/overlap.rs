//! Overlap of two keys: the time for which the first has to open after the next one begins to seal (SPEC.md § 3.4.8).
//! Options give it, and a comment in the ring's file notes it for later commands: `# overlap=31m`.

use std::{
    cell::OnceCell,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use clap::Args;
use hardtack::{SessionSettings, packages::show_duration, settings::parse_duration};

use super::notes::{OVERLAP, noted_at};
use crate::{output::Failure, settings, time};

/// Options for the overlap.
#[derive(Args)]
pub(super) struct OverlapOptions {
    /// The longest time for which a session lives without being used: its idle_timeout or remembered_idle_timeout, or
    /// without one, its absolute_timeout or remember_up_to
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration, conflicts_with = "Layers")]
    lifetime: Option<Duration>,
    #[command(flatten)]
    settings: settings::Layers,
    /// The greatest difference between the clocks of two instances, by default 60s, or the settings' clock_skew if that is
    /// longer; --lifetime is extended by it
    #[arg(long, value_name = "DURATION", value_parser = time::parse_duration)]
    skew: Option<Duration>,
    /// The settings, which may come from a pipe, and so are read once.
    #[arg(skip)]
    read: OnceCell<Option<Box<SessionSettings>>>,
}

impl OverlapOptions {
    fn settings(&self) -> Result<Option<&SessionSettings>, Failure> {
        if self.read.get().is_none() {
            let _ = self.read.set(self.settings.read()?.map(Box::new));
        }
        Ok(self.read.get().and_then(Option::as_deref))
    }

    pub(super) fn skew(&self) -> Result<Duration, Failure> {
        self.skew.map_or_else(|| self.clock_skew(), Ok)
    }

    fn clock_skew(&self) -> Result<Duration, Failure> {
        let least = Duration::from_secs(60);
        let settings = self.settings()?;
        Ok(settings.map_or(least, |settings| settings.clock_skew().max(least)))
    }

    /// Returns the time at which every clock shows at least `time`. An instance's clock may be behind another's by the
    /// skew, and the other's behind the clock of this machine.
    pub(super) fn certainly_past(&self, time: SystemTime) -> Result<SystemTime, Failure> {
        time::after(time, self.skew()?.saturating_mul(2))
    }

    /// Returns the time after which no clock shows a time before `end`, and no session from before it, which may be dated
    /// ahead, begins later.
    pub(super) fn certainly_ended(&self, end: SystemTime) -> Result<SystemTime, Failure> {
        Ok(self
            .certainly_past(end)?
            .max(time::after(end, self.clock_skew()?)?))
    }

    /// Returns the overlap that the options give, if any.
    pub(super) fn overlap(&self) -> Result<Option<Duration>, Failure> {
        Ok(self.read()?.0)
    }

    /// Returns the overlap that the options give, if any, and whether the settings have `keep_unknown_keys`.
    pub(super) fn read(&self) -> Result<(Option<Duration>, bool), Failure> {
        let settings = self.settings()?;
        let overlap = match (self.lifetime, settings) {
            (Some(lifetime), _) => Some(check(lifetime)?.saturating_add(self.skew()?)),
            (None, Some(settings)) => Some(settings.key_overlap().map_err(Failure::usage)?),
            (None, None) => None,
        };
        if let Some(overlap) = overlap {
            time::after(UNIX_EPOCH, overlap)?;
        }
        Ok((
            overlap,
            settings.is_some_and(|settings| settings.keeps_unknown_keys()),
        ))
    }

    /// Returns these options for another command line, each after a space.
    pub(super) fn repeated(&self) -> String {
        let mut options = self.settings.repeated();
        if let Some(lifetime) = self.lifetime {
            options += &format!(" --lifetime {}", compact(lifetime));
        }
        let skew = self.skew.map(|skew| format!(" --skew {}", compact(skew)));
        options.extend(skew);
        options
    }
}

/// Refuses a duration that no application can have, because the settings refuse it.
fn check(lifetime: Duration) -> Result<Duration, Failure> {
    let seconds = lifetime.as_secs().to_string();
    let option = ("lifetime", Ok(("absolute_timeout", &*seconds)));
    match SessionSettings::from_translated("--", [option]) {
        Ok(_) => Ok(lifetime),
        Err(error) => Err(Failure::usage(error.with_names(str::to_owned))),
    }
}

/// Returns the overlap that the text of a ring notes.
pub(super) fn noted(text: &str) -> Result<Option<Duration>, String> {
    let lines = text.lines().zip(1..);
    let mut notes =
        lines.filter_map(|(line, number)| Some((&line[noted_at(line, OVERLAP)?], number)));
    let Some((note, number)) = notes.next() else {
        return Ok(None);
    };
    if let Some((_, other)) = notes.next() {
        return Err(format!(
            "lines {number} and {other} both begin with `# overlap=`; remove one"
        ));
    }
    let duration = parse_duration(note.trim()).filter(|duration| !duration.is_zero());
    duration.map(Some).ok_or_else(|| {
        format!(
            "line {number} does not end with a duration, as in `# overlap=31m`; correct or remove it"
        )
    })
}

/// Returns a duration without spaces.
pub(super) fn compact(duration: Duration) -> String {
    show_duration(duration).replace(' ', "")
}
