//! Decides at the end of a request what becomes of the client's token (docs/spec/writer.md § 8.12). `lifetime.rs` says
//! when a refresh is due, and `session/loaded.rs` says how the session stands under the key ring.

use super::{
    body_to_seal::BodyToSeal,
    data::{Ended, Policy, SaveMode, State},
    facts::{AlreadySent, RequestFacts, ResponseFacts, Standing},
};
use crate::crypto::scratch::Wiped;

/// Extent to which a response depends on its session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Dependence {
    #[default]
    Untouched,
    /// The session was touched, and at most refreshed or sealed again.
    Touched,
    /// The content was written, the session has ended, or the response already sets or drops a session.
    Written,
}

/// Decision about a session that was touched.
#[derive(Clone, Copy)]
pub(crate) enum Decision {
    /// The client keeps the session as it is.
    Keep,
    /// A refresh, a new key or a new device is due, but there is no room, so the client keeps what it has.
    KeepTooLarge,
    /// A change was to be stored, but the session has lapsed, so the client keeps what it has.
    KeepLapsed,
    /// A new session was to be stored, but the browser may hide another, so the client keeps what it has.
    KeepHidden,
    /// The response already sets or drops another session, so mere changes of this one are left out.
    KeepSent,
    /// A visitor's session was changed, but the server failed, so the client keeps what it has.
    KeepFailed,
    /// A refresh is due, but fetching a page in advance is no visit. The client keeps what it has, and no copy of the page,
    /// so that the visit asks again.
    KeepForVisit,
    /// The session has ended, so the client drops it.
    Drop,
    /// The client stores content that was changed, or that `save` asked for.
    Store(BodyToSeal),
    /// The client stores the same content with an age that is up to date. This is optional.
    Refresh(BodyToSeal),
    /// The client stores the same content under another key, or with its device. This is optional.
    Reseal(BodyToSeal),
}

impl Policy {
    /// Returns `true` if the response is no error, is no part of a page, and goes to the visitor alone unless the
    /// application shares such pages. Other responses carry no refresh and no new key, which would race with sign-in and
    /// sign-out in parallel requests. A page that the site itself prefetches may carry them, because a
    /// browser that shows it asks no more.
    pub(crate) fn may_refresh_in(&self, response: ResponseFacts, request: RequestFacts) -> bool {
        let is_shared = response.is_shareable && !self.shared_caching;
        response.status < 400 && !is_shared && !request.refreshes_nothing
    }

    /// Returns `true` if the request is activity of its session, even if no handler touches it. A response that others
    /// may store carries no session unless its handler uses one.
    #[inline]
    pub(crate) fn counts_request(&self, response: ResponseFacts, request: RequestFacts) -> bool {
        self.counts_every_request()
            && self.may_refresh_in(response, request)
            && !response.is_shareable
    }
}

impl<T> State<T> {
    /// Decides what becomes of the client's token, given what the response already says about it.
    pub(crate) fn decide(&self, response: ResponseFacts, standing: Standing) -> Decision {
        let decision = self.decide_alone(response, standing);
        match (decision, response.already_sent) {
            (_, AlreadySent::Nothing) => decision,
            // What the response says is newer than an age or a key.
            (Decision::Refresh(_) | Decision::Reseal(_), _) => Decision::Keep,
            // Writing this session would undo what an inner service did, which may be a sign-out.
            (Decision::Store(_) | Decision::Drop, AlreadySent::Other)
                if !self.has_begun_or_ended() =>
            {
                Decision::KeepSent
            }
            _ => decision,
        }
    }

    fn decide_alone(&self, response: ResponseFacts, standing: Standing) -> Decision {
        // A timeout dropped the handler midway, so nothing is saved.
        if response.status == 408 {
            return Decision::Keep;
        }
        let is_silenced = self.is_silenced(response.status);
        // Otherwise the holder of a leaked key could use slow requests to get forgeries sealed under the next key.
        let has_lapsed = standing == Standing::Lapsed;
        if self.is_gone(is_silenced || has_lapsed) {
            return self.drop_if_any(response.already_sent);
        }
        if is_silenced {
            // A page that fails for somebody without a session loses nothing.
            let is_lost = self.save == SaveMode::Auto && !self.is_new() && self.has_changed();
            return if is_lost && !response.has_refused {
                Decision::KeepFailed
            } else {
                Decision::Keep
            };
        }
        // A new session that is stored by `save` alone would give each crawler a cookie.
        let is_forced = self.save == SaveMode::Force && !self.is_new();
        if is_forced || self.has_changed() {
            return if has_lapsed {
                Decision::KeepLapsed
            // With a request of another site a browser hides the visitor's session, which a new one would replace. Only a
            // sign-in is meant to.
            } else if self.draft.renewed || !self.request.may_hide {
                self.store(response.already_sent)
            } else if self.draft.ended.is_some() && self.is_there(response.already_sent) {
                // The sign-out takes effect, although its message is lost.
                Decision::Drop
            } else {
                Decision::KeepHidden
            };
        }
        if has_lapsed || self.is_new() || !self.policy.may_refresh_in(response, self.request) {
            return Decision::Keep;
        }
        self.refresh(standing == Standing::UnderEarlierKey)
    }

    /// Returns `true` if the application has begun or ended a session in this request.
    pub(crate) fn has_begun_or_ended(&self) -> bool {
        self.draft.renewed || self.draft.ended.is_some()
    }

    /// Returns `true` if a successful response stores the session or drops its token, because it was changed.
    #[cold]
    pub(crate) fn is_to_write(&self) -> bool {
        match self.decide(ResponseFacts::UNKNOWN, Standing::Good) {
            Decision::Drop => true,
            // Without a change, `save` asks for it.
            Decision::Store(_) => self.has_changed(),
            _ => false,
        }
    }

    /// Returns `true` if the application invalidated the session that opened, but not for a sign-in.
    pub(crate) fn has_replaced(&self) -> bool {
        self.received.opened_metadata().is_some()
            && self.draft.ended == Some(Ended::Invalidated)
            && !self.draft.renewed
    }

    /// Returns `true` if no content is saved: it was discarded, or this is the status of a server error, which saves none
    /// unless the application insists.
    fn is_silenced(&self, status: u16) -> bool {
        match self.save {
            SaveMode::Auto => status >= 500 && !self.policy.save_on_server_error,
            SaveMode::Discard => true,
            SaveMode::Force => false,
        }
    }

    /// Returns `true` if nothing remains of the session. The application has ended it, and has stored nothing since that
    /// is saved, or has taken everything out of it, which is a change like any other. A failed `sign_in` in place of a
    /// session that was just taken over leaves the old cookie, because it may only have completed the old sign-in.
    fn is_gone(&self, is_silenced: bool) -> bool {
        let is_discarded = self.save == SaveMode::Discard;
        match self.draft.ended {
            Some(Ended::SignedIn)
                if is_silenced && !is_discarded && self.received.was_taken_over() =>
            {
                false
            }
            // A `clear` can be discarded, but not an invalidation.
            Some(Ended::Invalidated | Ended::SignedIn) => {
                is_discarded || is_silenced || self.is_nothing()
            }
            Some(Ended::Cleared) => !is_discarded && (is_silenced || self.is_empty()),
            None => !is_discarded && !is_silenced && self.is_nothing() && self.has_changed(),
        }
    }

    /// Stores the session, unless its absolute deadline has passed.
    fn store(&self, already_sent: AlreadySent) -> Decision {
        let (unused, lifetimes) = (self.draft.metadata, &self.policy.lifetimes);
        // The next request would refuse it.
        if self.now >= lifetimes.absolute_deadline(&unused) {
            return self.drop_if_any(already_sent);
        }
        let active = unused.active_at(self.now);
        let is_activity = lifetimes.moves(&unused, self.now, self.is_validated());
        // A session that arrived too large keeps its age if a longer one does not fit.
        let is_moved = is_activity && self.may_send(BodyToSeal::With(active)).is_some();
        Decision::Store(BodyToSeal::With(if is_moved { active } else { unused }))
    }

    /// Seals the same content again if a refresh, a new key or a new device is due, and there is room.
    fn refresh(&self, reseal: bool) -> Decision {
        let lifetimes = &self.policy.lifetimes;
        let is_due = lifetimes.is_refresh_due(&self.draft.metadata, self.now, self.is_validated());
        if self.request.is_preload {
            let keep = [Decision::Keep, Decision::KeepForVisit];
            return keep[usize::from(is_due)];
        }
        let refreshed = BodyToSeal::With(self.draft.metadata.active_at(self.now));
        if is_due && self.may_send(refreshed).is_some() {
            Decision::Refresh(refreshed)
        } else if reseal || self.admitted.became_bound() {
            self.reseal()
        } else if is_due {
            Decision::KeepTooLarge
        } else {
            Decision::Keep
        }
    }

    /// Seals the same content again, which is no activity of the visitor.
    pub(crate) fn reseal(&self) -> Decision {
        let same = if self.admitted.became_bound() {
            BodyToSeal::With(self.draft.metadata)
        } else {
            BodyToSeal::AsArrived
        };
        match self.may_send(same) {
            Some(_) => Decision::Reseal(same),
            None => Decision::KeepTooLarge,
        }
    }

    /// Drops the client's token, unless no token arrived and the response neither sets nor drops one.
    fn drop_if_any(&self, already_sent: AlreadySent) -> Decision {
        if self.is_there(already_sent) {
            Decision::Drop
        } else {
            Decision::Keep
        }
    }

    /// Returns `true` if the client has a token or an old cookie, or will have one by what the response says already.
    fn is_there(&self, already_sent: AlreadySent) -> bool {
        self.received.has_token() || already_sent != AlreadySent::Nothing
    }

    fn has_changed(&self) -> bool {
        // By bytes, so a change that is undone costs no cookie.
        let Some(arrived) = self.received.arrived() else {
            return !self.is_nothing();
        };
        let differs =
            |now: &Option<Wiped>, before: &[u8]| now.as_ref().is_some_and(|now| **now != *before);
        arrived.is_taken_over()
            || !arrived.has_metadata(self.draft.metadata)
            || differs(&self.draft.payload, arrived.payload())
            || differs(&self.draft.flash, arrived.flash())
    }

    /// Returns `true` if `token` is the session that arrived, with the same content and any age.
    pub(crate) fn arrived_as(&self, token: &super::Body) -> bool {
        self.received.arrived().is_some_and(|arrived| {
            arrived.has_metadata(token.metadata)
                && (token.payload(), token.flash()) == (arrived.payload(), arrived.flash())
        })
    }

    /// Returns `true` if the session is empty and not remembered.
    fn is_nothing(&self) -> bool {
        self.is_empty() && self.draft.metadata.remembered.is_none()
    }

    /// Returns `true` if the session has no content, no messages and no id.
    fn is_empty(&self) -> bool {
        self.draft.metadata.sid.is_none()
            && self.flash_bytes().is_empty()
            && self.has_empty_payload()
    }

    pub(super) fn has_empty_payload(&self) -> bool {
        self.draft.metadata.schema == self.policy.schema
            && *self.payload() == *self.policy.empty_payload
    }
}
