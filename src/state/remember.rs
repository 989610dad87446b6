//! Sessions with their own lifetime: remembered ones and limited ones.

use super::{State, error::SessionError, layout::Metadata};
use crate::base::time::UnixSeconds;

impl<T> State<'_, T> {
    /// Keeps the session after the browser is closed, for `span` seconds from now.
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

    /// Ends the session with the browser again. A limit stays.
    pub(crate) fn forget(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.set_metadata(Metadata {
            remembered: None,
            ..self.data.metadata
        })
    }

    /// Ends the session at most `span` seconds from now. An earlier limit stays.
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

    /// Returns `true` if the sign-in is less than `span` seconds ago. A new session has no sign-in, unless this request
    /// renewed it.
    pub(crate) fn is_recent(&self, span: u64) -> bool {
        (!self.data.is_new || self.data.renewed)
            && self.data.now < self.data.metadata.issued.saturating_add(span)
    }
}

/// The seconds from `issued` to `end`. All spans of a session count from `issued`.
pub(super) fn span_until(end: UnixSeconds, metadata: &Metadata) -> u32 {
    u32::try_from(end.saturating_sub(metadata.issued)).unwrap_or(u32::MAX)
}
