//! The decision whether a session is saved with its response (docs/spec/writer.md § 8.12).

use super::{
    State,
    data::{Ending, SaveMode},
    lifetime::active_age,
};
use crate::crypto::scratch::Wiped;

/// The response that a session is saved with.
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
pub(crate) enum Saving {
    /// The client keeps the session as it is.
    Keep,
    /// The client keeps the session as it is: a refresh is due, and there is no room for it.
    NoRoom,
    /// The session has ended, so the client must drop it.
    Drop,
    /// The client stores the changed content.
    Store(BodyToSeal),
    /// The client stores the same content, for a refresh or a new key. This is optional.
    Refresh(BodyToSeal),
}

/// The body that is to be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum BodyToSeal {
    /// The session as it is now, written with this age.
    WithAge(u32),
    /// The body that arrived, with the padding that it had.
    AsArrived,
}

impl<T> State<'_, T> {
    /// Decides. `is_subresource`: the request was for an image, a script or another part of a page. `reseal`: the
    /// session opened under a key that a newer one has replaced.
    pub(crate) fn saving(
        &self,
        circumstances: Circumstances,
        is_subresource: bool,
        reseal: bool,
    ) -> Saving {
        if self.withheld().is_some() {
            return Saving::Keep;
        }
        let is_silenced = circumstances.status >= 500
            && !self.policy.save_on_server_error
            && self.data.save_mode != SaveMode::Force;
        let is_discarded = self.data.save_mode == SaveMode::Discard;
        // A session that has ended also ends where new content is not written.
        if self.has_ended(is_silenced, is_discarded) {
            return self.drop_what_came();
        }
        if is_silenced || is_discarded {
            return Saving::Keep;
        }
        let is_forced = self.data.save_mode == SaveMode::Force && !self.is_new_and_empty();
        if is_forced || self.has_changed() {
            return self.write();
        }
        let is_optional_welcome =
            circumstances.status < 400 && !circumstances.is_shareable && !is_subresource;
        if is_optional_welcome && self.data.arrived.is_some() {
            return self.refresh(reseal || self.data.became_bound);
        }
        Saving::Keep
    }

    fn has_ended(&self, is_silenced: bool, is_discarded: bool) -> bool {
        let is_empty = self.has_nothing();
        let is_persistent = self.data.metadata.is_persistent();
        match self.data.ending {
            Ending::Invalidated => is_silenced || is_discarded || (is_empty && !is_persistent),
            Ending::Cleared => !is_discarded && (is_silenced || is_empty),
            Ending::None => !is_discarded && is_empty && !is_persistent && self.has_changed(),
        }
    }

    /// Content is written, unless the session's own lifetime ends now.
    fn write(&self) -> Saving {
        if self.data.now >= self.policy.lifetimes.absolute_deadline(&self.data.metadata) {
            return self.drop_what_came();
        }
        let age = self.age_to_write(self.content_len(), &self.data.metadata);
        Saving::Store(BodyToSeal::WithAge(age))
    }

    /// Refreshing and re-sealing race with sign-in and sign-out in parallel requests, so they are left out unless the
    /// response is a page that the visitor asked for and that only the visitor gets.
    fn refresh(&self, reseal: bool) -> Saving {
        let metadata = &self.data.metadata;
        let is_due = self
            .policy
            .lifetimes
            .is_refresh_due(metadata, self.data.now);
        if !is_due && !reseal {
            return Saving::Keep;
        }
        let refreshed = BodyToSeal::WithAge(active_age(metadata, self.data.now));
        if is_due && self.allowed_for_body(refreshed).is_some() {
            return Saving::Refresh(refreshed);
        }
        if reseal {
            self.reseal()
        } else {
            Saving::NoRoom
        }
    }

    /// Seals the same content again, which is no activity of the visitor.
    pub(crate) fn reseal(&self) -> Saving {
        let body = if self.data.became_bound {
            BodyToSeal::WithAge(self.data.metadata.age)
        } else {
            BodyToSeal::AsArrived
        };
        match self.allowed_for_body(body) {
            Some(_) => Saving::Refresh(body),
            None => Saving::NoRoom,
        }
    }

    /// If nothing arrived, there is nothing to drop.
    fn drop_what_came(&self) -> Saving {
        if self.data.has_token {
            Saving::Drop
        } else {
            Saving::Keep
        }
    }

    fn has_changed(&self) -> bool {
        let Some(arrived) = &self.data.arrived else {
            return !self.is_new_and_empty();
        };
        let differs =
            |now: &Option<Wiped>, before: &[u8]| now.as_ref().is_some_and(|now| **now != *before);
        self.data.is_taken_over
            || self.data.metadata != arrived.layout.metadata
            || differs(&self.data.payload, arrived.payload())
            || differs(&self.data.flash, arrived.flash())
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
