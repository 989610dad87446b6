//! Sessions with a lifetime of their own.

use super::{State, error::SessionError, layout::Metadata};
use crate::base::time::UnixSeconds;

impl<T> State<'_, T> {
    /// The session outlives the browser's, for `span` seconds from now.
    pub(crate) fn remember_for(&mut self, span: u64) -> Result<(), SessionError> {
        self.check_writable()?;
        if self.policy.lifetimes.remember_up_to.is_none() {
            return Err(SessionError::NotRemembering);
        }
        let end = self.data.now.saturating_add(span);
        self.set_metadata(Metadata {
            remembered: Some(span_until(end, &self.data.metadata)),
            ..self.data.metadata
        })
    }

    /// The session ends with the browser's again. A limit holds on.
    pub(crate) fn forget(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.set_metadata(Metadata {
            remembered: None,
            ..self.data.metadata
        })
    }

    /// The session ends `span` seconds from now at the latest. An earlier limit holds on.
    pub(crate) fn limit_to(&mut self, span: u64) -> Result<(), SessionError> {
        self.check_writable()?;
        let end = self.data.now.saturating_add(span);
        let limit = span_until(end, &self.data.metadata);
        self.set_metadata(Metadata {
            limit: Some(
                self.data
                    .metadata
                    .limit
                    .map_or(limit, |known| known.min(limit)),
            ),
            ..self.data.metadata
        })?;
        self.data.limited_until = Some(self.data.limited_until.map_or(end, |known| known.min(end)));
        Ok(())
    }

    /// Whether the sign-in is less than `span` seconds ago. A session that nobody has sent yet has none,
    /// unless this very request renewed it.
    pub(crate) fn is_recent(&self, span: u64) -> bool {
        (!self.data.is_new || self.data.renewed)
            && self.data.now < self.data.metadata.issued.saturating_add(span)
    }
}

/// Seconds from when the session was issued, as all of its spans count.
pub(super) fn span_until(end: UnixSeconds, metadata: &Metadata) -> u32 {
    u32::try_from(end.saturating_sub(metadata.issued)).unwrap_or(u32::MAX)
}
