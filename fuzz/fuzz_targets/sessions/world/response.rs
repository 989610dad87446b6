//! The response to a request: what becomes of the token, and of the fields for caches.

use http::{HeaderMap, Response, StatusCode, header};

use super::{
    Sealed, World, caches,
    cookies::Held,
    reading::Reading,
    visit::{Jar, Sent},
};
use crate::{
    case::{CacheField, Request, Status, Tenant},
    model::{self, Carrier, Change},
};

impl World {
    pub fn response_to(&self, request: &Request, reading: &Reading) -> model::Response {
        let key = reading.sealed.as_ref().map(|sealed| sealed.key);
        let place = key.and_then(|key| self.ring.place_of(key));
        let is_under_earlier_key =
            place.is_some_and(|place| place < self.ring.sealing_place(self.now));
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
                is_under_earlier_key,
                has_lapsed,
            },
            Carrier::Cookie(_) | Carrier::Header(..) => model::Response {
                status: respond(request).status().as_u16(),
                is_page: request.is_page(),
                is_shareable: request.cached.is_some_and(|field| field.is_shareable()),
                is_under_earlier_key,
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
            caches::check(answer, request.cached, is_written, is_sharing_allowed);
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
