use std::time::{Duration, SystemTime};

use clap::Args;

use crate::{
    answer::Failure,
    moment::{self, Span},
};

/// The longest that a session lives.
#[derive(Args)]
pub(super) struct Lifetime {
    /// The longest that a session lives: the longer of absolute_timeout and remember_up_to
    #[arg(long, value_name = "SPAN", default_value = "12h")]
    lifetime: Span,
}

/// How long sessions may be alive by the clocks of several instances.
#[derive(Args)]
pub(super) struct Overlap {
    #[command(flatten)]
    lifetime: Lifetime,
    /// How far the clocks of two instances may be apart
    #[arg(long, value_name = "SPAN", default_value = "60s")]
    skew: Span,
}

impl Lifetime {
    pub(super) fn longest(&self) -> Duration {
        self.lifetime.0
    }
}

impl Overlap {
    pub(super) fn skew(&self) -> Duration {
        self.skew.0
    }

    /// When the last session has ended that was sealed before `moment`.
    pub(super) fn end_of_sessions(&self, moment: SystemTime) -> Result<SystemTime, Failure> {
        let end = moment::after(moment, self.lifetime.longest())?;
        moment::after(end, self.skew.0)
    }
}
