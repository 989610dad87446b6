//! Sessions with a lifetime of their own.

use super::{Head, State};
use crate::error::SessionError;

impl<T> State<'_, T> {
    /// The session outlives the browser's, for `span` seconds from now.
    pub(crate) fn remember_for(&mut self, span: u64) -> Result<(), SessionError> {
        self.check_writable()?;
        if self.policy.lifetimes.remember_up_to.is_none() {
            return Err(SessionError::NotRemembering);
        }
        // A limit that was set before holds on.
        let limit = self.head.ttl.filter(|_| !self.head.persistent);
        let ttl = self.ttl_from_now(span);
        self.set_head(Head {
            ttl: Some(limit.map_or(ttl, |limit| limit.min(ttl))),
            persistent: true,
            ..self.head
        })
    }

    /// The session ends with the browser's again, and has no lifetime of its own.
    pub(crate) fn forget(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.set_head(Head {
            ttl: None,
            persistent: false,
            ..self.head
        })
    }

    /// The session ends `span` seconds from now at the latest. One that is remembered is not for longer.
    pub(crate) fn limit_to(&mut self, span: u64) -> Result<(), SessionError> {
        self.check_writable()?;
        let limit = self.ttl_from_now(span);
        let remembered = self.head.ttl.filter(|_| self.head.persistent);
        self.set_head(Head {
            ttl: Some(remembered.map_or(limit, |ttl| ttl.min(limit))),
            ..self.head
        })
    }

    /// Whether the sign-in is less than `span` seconds ago. A session that nobody has sent yet has none,
    /// unless this very request renewed it.
    pub(crate) fn is_recent(&self, span: u64) -> bool {
        (self.dated || self.renewed) && self.now < self.head.issued.saturating_add(span)
    }

    /// A lifetime counts from `issued`.
    fn ttl_from_now(&self, span: u64) -> u32 {
        let end = self.now.saturating_add(span);
        u32::try_from(end.saturating_sub(self.head.issued)).unwrap_or(u32::MAX)
    }
}
