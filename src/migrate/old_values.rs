use std::sync::Arc;

use super::source::{LONGEST_VALUE, Source};
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

    /// Hands the old sessions to `accept`, in the order of the sources, until it takes one. Several that open under one
    /// name are refused. Returns the first reason if none is taken. `None`: there is none that has entries.
    pub(crate) fn read(
        &self,
        now: UnixSeconds,
        mut accept: impl FnMut(Metadata, Wiped) -> Result<(), Reason>,
    ) -> Option<Result<(), Reason>> {
        let mut first = None;
        for (source, values) in self.sources.iter().zip(&self.values) {
            if !source.range.contains(&now) {
                continue;
            }
            let mut refused = |reason| _ = first.get_or_insert(Err(reason));
            let mut opened = Vec::new();
            for value in values.iter() {
                match source.read(value, now) {
                    Ok(session) => opened.extend(session),
                    Err(reason) => refused(reason),
                }
            }
            // One may have been planted by another host of the site.
            if opened.len() > 1 {
                refused(Reason::Duplicate);
                continue;
            }
            let taken = opened.pop().map(|(dates, data)| accept(dates, data));
            match taken {
                Some(Ok(())) => return Some(Ok(())),
                Some(Err(reason)) => refused(reason),
                None => {}
            }
        }
        first
    }
}
