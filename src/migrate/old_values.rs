use std::sync::Arc;

use super::source::{LONGEST_VALUE, Source};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{CookieName, Values},
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
                match source.read(value, now) {
                    Ok(session) => opened.extend(session.map(|session| Opened {
                        name: &source.name,
                        value,
                        session,
                    })),
                    Err(reason) => _ = unread.get_or_insert(reason),
                }
            }
        }
        // One of two may have been planted by another host of the site.
        let rivals = |one: &Opened<'_>| opened.iter().any(|other| one.is_rival_of(other));
        let has_rival: Vec<_> = opened.iter().map(rivals).collect();
        let mut refused = None;
        for (old, has_rival) in opened.into_iter().zip(has_rival) {
            let (dates, data) = old.session;
            let taken = if has_rival {
                Err(Reason::Duplicate)
            } else {
                accept(dates, data)
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
    name: &'a CookieName,
    value: &'a [u8],
    session: (Metadata, Wiped),
}

impl Opened<'_> {
    fn is_rival_of(&self, other: &Opened<'_>) -> bool {
        self.name == other.name && self.value != other.value
    }
}
