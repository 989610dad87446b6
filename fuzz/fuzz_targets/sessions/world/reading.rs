//! A request as its reader finds it, and the outcome of reading it (SPEC.md § 7).

use hardtack::{
    Session,
    session::{Outcome, Reason},
};

use super::{
    Sealed, World,
    browser::{Held, Jar},
    content::Content,
    keys::id_of,
};
use crate::{
    case::Tenant,
    model::{self, Carrier, Visit},
};

pub struct Reading {
    pub token: Held,
    pub has_cookies: bool,
    pub tenant: Tenant,
    /// What its token holds, if the site has sealed it.
    pub sealed: Option<Sealed>,
    /// Reason for which the session is not there (SPEC.md § 7.4 to § 7.8).
    pub refusal: Option<Reason>,
}

impl World {
    pub fn read(&self, jar: &Jar, tenant: Tenant) -> Reading {
        let has_layer = self.wiring.has_layer;
        let tenant = match self.settings.carrier {
            Carrier::Cookie(_) | Carrier::Header(..) if has_layer => tenant,
            // Only a layer takes the context from a request, and may find none.
            _ if tenant == Tenant::Unknown => Tenant::Own,
            _ => tenant,
        };
        let token = match tenant {
            Tenant::Unknown => Held::Nothing,
            _ => jar.held(),
        };
        let sealed = token.text().and_then(|token| self.tokens.get(token));
        Reading {
            has_cookies: !jar.is_empty(),
            refusal: sealed.and_then(|sealed| self.refusal(sealed, tenant)),
            sealed: sealed.cloned(),
            tenant,
            token,
        }
    }

    fn refusal(&self, sealed: &Sealed, tenant: Tenant) -> Option<Reason> {
        let (key, record) = (sealed.key, &sealed.record);
        if self.ring.place_of(key).is_none() {
            Some(Reason::UnknownKey)
        } else if self.ring.is_retired(key, self.now) {
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

impl Held {
    pub fn text(&self) -> Option<&str> {
        match self {
            Held::Token(token) => Some(token),
            Held::Nothing | Held::Pieces => None,
        }
    }
}
