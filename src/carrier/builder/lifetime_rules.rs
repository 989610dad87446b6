//! Lifetimes that follow from the settings, and mistakes in them (SPEC.md § 8.0, docs/spec/writer.md § 8.15).

use std::time::Duration;

use super::Options;
use crate::{
    base::{
        config_error::{ConfigError, Sentence},
        duration::show_duration,
    },
    keys::KeyNeed,
    state::{Lifetimes, Refresh, RefreshAfter, Revalidation, Timeouts},
};

/// The setting `idle_timeout`.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) enum IdleTimeout {
    #[default]
    Default,
    Given(Option<Duration>),
}

impl From<Option<Duration>> for IdleTimeout {
    fn from(duration: Option<Duration>) -> IdleTimeout {
        IdleTimeout::Given(duration)
    }
}

impl Options {
    fn idle(&self) -> Option<Duration> {
        match self.idle_timeout {
            IdleTimeout::Default => Some(DEFAULT_IDLE),
            IdleTimeout::Given(idle) => idle,
        }
    }

    /// Returns the lifetimes of settings without mistakes.
    pub(crate) fn lifetimes(&self) -> Lifetimes {
        let timeouts = |absolute: Duration, idle: Option<Duration>| Timeouts {
            absolute: absolute.as_secs(),
            idle: idle.map(|idle| idle.as_secs()),
        };
        let remembered = self.remember_up_to;
        Lifetimes {
            plain: timeouts(self.absolute_timeout, self.idle()),
            remembered: remembered.map(|up_to| timeouts(up_to, self.remembered_idle_timeout)),
            refresh: self.refresh(),
            skew: self.clock_skew.as_secs(),
        }
    }

    fn refresh(&self) -> Refresh {
        match (self.revalidate_after, self.refresh_after) {
            (Some(after), _) => Refresh::OnValidation(Revalidation {
                after: after.as_secs(),
                unvalidated_up_to: self.unvalidated_up_to.unwrap_or_default().as_secs(),
            }),
            (None, Some(after)) => after.into(),
            (None, None) => Refresh::Quarter,
        }
    }

    /// Returns all mistakes in the lifetimes. Two are compared only if both are in range.
    pub(crate) fn lifetime_mistakes(&self) -> Vec<ConfigError> {
        let (absolute, up_to) = (Some(self.absolute_timeout), self.remember_up_to);
        let (idle, remembered_idle) = (self.idle(), self.remembered_idle_timeout);
        let given_idle = idle.filter(|_| !matches!(self.idle_timeout, IdleTimeout::Default));
        let mistakes = [
            out_of_range(ABSOLUTE, absolute, ""),
            out_of_range(IDLE, idle, ", or turn it off"),
            // The default may be longer.
            too_long(
                (IDLE, given_idle),
                (ABSOLUTE, absolute),
                "; the default is 12h",
            ),
            self.refresh_too_late(IDLE, idle),
            out_of_range(REVALIDATE, self.revalidate_after, ""),
            mistake(
                REFRESH,
                self.revalidate_after.and(self.refresh_after).is_some(),
                || WITHOUT_EFFECT,
            ),
            mistake("unvalidated_up_to", self.ends_before_it_is_asked(), || {
                NOT_LONGER
            }),
            out_of_range(UP_TO, up_to, ""),
            out_of_range(REMEMBERED_IDLE, remembered_idle, ", or leave it out"),
            mistake(
                REMEMBERED_IDLE,
                remembered_idle.is_some() && up_to.is_none(),
                || NOTHING_IS_REMEMBERED,
            ),
            too_long((REMEMBERED_IDLE, remembered_idle), (UP_TO, up_to), ""),
            self.refresh_too_late(REMEMBERED_IDLE, remembered_idle),
            mistake("clock_skew", self.clock_skew > LONGEST_SKEW, || {
                let found = self.clock_skew;
                format!("is longer than 300 seconds: {found:?}; correct the clocks instead")
            }),
        ];
        mistakes.into_iter().flatten().collect()
    }

    /// Returns a mistake if active visitors would be signed out by `idle`, before their session is written again.
    fn refresh_too_late(&self, of: &'static str, idle: Option<Duration>) -> Option<ConfigError> {
        let (setting, duration) = match (self.revalidate_after, self.refresh_after) {
            (Some(duration), _) => (REVALIDATE, duration),
            (None, Some(RefreshAfter::Interval(duration))) => (REFRESH, duration),
            (None, _) => return None,
        };
        let idle = idle.filter(|idle| in_range(*idle))?;
        mistake(setting, duration.as_secs() > idle.as_secs() / 2, || {
            let (duration, idle) = (show_duration(duration), show_duration(idle));
            Sentence::of(&format!(
                "is longer than half of {{{of}}} ({duration} and {idle}), so active visitors would be signed out; choose at \
                 most half"
            ))
        })
    }

    fn ends_before_it_is_asked(&self) -> bool {
        let is_short = |duration| self.revalidate_after.is_none_or(|after| duration <= after);
        self.unvalidated_up_to.is_some_and(is_short)
    }

    /// Returns how long keys have to open tokens. `has_companion`: its tokens may be sealed once in the life of a session.
    pub(crate) fn key_need(&self, has_companion: bool) -> KeyNeed {
        let lifetimes = self.lifetimes();
        KeyNeed {
            token_lifetime: match has_companion {
                true => lifetimes.longest(),
                false => lifetimes.token_lifetime(),
            },
            skew: lifetimes.skew,
        }
    }
}

fn mistake<S: Into<Sentence>>(
    setting: &'static str,
    is_wrong: bool,
    reason: impl FnOnce() -> S,
) -> Option<ConfigError> {
    is_wrong.then(|| ConfigError::new(setting, reason()))
}

fn in_range(duration: Duration) -> bool {
    (1..=u64::from(u32::MAX)).contains(&duration.as_secs())
}

fn out_of_range(
    setting: &'static str,
    duration: Option<Duration>,
    or: &str,
) -> Option<ConfigError> {
    let found = duration.filter(|duration| !in_range(*duration))?;
    let reason = "give at least 1 second and at most 136 years";
    let reason = format!("is out of range: {found:?}; {reason}{or}");
    Some(ConfigError::new(setting, reason))
}

/// Returns a mistake if the timeout `a` would never take effect, because `b` is shorter.
fn too_long(
    (a, idle): (&'static str, Option<Duration>),
    (b, longest): (&str, Option<Duration>),
    default: &str,
) -> Option<ConfigError> {
    let (idle, longest) = idle.zip(longest)?;
    let is_longer = in_range(idle) && in_range(longest) && idle > longest;
    mistake(a, is_longer, || {
        let (idle, longest) = (show_duration(idle), show_duration(longest));
        Sentence::of(&format!(
            "is longer than {{{b}}} ({idle} and {longest}{default}), so it would never take effect; set {{{b}}} to at least \
             the same, or a shorter {{{a}}}"
        ))
    })
}

const ABSOLUTE: &str = "absolute_timeout";
const IDLE: &str = "idle_timeout";
const UP_TO: &str = "remember_up_to";
const REMEMBERED_IDLE: &str = "remembered_idle_timeout";
const REFRESH: &str = "refresh_after";
const REVALIDATE: &str = "revalidate_after";
const NOTHING_IS_REMEMBERED: &str =
    "needs {remember_up_to}, without which no session is remembered; set both, or leave this out";
const WITHOUT_EFFECT: &str = "has no effect together with {revalidate_after}; leave it out";
const NOT_LONGER: &str = "needs a {revalidate_after} that is shorter; set that first";
const LONGEST_SKEW: Duration = Duration::from_secs(300);
const DEFAULT_IDLE: Duration = Duration::from_secs(30 * 60);
pub(super) const DEFAULT_ABSOLUTE: Duration = Duration::from_secs(12 * 3600);
