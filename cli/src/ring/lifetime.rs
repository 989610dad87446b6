use std::time::{Duration, SystemTime};

use clap::Args;
use hardtack::{SessionSettings, settings::show_span};
use serde_json::json;

use crate::{answer::Failure, moment, settings};

/// Options for the longest lifetime of a session.
#[derive(Args)]
pub(super) struct Lifetime {
    /// The longest lifetime of a session: the longer of absolute_timeout and remember_up_to; by default 12h
    #[arg(long, value_name = "SPAN", value_parser = moment::parse_span, conflicts_with = "Layers")]
    lifetime: Option<Duration>,
    #[command(flatten)]
    settings: settings::Layers,
}

/// Options for the lifetime of sessions by the clocks of several instances.
#[derive(Args)]
pub(super) struct Times {
    #[command(flatten)]
    pub(super) lifetime: Lifetime,
    /// The greatest difference between the clocks of two instances
    #[arg(long, value_name = "SPAN", value_parser = moment::parse_span, default_value = SKEW)]
    pub(super) skew: Duration,
}

/// Longest lifetime of a session.
#[derive(Clone, Copy)]
pub(super) struct Longest {
    pub(super) span: Duration,
    /// It is the default, not given.
    pub(super) is_assumed: bool,
}

impl Lifetime {
    pub(super) fn longest(&self) -> Result<Longest, Failure> {
        let settings = self.settings.read()?;
        let is_assumed = self.lifetime.is_none() && settings.is_none();
        let span = match self.lifetime {
            Some(span) => check(span)?,
            None => settings
                .unwrap_or_default()
                .longest_lifetime()
                .map_err(Failure::usage)?,
        };
        Ok(Longest { span, is_assumed })
    }
}

/// Refuses a span that no application can have.
fn check(lifetime: Duration) -> Result<Duration, Failure> {
    let settings = json!({ "idle_timeout": "off", "absolute_timeout": lifetime.as_secs() });
    let settings: SessionSettings = serde_json::from_value(settings).map_err(Failure::usage)?;
    settings.check_without_keys().map_err(|error| {
        let sentence = error.to_string();
        Failure::Usage(sentence.replace("session settings: `absolute_timeout`", "`--lifetime`"))
    })?;
    Ok(lifetime)
}

impl Times {
    /// Returns the end of the last session that was sealed before `moment`.
    pub(super) fn end_of_sessions(
        &self,
        longest: Longest,
        moment: SystemTime,
    ) -> Result<SystemTime, Failure> {
        moment::after(moment, longest.span.saturating_add(self.skew))
    }
}

impl Longest {
    /// Returns a sentence about the lifetime if it is the default.
    pub(super) fn assumption(self) -> Option<String> {
        self.is_assumed.then(|| {
            format!(
                "assumed: no session lives longer than {}; if the application's sessions do, give --lifetime \
                 SPAN or --settings FILE",
                show_span(self.span)
            )
        })
    }
}

/// Text, as `--help` shows it.
pub(super) const SKEW: &str = "60s";
