//! The decision about a session at the end of its request (docs/spec/writer.md § 8.7).

use super::{
    State,
    data::{Ending, SaveMode},
    lifetime::active_age,
};
use crate::crypto::scratch::Wiped;

/// The response that a session is saved for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Circumstances {
    pub(crate) status: u16,
    /// Others than the visitor may store the response.
    pub(crate) is_shareable: bool,
}

impl Circumstances {
    /// Those of a response of which nothing is known: it succeeded, and is for the visitor alone.
    pub(crate) const UNKNOWN: Circumstances = Circumstances {
        status: 200,
        is_shareable: false,
    };
}

/// The decision about a session at the end of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The client keeps the session as it is.
    Leave,
    /// The client keeps the session as it is: a refresh is due, and there is no room for it.
    NoRoom,
    /// The application ended the session, so the client must drop it.
    Expire,
    /// Content is to be written, with this age.
    Write { age: u32 },
    /// The same content is to be written with this age, for a refresh or a new key. This is optional.
    Refresh { age: u32 },
}

impl<T> State<'_, T> {
    /// Decides. `reseal`: the session opened under a key that a newer one has replaced. `is_subresource`: the request
    /// was for an image, a script or another part of a page.
    pub(crate) fn verdict(
        &self,
        circumstances: Circumstances,
        is_subresource: bool,
        reseal: bool,
    ) -> Verdict {
        #[cfg(feature = "device-bound")]
        if self.is_stale() {
            return Verdict::Leave;
        }
        #[cfg(feature = "device-bound")]
        let reseal = reseal || self.data.is_promoted;
        let is_silenced = circumstances.status >= 500
            && !self.policy.save_on_server_error
            && self.data.save_mode != SaveMode::Force;
        let is_discarded = self.data.save_mode == SaveMode::Discard;

        // A session that has ended also ends where new content is not written.
        let has_ended = match self.data.ending {
            Ending::Invalidated => {
                is_discarded
                    || is_silenced
                    || (self.has_nothing() && !self.data.metadata.is_persistent())
            }
            Ending::Cleared => !is_discarded && (is_silenced || self.has_nothing()),
            Ending::None => !is_discarded && self.was_emptied(),
        };
        if has_ended {
            return self.expire();
        }
        if is_discarded {
            return Verdict::Leave;
        }
        if self.has_changed()
            || (self.data.save_mode == SaveMode::Force && !self.is_new_and_empty())
        {
            if is_silenced {
                return Verdict::Leave;
            }
            if self.is_over() {
                return self.expire();
            }
            let age = self.age_to_write(self.content_len(), &self.data.metadata);
            return Verdict::Write { age };
        }
        self.verdict_unchanged(circumstances, is_subresource, reseal)
    }

    /// Refresh and re-sealing race with sign-in and sign-out in parallel requests, so they are left out
    /// unless the response is a page that the visitor asked for and that only the visitor gets.
    fn verdict_unchanged(
        &self,
        circumstances: Circumstances,
        is_subresource: bool,
        reseal: bool,
    ) -> Verdict {
        let is_due = self
            .policy
            .lifetimes
            .is_refresh_due(&self.data.metadata, self.data.now);
        if self.data.arrived.is_none()
            || !(is_due || reseal)
            || is_subresource
            || circumstances.status >= 400
            || circumstances.is_shareable
        {
            return Verdict::Leave;
        }
        let fits = |age| self.fits(self.content_len(), &self.data.metadata, age);
        let refreshed = active_age(&self.data.metadata, self.data.now);
        if is_due && fits(refreshed) {
            Verdict::Refresh { age: refreshed }
        } else if reseal && fits(self.data.metadata.age) {
            // The age stays, and so does the length.
            Verdict::Refresh {
                age: self.data.metadata.age,
            }
        } else {
            Verdict::NoRoom
        }
    }

    /// If nothing arrived, there is nothing to drop.
    fn expire(&self) -> Verdict {
        if self.data.has_token {
            Verdict::Expire
        } else {
            Verdict::Leave
        }
    }

    /// The session's own lifetime ends now.
    fn is_over(&self) -> bool {
        self.data.now >= self.policy.lifetimes.absolute_deadline(&self.data.metadata)
    }

    fn has_changed(&self) -> bool {
        #[cfg(feature = "migrate")]
        if self.data.is_taken_over && self.data.arrived.is_some() {
            return true;
        }
        match &self.data.arrived {
            None => !self.is_new_and_empty(),
            Some(arrived) => {
                let differs = |now: &Option<Wiped>, before: &[u8]| {
                    now.as_ref().is_some_and(|now| **now != *before)
                };
                self.data.metadata != arrived.layout.metadata
                    || differs(&self.data.payload, arrived.payload())
                    || differs(&self.data.flash, arrived.flash())
            }
        }
    }

    /// The application emptied the session.
    fn was_emptied(&self) -> bool {
        self.has_nothing() && !self.data.metadata.is_persistent() && self.has_changed()
    }

    fn is_new_and_empty(&self) -> bool {
        self.data.arrived.is_none() && self.has_nothing() && !self.data.metadata.is_persistent()
    }

    /// No entry, no flash, no id.
    fn has_nothing(&self) -> bool {
        self.data.metadata.sid.is_none()
            && self.flash_bytes().is_empty()
            && self.data.metadata.schema == self.policy.schema
            && *self.payload() == *self.policy.empty_payload
    }
}
