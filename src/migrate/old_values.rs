use std::sync::Arc;

use super::{
    OldSession,
    source::{LONGEST_VALUE, Source},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Values,
    crypto::scratch::Wiped,
    state::Metadata,
};

/// The old cookies that a request brought.
pub(crate) struct OldValues {
    sources: Arc<[Source]>,
    /// As many as there are sources.
    values: Vec<Values>,
}

impl OldValues {
    /// `None`: there are no sources.
    pub(crate) fn of(sources: &Arc<[Source]>) -> Option<OldValues> {
        (!sources.is_empty()).then(|| OldValues {
            sources: Arc::clone(sources),
            values: vec![Values::default(); sources.len()],
        })
    }

    pub(crate) fn find_in(&mut self, field: &[u8]) {
        for (source, values) in self.sources.iter().zip(&mut self.values) {
            source.finder.find_in(field, LONGEST_VALUE, values);
        }
    }

    /// Returns `true` if the request brought none.
    pub(crate) fn is_empty(&self) -> bool {
        self.values
            .iter()
            .all(|values| values.iter().next().is_none())
    }

    /// The length of all values.
    pub(crate) fn len(&self) -> usize {
        self.values
            .iter()
            .flat_map(Values::iter)
            .map(<[u8]>::len)
            .sum()
    }

    /// Hands the old sessions to `accept`, in the order of the sources, until it takes one. Different values of one name
    /// that open are refused. Returns the first reason if none is taken, of those that opened if there are any. `None`:
    /// there is none that has entries.
    pub(crate) fn read(
        &self,
        now: UnixSeconds,
        mut accept: impl FnMut(Metadata, Wiped) -> Result<(), Reason>,
    ) -> Option<Result<(), Reason>> {
        let mut unread = None;
        let mut opened = Vec::new();
        for (source, values) in self.sources.iter().zip(&self.values) {
            if !source.range.contains(&now) {
                continue;
            }
            for value in values.iter() {
                match source.read(value) {
                    Ok(session) => opened.push(Opened {
                        source,
                        value,
                        has_more: values.has_more,
                        session,
                    }),
                    Err(reason) => _ = unread.get_or_insert(reason),
                }
            }
        }
        // One of two may have been planted by another host of the site.
        let rivals = |one: &Opened<'_>| opened.iter().any(|other| one.is_rival_of(other));
        let has_rival: Vec<_> = opened.iter().map(rivals).collect();
        let mut refused = None;
        for (old, has_rival) in opened.into_iter().zip(has_rival) {
            let taken = if has_rival || old.has_more {
                Err(Reason::Duplicate)
            } else {
                match old.source.convert(old.session, now) {
                    Ok(Some((dates, data))) => accept(dates, data),
                    Ok(None) => continue,
                    Err(reason) => Err(reason),
                }
            };
            match taken {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = refused.get_or_insert(reason),
            }
        }
        refused.or(unread).map(Err)
    }
}

/// A value that opened. Several keys of one cookie are several sources of its name.
struct Opened<'a> {
    source: &'a Source,
    value: &'a [u8],
    /// The request had more values of this name than were looked at.
    has_more: bool,
    session: OldSession,
}

impl Opened<'_> {
    fn is_rival_of(&self, other: &Opened<'_>) -> bool {
        self.source.name == other.source.name && self.value != other.value
    }
}
