use std::{
    path::PathBuf,
    time::{Duration, SystemTime},
};

use clap::Args;
use hardtack::{EncryptionKey, SessionCookie, SessionSettings};

use crate::{
    answer::Failure,
    base::span,
    moment::{self, Span},
    settings,
};

/// The options for the longest lifetime of a session.
#[derive(Args)]
pub(super) struct Lifetime {
    /// The longest lifetime of a session: the longer of absolute_timeout and remember_up_to; by default 12h
    #[arg(long, value_name = "SPAN", conflicts_with = "settings")]
    lifetime: Option<Span>,
    /// The application's settings, for its lifetime: a TOML file, or JSON if named `.json`
    #[arg(long, value_name = "FILE")]
    settings: Option<PathBuf>,
}

/// The options for the lifetime of sessions by the clocks of several instances.
#[derive(Args)]
pub(super) struct Overlap {
    #[command(flatten)]
    lifetime: Lifetime,
    /// The greatest difference between the clocks of two instances
    #[arg(long, value_name = "SPAN", default_value = "60s")]
    skew: Span,
}

/// The longest lifetime of a session.
#[derive(Clone, Copy)]
pub(super) struct Longest {
    pub(super) span: Duration,
    /// It is the default, not given.
    pub(super) is_assumed: bool,
}

/// The lifetime of sessions by the clocks of several instances.
#[derive(Clone, Copy)]
pub(super) struct Times {
    pub(super) longest: Longest,
    pub(super) skew: Duration,
}

impl Lifetime {
    pub(super) fn longest(&self) -> Result<Longest, Failure> {
        let span = match (&self.lifetime, &self.settings) {
            (Some(Span(span)), _) => {
                check(*span)?;
                *span
            }
            (None, Some(path)) => {
                let longest = settings::read(path)?.longest_lifetime();
                longest.map_err(|error| Failure::file("cannot read settings from", path, error))?
            }
            // The default of the library.
            (None, None) => {
                let longest = SessionSettings::default().longest_lifetime();
                longest.map_err(Failure::usage)?
            }
        };
        Ok(Longest {
            span,
            is_assumed: self.lifetime.is_none() && self.settings.is_none(),
        })
    }
}

/// Refuses a span that no application can have.
fn check(lifetime: Duration) -> Result<(), Failure> {
    let key = EncryptionKey::generate().map_err(Failure::usage)?;
    let builder = SessionCookie::encrypted(key).idle_timeout(None);
    let checked = builder.absolute_timeout(lifetime).build();
    checked.map(drop).map_err(|error| {
        let sentence = error.to_string();
        Failure::Usage(sentence.replace("`absolute_timeout`", "`--lifetime`"))
    })
}

impl Overlap {
    pub(super) fn times(&self) -> Result<Times, Failure> {
        Ok(Times {
            longest: self.lifetime.longest()?,
            skew: self.skew.0,
        })
    }
}

impl Longest {
    /// A sentence about the lifetime if it is the default.
    pub(super) fn assumption(self) -> Option<String> {
        self.is_assumed.then(|| {
            format!(
                "assumed: no session lives longer than {}; if the application's sessions do, give --lifetime \
                 SPAN or --settings FILE",
                span::show(self.span)
            )
        })
    }
}

impl Times {
    /// The end of the last session that was sealed before `moment`.
    pub(super) fn end_of_sessions(self, moment: SystemTime) -> Result<SystemTime, Failure> {
        let end = moment::after(moment, self.longest.span)?;
        moment::after(end, self.skew)
    }
}
