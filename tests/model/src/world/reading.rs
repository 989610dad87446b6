//! A request as its reader finds it, and the outcome of reading it (SPEC.md § 7).

use hardtack::{
    Session,
    session::{Outcome, Reason},
};

use super::{
    Sealed, World,
    application::Content,
    cookies::{Cookies, Held},
    ring::id_of,
};
use crate::{
    case::Tenant,
    model::{self, Carrier, Visit},
};

pub struct Reading {
    /// All tokens that the request brings.
    pub tokens: Vec<Held>,
    /// The one that is chosen.
    pub token: Held,
    pub has_cookies: bool,
    pub tenant: Tenant,
    /// What its token holds, if the site has sealed it.
    pub sealed: Option<Sealed>,
    /// Reason for which the session is not there (SPEC.md § 7.4 to § 7.8).
    pub refusal: Option<Reason>,
    /// It is left alone because the ring lacks its key.
    pub is_kept: bool,
}

/// What the site has sealed in a token, and the reason for which it does not open.
type Value<'a> = (&'a Held, Option<&'a Sealed>, Option<Reason>);

impl World {
    pub fn read(&self, cookies: &Cookies, tenant: Tenant) -> Reading {
        let has_layer = self.wiring.has_layer;
        let tenant = match self.settings.carrier {
            Carrier::Cookie(_) | Carrier::Header(..) if has_layer => tenant,
            // Only a layer takes the context from a request, and may find none.
            _ if tenant == Tenant::Unknown => Tenant::Own,
            _ => tenant,
        };
        let name = self.settings.name();
        let tokens = match tenant {
            Tenant::Unknown => Vec::new(),
            _ => cookies.held(name),
        };
        let values = tokens.iter().map(|token| {
            let sealed = token.text().and_then(|token| self.tokens.get(token));
            let refusal = sealed.and_then(|sealed| self.refusal(sealed, tenant));
            (token, sealed, refusal)
        });
        let values = values.collect::<Vec<_>>();
        let (token, sealed, refusal) = self.choose(&values);
        let is_refused = |&(_, sealed, refusal): &Value<'_>| sealed.is_none() || refusal.is_some();
        let lacks_key = |&(_, _, refusal): &Value<'_>| refusal == Some(Reason::UnknownKey);
        let is_kept = values.iter().all(is_refused) && values.iter().any(lacks_key);
        Reading {
            is_kept: is_kept && self.settings.keeps_unknown_keys,
            has_cookies: cookies.has_any(name),
            refusal,
            sealed: sealed.cloned(),
            tenant,
            token: token.clone(),
            tokens,
        }
    }

    /// Chooses among the values of one name (SPEC.md § 7.0).
    fn choose<'a>(&self, values: &[Value<'a>]) -> Value<'a> {
        let opening = values
            .iter()
            .filter_map(|&(token, sealed, refusal)| match refusal {
                None => Some((token, sealed?)),
                Some(_) => None,
            });
        let opening: Vec<_> = opening.collect();
        let Some(&(_, first)) = opening.first() else {
            return *values.first().unwrap_or(&(&Held::Nothing, None, None));
        };
        let id = first.record.id;
        let is_of_one = id.is_some() && opening.iter().all(|(_, sealed)| sealed.record.id == id);
        if opening.len() > 1 && !self.settings.is_host_only && !is_of_one {
            return (&Held::Pieces, None, Some(Reason::Duplicate));
        }
        // Of those that are equally new it is the last one here, and so the first in the request.
        let newest = opening
            .into_iter()
            .rev()
            .max_by_key(|(_, sealed)| (sealed.record.issued, sealed.record.active));
        let (token, sealed) = newest.expect("there is a first");
        (token, Some(sealed), None)
    }

    fn refusal(&self, sealed: &Sealed, tenant: Tenant) -> Option<Reason> {
        let (key, record) = (sealed.key, &sealed.record);
        if self.ring.place_of(key).is_none() {
            Some(Reason::UnknownKey)
        } else if self.ring.is_retired(key, self.now) {
            // A ring that ends it no earlier than it is needed ends no session (SPEC.md § 3.4.8).
            let is_over = self
                .ring
                .is_needed_no_more(key, self.settings.need(), self.now);
            assert!(
                !is_over
                    || !self.ring.has_sealed_in_time(key, sealed.at)
                    || self.refusal_at(record, self.now).is_some()
            );
            Some(Reason::RetiredKey)
        } else if sealed.tenant != tenant {
            Some(Reason::Auth)
        } else {
            self.refusal_at(record, self.now)
        }
    }

    /// Returns the reason for which a session does not open at `now` although its token does.
    pub fn refusal_at(&self, record: &model::Record, now: u64) -> Option<Reason> {
        let not_before = self.not_before.max(self.ring.not_before);
        let is_revoked = |id| self.application.knowledge().revoked.contains(&id);
        let revoked = || record.id.is_some_and(is_revoked).then_some(Reason::Revoked);
        let refusal = self.settings.refusal(record, now, not_before);
        refusal.or_else(revoked)
    }

    pub fn check_outcome<T: Content>(
        &self,
        session: &Session<T>,
        reading: &Reading,
        visit: &Visit<'_>,
    ) {
        let outcome = session.outcome();
        let Some(sealed) = &reading.sealed else {
            let told = (outcome.name(), outcome.reason().is_some());
            match reading.token {
                Held::Nothing => assert_eq!(told, ("Absent", false)),
                _ => assert_eq!(told, ("Rejected", true)),
            }
            assert!(reading.refusal.is_none() || outcome.reason() == reading.refusal);
            return;
        };
        let key_id = id_of(sealed.key, self.settings.is_signed);
        let expected = match reading.refusal.or_else(|| visit.reason()) {
            Some(reason) => {
                let key_id = Some(key_id);
                Outcome::Rejected { reason, key_id }
            }
            None if sealed.key == self.ring.sealing(self.now) => Outcome::Opened { key_id },
            None => Outcome::OpenedUnderAcceptedKey { key_id },
        };
        assert_eq!(outcome, expected);
    }
}
