//! Settings of sessions as plain data, as they were given: those of every carrier, and those of one. The methods that set
//! the application, the context and what responses carry are here, too.

#[cfg(feature = "migrate")]
use std::ops::Range;
use std::time::{Duration, SystemTime};

use super::{SessionBuilder, companion::Prepare, size::Size};
use crate::{
    base::config_error::ConfigError,
    cookie::{Attributes, FormerAttributes},
    keys::Purpose,
    state::{Padding, RefreshAfter},
    token::Context,
};

/// Settings that every carrier has.
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
    /// Returns the mistakes of sessions in bare tokens, which have no response.
    pub(super) fn response_mistakes(&self, tokens: &InToken) -> Vec<ConfigError> {
        let given = [
            ("response_header", tokens.response_header.is_some()),
            ("save_on_server_error", self.save_on_server_error),
            ("danger_allow_shared_caching", self.shared_caching),
        ];
        let mistake = |(setting, is_given): (&'static str, bool)| {
            is_given.then(|| ConfigError::new(setting, NO_RESPONSE))
        };
        given.into_iter().filter_map(mistake).collect()
    }

    /// Returns the mistakes that every carrier can have.
    pub(super) fn mistakes(&self) -> Vec<ConfigError> {
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
    /// `None`: the default name.
    pub(crate) name: Option<String>,
    pub(crate) attributes: Attributes,
    pub(crate) former: Vec<FormerAttributes>,
    pub(crate) size: Size,
    /// Cookies of all sessions outlive the browser's session.
    pub(crate) persistent: bool,
    pub(crate) refresh_navigations_only: bool,
    /// Old cookies, each with the time in which it is read.
    #[cfg(feature = "migrate")]
    pub(crate) migrate_from: Vec<(crate::migrate::OldCookie, Range<SystemTime>)>,
    pub(super) companion: Option<Prepare>,
}

/// Sessions in tokens, as a parameter of [`SessionBuilder`](super::SessionBuilder).
#[derive(Clone, Debug, Default)]
pub struct InToken {
    pub(super) purpose: Option<String>,
    pub(super) header: Option<String>,
    /// `None`: the default name.
    pub(super) response_header: Option<String>,
    /// `None`: the default length.
    pub(super) max_len: Option<usize>,
}

impl<C, T> SessionBuilder<C, T> {
    /// Binds every session to an application ([SPEC.md § 3.2]), by a label of 1 to 255 bytes. Default: none.
    ///
    /// Applications that share a key ring and a name accept each other's sessions unless their labels differ. Keys are
    /// derived for the label, whatever context is chosen for a request. Changing the label ends all existing sessions.
    ///
    /// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
    pub fn application(mut self, label: impl Into<String>) -> Self {
        self.options.application = Some(label.into());
        self
    }

    /// Replaces the [`LABEL`](crate::SessionData::LABEL) of `T`, for tools that
    /// [`inspect`](crate::SessionCookie::inspect) sessions of a type that they do not have. At most 255 bytes. Default:
    /// the label of `T`.
    pub fn type_label(mut self, label: impl Into<String>) -> Self {
        self.options.type_label = Some(label.into());
        self
    }

    /// Binds every session to a pair of label and value ([SPEC.md § 4.2]). Default: none.
    ///
    /// May be repeated; the order counts. A label has at most 255 bytes, a value at most 65,535.
    ///
    /// [SPEC.md § 4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#42-context
    pub fn context(mut self, label: impl Into<String>, value: impl Into<String>) -> Self {
        self.options.context.push((label.into(), value.into()));
        self
    }

    /// Saves changes even with responses of a 5xx status. `build` refuses this for bare tokens, which no response carries.
    /// Default: off, so that such a response only ends a session, or writes it after an explicit
    /// [`save`](crate::Session::save).
    pub fn save_on_server_error(mut self) -> Self {
        self.options.save_on_server_error = true;
        self
    }

    /// Leaves a session alone whose key is not in the ring (`UnknownKey`), as when instances have different rings for a
    /// while. It is read as new, and every change but `sign_in`, `renew`, `invalidate` and `discard` is an error
    /// ([`Unreadable`](crate::SessionError::Unreadable)). Default: off, so that a change begins a session in its place.
    ///
    /// A visitor whose key was removed for good cannot begin a session while the browser has that cookie, but by a sign-in.
    /// A key that stays in the ring after its `accept_until` costs nothing: its sessions are replaced
    /// (docs/rotation.md, "Retiring a key").
    pub fn keep_unknown_keys(mut self) -> Self {
        self.options.keep_unknown_keys = true;
        self
    }

    /// Sends sessions with responses that shared caches may store. `build` refuses this for bare tokens. Default: off, so
    /// that such a response becomes `no-store` when its session changes.
    ///
    /// # Security
    ///
    /// A cache that stores `Set-Cookie` gives the session of one visitor to others.
    pub fn danger_allow_shared_caching(mut self) -> Self {
        self.options.shared_caching = true;
        self
    }
}

const NO_RESPONSE: &str = "has no effect on bare tokens, which no response carries; leave it out, or give a \
    {header} in place of {purpose}";
