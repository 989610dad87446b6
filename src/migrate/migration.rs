use std::{
    ops::Range,
    sync::atomic::{AtomicU32, Ordering},
    time::SystemTime,
};

use super::{OldCookie, source::Source};
use crate::{
    base::{config_error::ConfigError, time::UnixSeconds},
    cookie::{Attributes, CookieName, Finder, Template},
};

/// All old cookies that an application reads, and a lookout for those that it probably should read: cookies with the
/// default name of another library. Without feature `tracing`, which tells of them, it looks for none.
pub(crate) struct Migration {
    pub(super) sources: Vec<Source>,
    /// The fields that drop the old cookies, each with the second from which on it does. Before that, an old cookie
    /// belongs to the old program.
    pub(crate) dropped: Vec<(Template, UnixSeconds)>,
    unread: Vec<(&'static str, Finder)>,
    /// Requests without a session that brought an unread cookie.
    requests: AtomicU32,
}

impl Migration {
    /// Prepares all old cookies, beside a cookie of this crate with `attributes` and `name`.
    pub(crate) fn new(
        all: &[(OldCookie, Range<SystemTime>)],
        attributes: &Attributes,
        name: &CookieName,
    ) -> Result<Migration, ConfigError> {
        let sources = all
            .iter()
            .map(|(old, range)| Source::new(old, range, attributes, name));
        let sources = sources.collect::<Result<Vec<_>, _>>()?;
        let mut dropped: Vec<(Template, UnixSeconds)> = Vec::new();
        for source in &sources {
            let start = source.range.start;
            let mut known = dropped.iter_mut();
            // Several keys of one cookie are several sources.
            match known.find(|(template, _)| *template == source.template) {
                Some((_, known)) => *known = start.min(*known),
                None => dropped.push((source.template.clone(), start)),
            }
        }
        let is_looked_for = !sources.is_empty() && cfg!(feature = "tracing");
        let unread = DEFAULT_NAMES.into_iter().filter(|unread| {
            let mut read = dropped.iter().map(|(template, _)| template.name());
            is_looked_for && read.all(|name| name != *unread) && name.as_str() != *unread
        });
        Ok(Migration {
            unread: unread.map(|name| (name, Finder::new(name))).collect(),
            requests: AtomicU32::new(0),
            sources,
            dropped,
        })
    }

    /// Returns the name of an unread cookie in a `Cookie` field, until a warning was due.
    pub(super) fn find_unread(&self, field: &[u8]) -> Option<&'static str> {
        if self.requests.load(Ordering::Relaxed) >= BEFORE_WARNING {
            return None;
        }
        let mut unread = self.unread.iter();
        let found = unread.find(|(_, finder)| finder.find([field], 0).iter().next().is_some());
        found.map(|(name, _)| *name)
    }

    /// Counts a request without a session that brought an unread cookie. Returns `true` once, when a warning is due.
    pub(super) fn is_warning_due(&self) -> bool {
        self.requests.fetch_add(1, Ordering::Relaxed) + 1 == BEFORE_WARNING
    }
}

/// The default names of the cookies that this module has readers for (docs/moving-in.md).
const DEFAULT_NAMES: [&str; 3] = ["beaker.session.id", "id", "session"];

/// A single cookie of such a name may belong to any other program.
const BEFORE_WARNING: u32 = 10;
