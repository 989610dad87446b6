//! Old cookie, prepared when a cookie is built: what to find, until when, and how its session becomes one of ours.

use std::{ops::Range, time::SystemTime};

use super::{OldCookie, OldSession, dictionary::dictionary};
use crate::{
    base::{
        config_error::ConfigError,
        reason::Reason,
        time::{EPOCH, UnixSeconds, unix_seconds, unix_seconds_from},
    },
    cookie::{Attributes, CookieName, Finder, Template},
    crypto::scratch::Wiped,
    state::{LARGEST_COOKIE, Metadata},
};

/// An old cookie of a carrier, prepared.
pub(super) struct PreparedCookie {
    pub(super) finder: Finder,
    /// Field that drops it.
    pub(super) template: Template,
    old: OldCookie,
    /// Seconds in which it is read.
    pub(super) range: Range<UnixSeconds>,
}

impl PreparedCookie {
    /// Prepares `old`. `own` are the attributes of the cookie of this crate, which has `new_name`.
    pub(super) fn new(
        old: &OldCookie,
        range: &Range<SystemTime>,
        own: &Attributes,
        new_name: &CookieName,
    ) -> Result<PreparedCookie, ConfigError> {
        let name = old.name.parse::<CookieName>();
        let name = name.map_err(|error| ConfigError::of(SETTING, error))?;
        let range = unix_seconds_from(range.start)..unix_seconds_from(range.end);
        let rules = [
            (name == *new_name, SAME_NAME),
            (range.is_empty(), EMPTY_RANGE),
            (range.start < EPOCH, TOO_EARLY),
        ];
        if let Some((_, broken)) = rules.iter().find(|(is_broken, _)| *is_broken) {
            return Err(ConfigError::new(SETTING, *broken));
        }
        Ok(PreparedCookie {
            finder: Finder::new(name.as_str()),
            template: old.attributes.template(&name, own, SETTING)?,
            old: old.clone(),
            range,
        })
    }

    /// Reads one value.
    pub(super) fn open(&self, value: &[u8]) -> Result<OldSession, Reason> {
        if value.len() > LONGEST_VALUE {
            return Err(Reason::TooLong);
        }
        let text = str::from_utf8(value).map_err(|_| Reason::Encoding)?;
        self.old.reader.read(self.template.name(), text)
    }

    /// Converts what was read to a session of this crate: its dates, and its dictionary. `None`: it has no entries.
    pub(super) fn convert(
        &self,
        session: OldSession,
        now: UnixSeconds,
    ) -> Result<Option<(Metadata, Wiped)>, Reason> {
        let issued = session.created_at.map_or(self.range.start, unix_seconds);
        let has_ended = |end| now >= unix_seconds(end);
        if issued < EPOCH || session.expires_at.is_some_and(has_ended) {
            return Err(Reason::Expired);
        }
        let entries = match &self.old.convert {
            Some(convert) => convert(session.entries).ok_or(Reason::Revoked)?,
            None => session.entries,
        };
        if entries.is_empty() {
            return Ok(None);
        }
        let last_active = session.last_active_at.map_or(now, unix_seconds);
        let metadata = Metadata {
            issued,
            age: u32::try_from(last_active.saturating_sub(issued)).unwrap_or(u32::MAX),
            ..Metadata::default()
        };
        let payload = dictionary(&entries).ok_or(Reason::Payload)?;
        Ok(Some((metadata, payload)))
    }
}

const SETTING: &str = "migrate_from";
const SAME_NAME: &str =
    "has the name of this cookie; choose another {name}, so that the two can be told apart";
const EMPTY_RANGE: &str = "has a range that ends before it begins; give `switched_on..end`";
const TOO_EARLY: &str =
    "has a range that begins before 2026, which no session can; give the day of the rollout";

/// Longest value that browsers store, in bytes.
pub(super) const LONGEST_VALUE: usize = LARGEST_COOKIE;
