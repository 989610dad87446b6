//! Values of old cookies in one request, and the session that is taken over from one of them. Asked only where no cookie
//! of ours came (`session/opening.rs`).

use std::sync::Arc;

use super::{
    migration::Migration,
    prepared::{Found, PreparedCookie},
};
use crate::{
    base::{reason::Reason, time::UnixSeconds},
    cookie::Values,
    session::{Accept, DroppedCookie, OldCookies, Predecessor},
    token::Context,
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
            values: self.cookies.iter().map(PreparedCookie::no_values).collect(),
            migration: self,
        })
    }

    fn dropped(&self) -> &[DroppedCookie] {
        &self.dropped
    }
}

impl Predecessor for Takeover {
    fn find_in(&mut self, field: &[u8]) {
        for (cookie, values) in self.migration.cookies.iter().zip(&mut self.values) {
            cookie.find_in(field, values);
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
        context: Option<&Context>,
        now: UnixSeconds,
        accept: &mut Accept<'_>,
    ) -> Option<Result<(), Reason>> {
        let mut unreadable = None;
        let mut opened: Vec<(&[u8], &PreparedCookie, Found)> = Vec::new();
        let mut has_more = false;
        for (cookie, values) in self.migration.cookies.iter().zip(&self.values) {
            if !cookie.range.contains(&now) {
                continue;
            }
            has_more |= values.has_more;
            for read in cookie.read(values, context, now) {
                match read {
                    Ok((value, found)) => opened.push((value, cookie, found)),
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
        for (_, cookie, found) in opened {
            let taken = match found {
                Found::Session(opened) => {
                    accept(opened.layout.metadata, opened.flash(), opened.payload())
                }
                Found::Entries(session) => match cookie.convert(session, now) {
                    Ok(None) => continue,
                    Ok(Some((dates, data))) => accept(dates, &[], &data),
                    Err(reason) => Err(reason),
                },
            };
            match taken {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = refused.get_or_insert(reason),
            }
        }
        refused.or(unreadable).map(Err)
    }
}
