//! Settings of sessions as plain data, as the program gave them: shared by all carriers, or specific to one.

use std::time::{Duration, SystemTime};

use super::{companion::Prepare, size::Size};
use crate::{
    base::ConfigError,
    cookie::{Attributes, FormerAttributes},
    keys::Purpose,
    state::{PASSES_ANYWHERE, Padding, RefreshAfter},
    token::Context,
};

/// Settings that are not specific to a carrier.
#[derive(Clone, Debug)]
pub(crate) struct Options {
    pub(crate) idle_timeout: IdleTimeout,
    pub(crate) absolute_timeout: Duration,
    pub(crate) remember_up_to: Option<Duration>,
    pub(crate) remembered_idle_timeout: Option<Duration>,
    pub(crate) refresh_after: Option<RefreshAfter>,
    pub(crate) revalidate_after: Option<Duration>,
    pub(crate) unvalidated_up_to: Option<Duration>,
    pub(crate) clock_skew: Duration,
    pub(crate) not_before: Option<SystemTime>,

    pub(crate) application: Option<String>,
    pub(crate) type_label: Option<String>,
    pub(crate) context: Vec<(String, String)>,

    pub(crate) padding: Padding,
    pub(crate) save_on_server_error: bool,
    pub(crate) keep_unknown_keys: bool,
    pub(crate) shared_caching: bool,
}

/// The setting `idle_timeout`. Its default may be longer than the absolute timeout.
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

impl Default for Options {
    fn default() -> Self {
        Options {
            idle_timeout: IdleTimeout::default(),
            absolute_timeout: Duration::from_secs(12 * 3600),
            remember_up_to: None,
            remembered_idle_timeout: None,
            refresh_after: None,
            revalidate_after: None,
            unvalidated_up_to: None,
            clock_skew: Duration::from_secs(60),
            not_before: None,
            application: None,
            type_label: None,
            context: Vec::new(),
            padding: Padding::default(),
            save_on_server_error: false,
            keep_unknown_keys: false,
            shared_caching: false,
        }
    }
}

impl Options {
    /// Returns the mistakes that every carrier can have, except in the label of the type.
    pub(crate) fn mistakes(&self) -> Vec<ConfigError> {
        let labels = Purpose::default().with_labels(self.application.as_deref(), "");
        let others = [labels.err(), self.context().err()];
        let mut mistakes = self.lifetime_mistakes();
        mistakes.extend(others.into_iter().flatten());
        mistakes
    }

    pub(super) fn context(&self) -> Result<Context, ConfigError> {
        let pairs = self.context.iter().map(|(label, value)| (label, value));
        Context::new(pairs)
    }
}

/// Sessions in cookies, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug, Default)]
pub struct InCookie {
    /// Name of the cookie, or `None` for the default.
    pub(crate) name: Option<String>,
    pub(crate) attributes: Attributes,
    pub(crate) former: Vec<FormerAttributes>,
    pub(crate) size: Size,
    /// `true` if the cookies of all sessions outlive the browser's session.
    pub(crate) persistent: bool,
    pub(crate) refresh_navigations_only: bool,
    /// Old cookies, each with the time during which it is read.
    #[cfg(feature = "migrate")]
    pub(crate) migrate_from: Vec<(crate::migrate::OldCookie, std::ops::Range<SystemTime>)>,
    pub(super) companion: Option<Prepare>,
}

/// Sessions in a header, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug)]
pub struct InHeader {
    pub(super) name: String,
    /// Name of the response header.
    pub(super) response: String,
    /// Largest length of a token.
    pub(super) max_len: usize,
}

impl InHeader {
    pub(super) fn named(name: impl Into<String>) -> InHeader {
        InHeader {
            name: name.into(),
            response: "session-token".to_owned(),
            max_len: PASSES_ANYWHERE,
        }
    }
}

/// Sessions in bare tokens, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug)]
pub struct InToken {
    pub(super) purpose: String,
    /// Largest length of a token.
    pub(super) max_len: usize,
}

impl InToken {
    pub(super) fn of(purpose: impl Into<String>) -> InToken {
        InToken {
            purpose: purpose.into(),
            max_len: PASSES_ANYWHERE,
        }
    }
}
