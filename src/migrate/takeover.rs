//! Old cookies of one cookie: drops them in responses, and takes over a session from a request's values. Used only if
//! the request has no cookie of this crate (`session/opening.rs`).

use std::{
    any::TypeId,
    cell::OnceCell,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::SystemTime,
};

use super::{
    OldCookie,
    prepared::{Brought, Found, PreparedCookie},
};
use crate::{
    base::{config_error::ConfigError, reason::Reason, time::UnixSeconds},
    cookie::{Attributes, CookieName, Values},
    session::{Accept, DroppedCookie, OldCookies, Predecessor},
    token::{Context, Refused},
};

/// All old cookies that an application reads.
pub(crate) struct Migration {
    cookies: Vec<PreparedCookie>,
    dropped: Vec<DroppedCookie>,
    /// `true` after a log event that the sessions of an old cookie seem to have begun too early.
    told_of_range: AtomicBool,
    /// `true` after a log event that browsers do not drop an old cookie.
    told_of_attributes: AtomicBool,
}

impl Migration {
    /// Prepares all old cookies of a cookie with `attributes` and `name`, whose sessions hold `held`.
    pub(crate) fn new(
        all: &[(OldCookie, Range<SystemTime>)],
        attributes: &Attributes,
        name: &CookieName,
        held: TypeId,
    ) -> Result<Migration, ConfigError> {
        let cookies = all
            .iter()
            .map(|(old, range)| PreparedCookie::new(old, range, attributes, name, held));
        let cookies = cookies.collect::<Result<Vec<_>, _>>()?;
        let mut dropped: Vec<DroppedCookie> = Vec::new();
        for new in cookies.iter().flat_map(PreparedCookie::dropped) {
            let mut known = dropped.iter_mut();
            // A cookie with several keys occurs once for each key.
            match known.find(|known| known.template == new.template) {
                Some(known) => {
                    known.from = known.from.min(new.from);
                    known.cookies = known.cookies.max(new.cookies);
                }
                None => dropped.push(new),
            }
        }
        Ok(Migration {
            cookies,
            dropped,
            told_of_range: false.into(),
            told_of_attributes: false.into(),
        })
    }
}

/// Values of a request's old cookies. One of them may become its session.
pub(crate) struct Takeover {
    migration: Arc<Migration>,
    /// Name of an old cookie whose session has no date and is too old, counted from the beginning of its range.
    outdated: OnceCell<String>,
    /// Values of each cookie, in the order of the cookies.
    brought: Vec<Brought>,
}

impl Takeover {
    fn brought(&self) -> impl Iterator<Item = (&PreparedCookie, &Brought)> {
        self.migration.cookies.iter().zip(&self.brought)
    }

    fn values(&self) -> impl Iterator<Item = &[u8]> {
        let values = self.brought.iter().map(|brought| &brought.values);
        values.flat_map(Values::iter)
    }
}

impl OldCookies for Migration {
    fn look(self: Arc<Self>) -> Box<dyn Predecessor> {
        Box::new(Takeover {
            brought: self.cookies.iter().map(PreparedCookie::nothing).collect(),
            outdated: OnceCell::new(),
            migration: self,
        })
    }

    fn dropped(&self) -> &[DroppedCookie] {
        &self.dropped
    }
}

impl Predecessor for Takeover {
    fn find_in(&mut self, field: &[u8]) {
        for (cookie, brought) in self.migration.cookies.iter().zip(&mut self.brought) {
            cookie.find_in(field, brought);
        }
    }

    fn is_empty(&self) -> bool {
        self.values().next().is_none()
    }

    fn len(&self) -> usize {
        self.values().map(<[u8]>::len).sum()
    }

    /// Tries the cookies in their order. If different values open, under one name or several, no session is taken over.
    fn offer(
        &self,
        context: Option<&Context>,
        now: UnixSeconds,
        accept: &mut Accept<'_>,
    ) -> Option<Result<(), Refused>> {
        let mut unreadable = None;
        let mut opened: Vec<(&PreparedCookie, Found<'_>)> = Vec::new();
        let mut has_more = false;
        let is_read = |(cookie, _): &(&PreparedCookie, _)| cookie.range.contains(&now);
        for (cookie, brought) in self.brought().filter(is_read) {
            has_more |= brought.values.has_more;
            for read in cookie.read(brought, context, now) {
                match read {
                    Ok(found) => opened.push((cookie, found)),
                    Err(refused) => Refused::keep_first(&mut unreadable, refused),
                }
            }
        }
        // Another host of the site may have planted one of two values. Several keys of one cookie open the same value.
        let are_rivals = |pair: &[(_, Found<'_>)]| pair[0].1.bytes() != pair[1].1.bytes();
        let has_rivals = has_more || opened.windows(2).any(are_rivals);
        if has_rivals && !opened.is_empty() {
            return Some(Err(Reason::Duplicate.into()));
        }
        let mut refused = None;
        for (cookie, found) in opened {
            let taken = match found {
                Found::Session(opened) => accept(opened.metadata, opened.flash(), opened.payload()),
                Found::Entries(_, session) => {
                    let is_dated = session.created_at.is_some();
                    match cookie.convert(session, now) {
                        Ok(None) => continue,
                        Ok(Some((dates, data))) => {
                            let taken = accept(dates, &[], &data);
                            // An old session with its own date is rightly refused.
                            if taken == Err(Reason::Expired) && !is_dated {
                                _ = self.outdated.set(cookie.template.name.clone());
                            }
                            taken
                        }
                        Err(reason) => Err(reason),
                    }
                }
            };
            match taken {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = refused.get_or_insert(reason.into()),
            }
        }
        refused.or(unreadable).map(Err)
    }

    fn advice(&self, reason: Reason) -> Option<String> {
        let name = self.outdated.get().filter(|_| reason == Reason::Expired)?;
        let told = &self.migration.told_of_range;
        (!told.swap(true, Ordering::Relaxed)).then(|| {
            format!(
                "sessions of the old cookie `{name}` are refused: they have no date, so they count as begun when the range of \
                 `migrate_from` began, which is longer ago than the `absolute_timeout`; begin the range with the rollout"
            )
        })
    }

    fn advice_beside(&self, written: UnixSeconds) -> Option<String> {
        let told = &self.migration.told_of_attributes;
        if told.load(Ordering::Relaxed) {
            return None;
        }
        let is_left = |(cookie, brought): &(&PreparedCookie, &Brought)| {
            brought.values.iter().next().is_some() && cookie.range.contains(&written)
        };
        let (cookie, _) = self.brought().find(is_left)?;
        (!told.swap(true, Ordering::Relaxed)).then(|| {
            let (name, dropped) = (&cookie.template.name, cookie.template.expire_one(0));
            format!(
                "browsers still have the old cookie `{name}`, so a sign-out brings its session back: give `OldCookie` the \
                 `path` and the `domain` that the old program set it with, and let no program set it any more; it was \
                 dropped by `{dropped}`"
            )
        })
    }
}
