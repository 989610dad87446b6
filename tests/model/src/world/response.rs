//! The response to a request: what becomes of the token, and of the fields for caches.

use std::sync::atomic::{AtomicU64, Ordering};

use hardtack::{Session, SessionError};
use http::{
    HeaderMap, HeaderName, HeaderValue, Response, StatusCode,
    header::{self, CACHE_CONTROL},
};

use super::{
    Sealed, World,
    application::Content,
    cookies::Held,
    reading::Reading,
    site::Door,
    time,
    visit::{Jar, Sent},
};
use crate::{
    case::{CacheField, Request, Status, Tenant},
    model::{self, Carrier, Change, Record, Visit},
};

impl World {
    pub fn response_to(&self, request: &Request, reading: &Reading) -> model::Response {
        let not_before = self.not_before.max(self.ring.not_before);
        let has_lapsed = reading.sealed.as_ref().is_some_and(|sealed| {
            !self.ring.accepts(sealed.key, self.now) || sealed.record.issued < not_before
        });
        match self.settings.carrier {
            // It knows nothing of requests and responses.
            Carrier::Token(_) => model::Response {
                status: 200,
                is_page: true,
                is_shareable: false,
                has_lapsed,
            },
            Carrier::Cookie(_) | Carrier::Header(..) => model::Response {
                status: respond(request).status().as_u16(),
                is_page: request.is_page()
                    && !(self.settings.refreshes_navigations_only
                        && request.mode() == Some("cors")),
                is_shareable: request.cached.is_some_and(|field| field.is_shareable()),
                has_lapsed,
            },
        }
    }

    pub fn check_fields(
        &self,
        answer: &mut HeaderMap,
        request: &Request,
        is_touched: bool,
        is_written: bool,
    ) {
        if is_touched {
            let is_sharing_allowed = self.settings.allows_shared_caching;
            check(answer, request.cached, is_written, is_sharing_allowed);
            let vary: Vec<_> = answer.get_all(header::VARY).iter().collect();
            let expected = match (request.cached, &self.settings.carrier) {
                (Some(CacheField::Vary), _) => CacheField::Vary.field().1,
                (_, Carrier::Header(name, _)) => *name,
                _ => "Cookie",
            };
            assert!(
                matches!(&vary[..], [only] if only.as_bytes().eq_ignore_ascii_case(expected.as_bytes())),
                "{vary:?}"
            );
        } else {
            assert_eq!(answer, respond(request).headers());
        }
    }

    /// Returns what a response does with the token that the browser keeps. A token may say that the session was active now.
    pub fn change_of<T: Content>(
        &self,
        door: &Door<T>,
        sent: &[Sent],
        visit: &Visit<'_>,
        tenant: Tenant,
    ) -> Change {
        if sent.iter().all(|sent| sent.value.is_empty()) {
            return if sent.is_empty() {
                Change::Keep
            } else {
                Change::Drop
            };
        }
        let mut stored = Jar::default();
        // Also a session whose idle timeout, which came with this request, is over.
        stored.receive(sent.iter().map(|sent| Sent {
            max_age: None,
            ..sent.clone()
        }));
        let held = stored.held(self.settings.name());
        let token = held.text().expect("the token is whole");
        let inspected = door.carrier.inspect(token, tenant, time(self.now));
        let last_active_at = inspected.expect("it opens").session.last_active_at;
        let record = visit.session.record.clone();
        let ages = [record.active, record.active.max(self.now)];
        let active = ages.into_iter().find(|&at| time(at) == last_active_at);
        Change::Store(Record {
            active: active.expect("its activity is that of before, or now"),
            ..record
        })
    }

    /// Checks what the browser has afterwards, if the response arrives at once.
    pub fn check_change(&mut self, jar: &Jar, sent: &[Sent], change: Change, tenant: Tenant) {
        let mut after = jar.clone();
        after.receive(sent.iter().cloned());
        match change {
            Change::Keep => assert!(sent.is_empty(), "{sent:?}"),
            Change::Drop => assert!(after.is_empty(), "{after:?}"),
            Change::Store(record) => {
                let set = sent.iter().filter(|sent| !sent.value.is_empty());
                let (most, longest) = self.settings.allowed();
                assert!((1..=most).contains(&set.clone().count()));
                let total: usize = set.clone().map(|sent| sent.len).sum();
                assert!(total <= self.settings.total(), "{set:?}");
                let is_cookie = matches!(self.settings.carrier, Carrier::Cookie(_));
                let is_persistent = is_cookie && self.settings.is_persistent(&record);
                let max_age = self.settings.end(&record).saturating_sub(self.now);
                let max_age = is_persistent.then(|| max_age.min(LONGEST_MAX_AGE));
                for sent in set.clone() {
                    assert!(sent.len <= longest, "{sent:?}");
                    assert_eq!(sent.max_age, max_age);
                }
                // A session that is over without another request, by an idle timeout that came with this one.
                if max_age == Some(0) {
                    assert!(after.is_empty(), "{after:?}");
                    return;
                }
                assert_eq!(set.count(), after.len());
                let Held::Token(token) = after.held(self.settings.name()) else {
                    panic!("{after:?} has no token");
                };
                let sealed = Sealed {
                    key: self.ring.sealing(self.now),
                    tenant,
                    record,
                    at: self.now,
                };
                // Without encryption the same session has the same token.
                let earlier = self.tokens.insert(token, sealed.clone());
                let at = self.now;
                let is_same =
                    |earlier| self.settings.is_signed && Sealed { at, ..earlier } == sealed;
                assert!(earlier.is_none_or(is_same), "a token comes back");
            }
        }
    }
}

/// Returns what the handler answers.
pub fn respond(request: &Request) -> Response<()> {
    let mut response = Response::new(());
    *response.status_mut() = match request.status {
        Status::Ok => StatusCode::OK,
        Status::NotFound => StatusCode::NOT_FOUND,
        Status::Failed => StatusCode::INTERNAL_SERVER_ERROR,
    };
    if let Some(field) = request.cached {
        field.add_to(response.headers_mut());
    }
    response
}

const LONGEST_MAX_AGE: u64 = 34_560_000;

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
