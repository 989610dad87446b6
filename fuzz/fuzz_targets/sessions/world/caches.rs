//! Fields for caches, and what has become of them when the session was saved (docs/spec/carriers.md § 9.8).
//!
//! What goes on when the head of the response was sent: functions that are told of it, and tasks.

use std::sync::atomic::{AtomicU64, Ordering};

use hardtack::{Session, SessionError};
use http::{HeaderMap, HeaderName, HeaderValue, header::CACHE_CONTROL};

use super::{World, content::Content, cookies::Held, reading::Reading};
use crate::{
    case::{CacheField, Request},
    model::{Change, Visit},
};

impl CacheField {
    /// Returns whether a response with this field may be given to other visitors.
    pub fn is_shareable(self) -> bool {
        match self {
            CacheField::PublicPrivate
            | CacheField::NoStore
            | CacheField::NoStoreOfCdn
            | CacheField::Expired
            | CacheField::Vary => false,
            CacheField::Public
            | CacheField::NoStoreIfUnderstood
            | CacheField::Quoted
            | CacheField::OfCdn
            | CacheField::OfNginx
            | CacheField::ExpiresLater => true,
        }
    }

    pub fn add_to(self, answer: &mut HeaderMap) {
        let (name, value) = self.field();
        let name = HeaderName::from_static(name);
        answer.insert(name, HeaderValue::from_static(value));
    }

    pub fn field(self) -> (&'static str, &'static str) {
        match self {
            CacheField::Public => ("cache-control", "public, max-age=60"),
            CacheField::PublicPrivate => ("cache-control", "public, Private"),
            CacheField::NoStore => ("cache-control", "max-age=0,no-store"),
            CacheField::NoStoreIfUnderstood => ("cache-control", "must-understand, no-store"),
            CacheField::Quoted => ("cache-control", "private=\"a, private, b\""),
            CacheField::OfCdn => ("cdn-cache-control", "max-age=60, private"),
            CacheField::NoStoreOfCdn => ("surrogate-control", "no-store"),
            CacheField::OfNginx => ("x-accel-expires", "60"),
            CacheField::ExpiresLater => ("expires", "Wed, 01 Jan 2031 00:00:00 GMT"),
            CacheField::Expired => ("expires", "Thu, 01 Jan 1970 00:00:00 GMT"),
            CacheField::Vary => ("vary", "Accept, COOKIE, x-session,authorization"),
        }
    }
}

/// Checks the fields of a response whose session was touched, or written.
pub fn check(
    answer: &HeaderMap,
    set: Option<CacheField>,
    is_written: bool,
    is_sharing_allowed: bool,
) {
    let is_shareable = set.is_some_and(CacheField::is_shareable);
    let control = answer.get(CACHE_CONTROL).map(HeaderValue::as_bytes);
    let (name, value) = set.map_or(("", ""), CacheField::field);
    if is_shareable && is_sharing_allowed {
        assert_eq!(answer[name], value);
    } else if is_written && !matches!(set, Some(CacheField::NoStore)) {
        assert_eq!(control, Some(&b"no-store"[..]));
        match name {
            "x-accel-expires" | "expires" => assert_eq!(answer[name], "0"),
            "cdn-cache-control" => assert_eq!(answer[name], "no-store"),
            _ => {}
        }
    } else if name == "cache-control" {
        assert_eq!(answer[name], value);
    } else {
        assert_eq!(control, Some(&b"private"[..]));
    }
}

impl World {
    /// Checks that `on_outcome` was told of each session that was read, once and at its end.
    pub fn check_told<T: Content>(
        &self,
        session: Option<&Session<T>>,
        visit: &Visit<'_>,
        reading: &Reading,
    ) {
        let told = self.application.knowledge().told.clone();
        let may_be_read = self.is_eager() || self.settings.counts_requests();
        match session {
            Some(session) => {
                let len: usize = reading
                    .tokens
                    .iter()
                    .filter_map(Held::text)
                    .map(str::len)
                    .sum();
                let is_whole = !reading.tokens.contains(&Held::Pieces);
                assert_eq!(told.len(), 1);
                assert_eq!(told[0].0, session.outcome());
                assert!(!is_whole || told[0].1 == len);
            }
            None => {
                assert!(told.len() <= usize::from(may_be_read), "{told:?}");
                assert!(told.len() >= usize::from(visit.is_touched));
            }
        }
    }

    /// Returns the key under which the session of a task is sealed: the one that arrived, or was begun in its place.
    pub fn key_of(&self, visit: &Visit<'_>, reading: &Reading, change: &Change) -> Option<usize> {
        if visit.is_renewed() {
            let is_stored = matches!(change, Change::Store(_));
            return is_stored.then(|| self.ring.sealing(self.now));
        }
        let has_opened = reading.refusal.or_else(|| visit.reason()).is_none();
        let opened = reading.sealed.as_ref().filter(|_| has_opened);
        opened.map(|sealed| sealed.key)
    }

    /// Checks what a task sees that goes on when the head of the response was sent.
    pub fn check_task<T: Content>(
        &self,
        session: &Session<T>,
        request: &Request,
        visit: &Visit<'_>,
        key: Option<usize>,
        clock: &AtomicU64,
    ) {
        for refused in [session.clear(), session.renew(), session.flash("", "late")] {
            assert!(matches!(refused, Err(SessionError::AfterHead)));
        }
        let Some(task) = request.task else {
            return;
        };
        let later = self.time_of(task);
        clock.store(later, Ordering::Relaxed);
        let is_open = |lasting| {
            self.refusal_at(lasting, later).is_none()
                && key.is_none_or(|key| self.ring.accepts(key, later))
        };
        let is_alive = visit.is_vouched_for(later) && visit.lasting().is_none_or(is_open);
        assert_eq!(session.is_alive(), is_alive);
    }
}
