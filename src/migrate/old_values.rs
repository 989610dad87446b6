use std::sync::Arc;

use super::{
    OldSession,
    missed::Missed,
    source::{LONGEST_VALUE, Source},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{CookieName, Values},
    crypto::scratch::Wiped,
    state::Metadata,
};

/// The old cookies that an application reads.
pub(crate) struct OldCookies {
    sources: Vec<Source>,
    missed: Missed,
}

impl OldCookies {
    pub(crate) fn new(sources: Vec<Source>, new_name: &CookieName) -> OldCookies {
        OldCookies {
            missed: Missed::beside(&sources, new_name),
            sources,
        }
    }
}

/// The old cookies that a request brought.
pub(crate) struct OldValues {
    cookies: Arc<OldCookies>,
    /// As many as there are sources.
    values: Vec<Values>,
    missed: Option<&'static str>,
}

impl OldValues {
    /// `None`: there are no sources.
    pub(crate) fn of(cookies: &Arc<OldCookies>) -> Option<OldValues> {
        (!cookies.sources.is_empty()).then(|| OldValues {
            cookies: Arc::clone(cookies),
            values: vec![Values::default(); cookies.sources.len()],
            missed: None,
        })
    }

    pub(crate) fn find_in(&mut self, field: &[u8]) {
        for (source, values) in self.cookies.sources.iter().zip(&mut self.values) {
            source.finder.find_in(field, LONGEST_VALUE, values);
        }
        self.missed = self.missed.or_else(|| self.cookies.missed.find_in(field));
    }

    /// Returns the name of a cookie that keeps arriving beside no session, once, for a request that brought `own`
    /// values.
    pub(crate) fn missed_beside(&self, own: &Values) -> Option<&'static str> {
        let missed = self.missed.filter(|_| own.is_empty() && self.is_empty());
        missed.filter(|_| self.cookies.missed.is_warning_due())
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
        for (source, values) in self.cookies.sources.iter().zip(&self.values) {
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
            let taken = match source.convert(session, now) {
                Ok(Some((dates, data))) => accept(dates, data),
                Ok(None) => continue,
                Err(reason) => Err(reason),
            };
            match taken {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = refused.get_or_insert(reason),
            }
        }
        refused.or(unread).map(Err)
    }
}
