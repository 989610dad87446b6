//! What becomes of a session at the end of its request (docs/spec/writer.md § 8.7).

use super::{
    State,
    data::{Ending, SaveMode},
    lifetime::active_age,
};
use crate::crypto::scratch::Wiped;

/// What is known of a response when its session is to be saved. Asked only where it matters.
pub(crate) trait Circumstances {
    fn status(&self) -> u16;

    /// The application let others store the response.
    fn is_shareable(&self) -> bool;
}

/// A response of which nothing is known: it succeeded, and is for the visitor alone.
pub(crate) struct Unknown;

impl Circumstances for Unknown {
    fn status(&self) -> u16 {
        200
    }

    fn is_shareable(&self) -> bool {
        false
    }
}

/// What becomes of a session at the end of its request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// The cookie stays as it is.
    Leave,
    /// It stays as it is: a refresh is due, and there is no room for it.
    NoRoom,
    /// The application ended the session: the browser is told to drop the cookie.
    Expire,
    /// Content is to be written, with this age.
    Write { age: u32 },
    /// A refresh or a new key for the same content, with this age. It could as well be left out.
    Refresh { age: u32 },
}

impl<T> State<'_, T> {
    /// Decides. `reseal`: the session opened under a key that another has followed. `is_subresource`: the request
    /// was for an image, a script or the like, beside a page.
    pub(crate) fn settle(
        &self,
        circumstances: &impl Circumstances,
        is_subresource: bool,
        reseal: bool,
    ) -> Verdict {
        let is_silenced = circumstances.status() >= 500
            && !self.policy.save_on_server_error
            && self.data.save_mode != SaveMode::Force;
        let is_discarded = self.data.save_mode == SaveMode::Discard;

        // Where new content is not written, what it was to replace ends all the same.
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
        self.settle_unchanged(circumstances, is_subresource, reseal)
    }

    /// Refresh and re-sealing race with sign-in and sign-out in parallel requests, so they are left out
    /// wherever a response is not a page that its visitor asked for and that nobody else will get.
    fn settle_unchanged(
        &self,
        circumstances: &impl Circumstances,
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
            || circumstances.status() >= 400
            || circumstances.is_shareable()
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

    /// There is nothing to drop where nothing arrived.
    fn expire(&self) -> Verdict {
        if self.data.has_token {
            Verdict::Expire
        } else {
            Verdict::Leave
        }
    }

    /// Its own lifetime is set to end now.
    fn is_over(&self) -> bool {
        self.data.now >= self.policy.lifetimes.absolute_deadline(&self.data.metadata)
    }

    fn has_changed(&self) -> bool {
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

    /// The application took out what made a session that arrived non-empty.
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
