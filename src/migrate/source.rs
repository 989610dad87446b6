use std::ops::Range;

use super::{OldCookie, OldSession, entries::dictionary};
use crate::{
    base::{
        reason::Reason,
        time::{EPOCH, UnixSeconds, unix_seconds},
    },
    cookie::{CookieName, Finder},
    crypto::scratch::Wiped,
    state::Metadata,
};

/// An old cookie of a carrier, prepared.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) finder: Finder,
    pub(crate) name: CookieName,
    pub(crate) old: OldCookie,
    /// The seconds in which it is read.
    pub(crate) range: Range<UnixSeconds>,
}

impl Source {
    /// Reads one value.
    pub(super) fn read(&self, value: &[u8]) -> Result<OldSession, Reason> {
        if value.len() > LONGEST_VALUE {
            return Err(Reason::TooLong);
        }
        let text = str::from_utf8(value).map_err(|_| Reason::Encoding)?;
        self.old.reader.read(self.name.as_str(), text)
    }

    /// Converts what was read to a session of this crate: its dates, and its dictionary. `None`: it has no entries.
    pub(super) fn convert(
        &self,
        session: OldSession,
        now: UnixSeconds,
    ) -> Result<Option<(Metadata, Wiped)>, Reason> {
        let OldSession {
            entries,
            created_at,
            last_active_at,
            expires_at,
        } = session;
        if expires_at.is_some_and(|end| now >= unix_seconds(end)) {
            return Err(Reason::Expired);
        }
        let issued = created_at.map_or(self.range.start, unix_seconds);
        if issued < EPOCH {
            return Err(Reason::Expired);
        }
        let entries = match &self.old.convert {
            Some(convert) => convert(entries).ok_or(Reason::Payload)?,
            None => entries,
        };
        if entries.is_empty() {
            return Ok(None);
        }
        let last_active = last_active_at.map_or(now, unix_seconds);
        let metadata = Metadata {
            issued,
            age: u32::try_from(last_active.saturating_sub(issued)).unwrap_or(u32::MAX),
            ..Metadata::default()
        };
        let payload = dictionary(&entries).ok_or(Reason::Payload)?;
        Ok(Some((metadata, payload)))
    }
}

/// The most bytes of a value that browsers store.
pub(super) const LONGEST_VALUE: usize = 4096;
