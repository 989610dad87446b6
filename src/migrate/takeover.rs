//! Old cookies of one cookie: names the fields that drop them, and takes over a session from a request's values if the
//! new cookie did not come (`session/opening.rs`).

#[cfg(feature = "tower")]
use std::task::{self, Poll, ready};
use std::{
    any::TypeId,
    ops::Range,
    sync::atomic::{AtomicBool, Ordering},
    time::SystemTime,
};

use super::{
    OldCookie,
    prepared::{Found, PreparedCookie},
};
use crate::{
    base::{config_error::ConfigError, reason::Reason, time::UnixSeconds},
    cookie::{Attributes, CookieName},
    events,
    session::{Accept, DroppedCookie, OldCookies, OldValues},
    token::{Context, Rejected},
};

/// All old cookies of one cookie.
pub(crate) struct Migration {
    /// Name of the new cookie, for events.
    new_name: String,
    cookies: Vec<PreparedCookie>,
    dropped: Vec<DroppedCookie>,
    /// `true` after a log event that the sessions of an old cookie seem to have begun too early.
    has_logged_range: AtomicBool,
    /// `true` after a log event that the range of an old cookie is over.
    has_logged_end: AtomicBool,
    /// `true` after a log event that browsers do not drop an old cookie.
    has_logged_leftover: AtomicBool,
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
            .map(|(old, range)| PreparedCookie::new(old, range, attributes, name, held))
            .collect::<Result<Vec<_>, _>>()?;
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
        events::begin_old_cookie_counters(name.as_str());
        Ok(Migration {
            new_name: name.to_string(),
            cookies,
            dropped,
            has_logged_range: false.into(),
            has_logged_end: false.into(),
            has_logged_leftover: false.into(),
        })
    }

    /// Returns the old cookies that a request brought.
    fn brought<'a>(
        &'a self,
        received: &'a [OldValues],
    ) -> impl Iterator<Item = &'a PreparedCookie> {
        let each = self.cookies.iter().zip(received);
        each.filter_map(|(cookie, (values, _))| values.iter().next().map(|_| cookie))
    }

    /// Tells the log that a cookie came too late to be read. A cookie with several keys may have a later range.
    fn log_end(&self, received: &[OldValues], now: UnixSeconds) {
        let is_over = |name: &CookieName| {
            let mut same = self.cookies.iter().filter(|it| it.template.name == *name);
            same.all(|cookie| cookie.range.end <= now)
        };
        let mut names = self.brought(received).map(|cookie| &cookie.template.name);
        if let Some(name) = names.find(|name| is_over(name)) {
            self.advise(&self.has_logged_end, || {
                format!(
                    "the range of the old cookie `{name}` is over, so its sessions are not taken over any more: remove its \
                     `migrate_from`, or let the range end later"
                )
            });
        }
    }

    /// Logs advice, unless this advice was logged before.
    fn advise(&self, is_logged: &AtomicBool, advice: impl FnOnce() -> String) {
        if !is_logged.swap(true, Ordering::Relaxed) {
            events::old_cookie_is_misread(&*self.new_name, advice());
        }
    }
}

impl OldCookies for Migration {
    fn dropped(&self) -> &[DroppedCookie] {
        &self.dropped
    }

    #[cfg(feature = "tower")]
    fn poll_kept_up(&self, task: &task::Context<'_>) -> Poll<()> {
        for cookie in &self.cookies {
            if let super::Source::SessionCookie { core, .. } = &cookie.old.source {
                ready!(core.slot.poll_kept_up(task));
            }
        }
        Poll::Ready(())
    }

    fn nothing(&self) -> Vec<OldValues> {
        self.cookies.iter().map(PreparedCookie::nothing).collect()
    }

    fn find_in(&self, field: &[u8], received: &mut [OldValues]) {
        for (cookie, received) in self.cookies.iter().zip(received) {
            cookie.find_in(field, received);
        }
    }

    /// Tries the cookies in their order. If different values open, under one name or several, no session is taken over.
    fn offer(
        &self,
        received: &[OldValues],
        context: Option<&Context>,
        now: UnixSeconds,
        accept: &mut Accept<'_>,
    ) -> Option<Result<(), Rejected>> {
        self.log_end(received, now);
        let mut unreadable = None;
        let mut opened: Vec<(&PreparedCookie, Found<'_>)> = Vec::new();
        let mut has_more = false;
        let is_read = |(cookie, _): &(&PreparedCookie, _)| cookie.range.contains(&now);
        for (cookie, received) in self.cookies.iter().zip(received).filter(is_read) {
            has_more |= received.0.has_more;
            for read in cookie.read(received, context, now) {
                match read {
                    Ok(found) => opened.push((cookie, found)),
                    Err(rejected) => Rejected::keep_first(&mut unreadable, rejected),
                }
            }
        }
        // Another host of the site may have planted one of two values. Several keys of one cookie open the same value.
        let are_rivals = |pair: &[(_, Found<'_>)]| pair[0].1.bytes() != pair[1].1.bytes();
        let has_rivals = has_more || opened.windows(2).any(are_rivals);
        if has_rivals && !opened.is_empty() {
            return Some(Err(Reason::Duplicate.into()));
        }
        let (mut rejected, mut outdated) = (None, None);
        for (cookie, found) in opened {
            // An old session with its own date is rightly rejected.
            let is_dated = found.is_dated();
            let taken = match cookie.convert(found, now) {
                Ok(None) => continue,
                Ok(Some(session)) => accept(session).inspect_err(|&reason| {
                    if reason == Reason::Expired && !is_dated {
                        outdated.get_or_insert(&cookie.template.name);
                    }
                }),
                Err(reason) => Err(reason),
            };
            match taken {
                Ok(()) => return Some(Ok(())),
                Err(reason) => _ = rejected.get_or_insert(reason.into()),
            }
        }
        let rejected: Option<Rejected> = rejected.or(unreadable);
        if let Some(name) = outdated
            && rejected.is_some_and(|rejected| rejected.reason == Reason::Expired)
        {
            self.advise(&self.has_logged_range, || {
                format!(
                    "sessions of the old cookie `{name}` are rejected: they have no date, so they count as begun when the range of \
                     `migrate_from` began, which is longer ago than the `absolute_timeout`; begin the range with the rollout"
                )
            });
        }
        rejected.map(Err)
    }

    fn note_leftover(&self, received: &[OldValues], written: UnixSeconds) {
        let mut brought = self.brought(received);
        if let Some(cookie) = brought.find(|cookie| cookie.range.contains(&written)) {
            let template = &cookie.template;
            self.advise(&self.has_logged_leftover, || {
                let dropped = template.expire_one(0, template.attributes.same_site);
                let name = &template.name;
                format!(
                    "browsers still have the old cookie `{name}`, so a sign-out brings its session back: give `OldCookie` the \
                     `path` and the `domain` that the old program set it with, and let no program set it any more; it was \
                     dropped by `{dropped}`"
                )
            });
        }
    }
}
