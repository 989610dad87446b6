use std::sync::Arc;

use super::{
    OldSession,
    migration::Migration,
    source::{LONGEST_VALUE, Source},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Values,
    crypto::scratch::Wiped,
    state::Metadata,
};

/// The values of old cookies that a request brought, one of which may become its session.
pub(crate) struct Takeover {
    migration: Arc<Migration>,
    /// As many as there are sources.
    values: Vec<Values>,
    unread: Option<&'static str>,
}

impl Takeover {
    /// `None`: there are no sources.
    pub(crate) fn of(migration: &Arc<Migration>) -> Option<Takeover> {
        (!migration.sources.is_empty()).then(|| Takeover {
            migration: Arc::clone(migration),
            values: vec![Values::default(); migration.sources.len()],
            unread: None,
        })
    }

    pub(crate) fn find_in(&mut self, field: &[u8]) {
        for (source, values) in self.migration.sources.iter().zip(&mut self.values) {
            source.finder.find_in(field, LONGEST_VALUE, values);
        }
        self.unread = self.unread.or_else(|| self.migration.find_unread(field));
    }

    /// Returns the name of a cookie that keeps arriving beside no session, once, for a request that brought `own`
    /// values.
    pub(crate) fn unread_beside(&self, own: &Values) -> Option<&'static str> {
        let unread = self.unread.filter(|_| own.is_empty() && self.is_empty());
        unread.filter(|_| self.migration.is_warning_due())
    }

    /// Returns `true` if the request brought none.
    pub(crate) fn is_empty(&self) -> bool {
        self.values().next().is_none()
    }

    /// Returns the length of all values.
    pub(crate) fn len(&self) -> usize {
        self.values().map(<[u8]>::len).sum()
    }

    fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.values.iter().flat_map(Values::iter)
    }

    /// Hands the old sessions to `accept`, in the order of the sources, until it takes one. Different values that open
    /// are refused, under one name or several. Returns the first reason if none is taken, of those that opened if there
    /// are any. `None`: there is none that has entries.
    pub(crate) fn read(
        &self,
        now: UnixSeconds,
        mut accept: impl FnMut(Metadata, Wiped) -> Result<(), Reason>,
    ) -> Option<Result<(), Reason>> {
        let mut unread = None;
        let mut opened: Vec<(&[u8], &Source, OldSession)> = Vec::new();
        let mut has_more = false;
        for (source, values) in self.migration.sources.iter().zip(&self.values) {
            if !source.range.contains(&now) {
                continue;
            }
            has_more |= values.has_more;
            for value in values.iter() {
                match source.read(value) {
                    Ok(session) => opened.push((value, source, session)),
                    Err(reason) => _ = unread.get_or_insert(reason),
                }
            }
        }
        // One of two may have been planted by another host of the site. Several keys of one cookie open one value.
        let has_rivals = has_more || opened.windows(2).any(|pair| pair[0].0 != pair[1].0);
        if has_rivals && !opened.is_empty() {
            return Some(Err(Reason::Duplicate));
        }
        let mut refused = None;
        for (_, source, session) in opened {
            let Some(converted) = source.convert(session, now).transpose() else {
                continue;
            };
            match converted.and_then(|(dates, data)| accept(dates, data)) {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = refused.get_or_insert(reason),
            }
        }
        refused.or(unread).map(Err)
    }
}
