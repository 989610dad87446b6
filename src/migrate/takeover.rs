//! Values of old cookies in one request, and the session that is taken over from one of them. Asked only where no cookie
//! of ours came (`session/opening.rs`).

use std::sync::Arc;

use super::{
    OldSession,
    migration::Migration,
    prepared::{LONGEST_VALUE, PreparedCookie},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::{Template, Values},
    crypto::scratch::Wiped,
    session::{OldCookies, Predecessor},
    state::Metadata,
};

/// Values of old cookies that a request brought, one of which may become its session.
pub(crate) struct Takeover {
    migration: Arc<Migration>,
    /// As many as there are cookies.
    values: Vec<Values>,
}

impl Takeover {
    fn values(&self) -> impl Iterator<Item = &[u8]> {
        self.values.iter().flat_map(Values::iter)
    }
}

impl OldCookies for Migration {
    fn look(self: Arc<Self>) -> Box<dyn Predecessor> {
        Box::new(Takeover {
            values: vec![Values::default(); self.cookies.len()],
            migration: self,
        })
    }

    fn dropped(&self) -> &[(Template, UnixSeconds)] {
        &self.dropped
    }
}

impl Predecessor for Takeover {
    fn find_in(&mut self, field: &[u8]) {
        for (cookie, values) in self.migration.cookies.iter().zip(&mut self.values) {
            cookie.finder.find_in(field, LONGEST_VALUE, values);
        }
    }

    fn is_empty(&self) -> bool {
        self.values().next().is_none()
    }

    fn len(&self) -> usize {
        self.values().map(<[u8]>::len).sum()
    }

    /// In the order of the cookies. Of different values that open, under one name or several, none is taken.
    fn offer(
        &self,
        now: UnixSeconds,
        accept: &mut dyn FnMut(Metadata, Wiped) -> Result<(), Reason>,
    ) -> Option<Result<(), Reason>> {
        let mut unreadable = None;
        let mut opened: Vec<(&[u8], &PreparedCookie, OldSession)> = Vec::new();
        let mut has_more = false;
        for (cookie, values) in self.migration.cookies.iter().zip(&self.values) {
            if !cookie.range.contains(&now) {
                continue;
            }
            has_more |= values.has_more;
            for value in values.iter() {
                match cookie.open(value) {
                    Ok(session) => opened.push((value, cookie, session)),
                    Err(reason) => _ = unreadable.get_or_insert(reason),
                }
            }
        }
        // One of two may have been planted by another host of the site. Several keys of one cookie open one value.
        let has_rivals = has_more || opened.windows(2).any(|pair| pair[0].0 != pair[1].0);
        if has_rivals && !opened.is_empty() {
            return Some(Err(Reason::Duplicate));
        }
        let mut refused = None;
        for (_, cookie, session) in opened {
            let Some(converted) = cookie.convert(session, now).transpose() else {
                continue;
            };
            match converted.and_then(|(dates, data)| accept(dates, data)) {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = refused.get_or_insert(reason),
            }
        }
        refused.or(unreadable).map(Err)
    }
}
