//! Session that a request brings, and the reasons to withhold it from the application (docs/spec/writer.md § 8.6).

use std::num::NonZeroU32;

use super::bytes::layout::{Layout, Metadata};
use crate::crypto::scratch::Wiped;

/// The session, or the part of one, that a request brought.
pub(crate) enum Came {
    Nothing,
    /// A token, or an old cookie, that gave no session.
    Unopened,
    /// The session that the draft continues.
    Arrived(OpenedBody),
    /// A session that the application does not get. It stays if the application begins another one, because the outcome
    /// still reports that it was not let in.
    Withheld(Withheld),
    /// A session that ended in this request. Its metadata stays if it opened, because its companion is told.
    Ended(Option<Metadata>),
}

/// Reason why the application does not get the session that came.
pub(crate) enum Withheld {
    /// This program lacks the session's key, or cannot read its payload. The metadata is known if the session opened.
    Unreadable(Option<Metadata>),
    /// The session's companion does not admit the request.
    Stale(Metadata),
    /// The application has not said yet that the session is still valid.
    Unvalidated(Box<OpenedBody>),
}

/// A verified body, or one that was made from an old cookie.
pub(crate) struct OpenedBody {
    pub(crate) body: Wiped,
    pub(crate) layout: Layout,
    /// Length of the token, and number of cookies that it came in, or `None` if the body was made from an old cookie.
    pub(crate) came_in: Option<(NonZeroU32, u32)>,
}

impl Came {
    /// Returns the session that the draft continues.
    pub(super) fn arrived(&self) -> Option<&OpenedBody> {
        match self {
            Came::Arrived(opened) => Some(opened),
            _ => None,
        }
    }

    /// Returns the session that opened, even while it waits for the application's answer.
    pub(super) fn body(&self) -> Option<&OpenedBody> {
        match self {
            Came::Arrived(opened) => Some(opened),
            Came::Withheld(Withheld::Unvalidated(opened)) => Some(opened),
            _ => None,
        }
    }

    /// Returns the metadata of the session that opened, whatever became of it.
    pub(crate) fn before(&self) -> Option<&Metadata> {
        match self {
            Came::Withheld(Withheld::Stale(opened)) => Some(opened),
            Came::Withheld(Withheld::Unreadable(opened)) | Came::Ended(opened) => opened.as_ref(),
            _ => self.body().map(|body| &body.layout.metadata),
        }
    }

    pub(super) fn has_token(&self) -> bool {
        !matches!(self, Came::Nothing)
    }

    pub(super) fn end(&mut self) {
        // If the client sent nothing, it has nothing to drop, so `Nothing` stays.
        if self.has_token() {
            *self = Came::Ended(self.before().copied());
        }
    }
}

impl OpenedBody {
    /// Returns `true` if the body has this metadata. Age alone makes no difference.
    pub(super) fn has_metadata(&self, other: Metadata) -> bool {
        let age = self.layout.metadata.age;
        self.layout.metadata == Metadata { age, ..other }
    }

    /// Returns `true` if the body comes from an old cookie, so it has to be written.
    pub(super) fn is_taken_over(&self) -> bool {
        self.came_in.is_none()
    }

    pub(crate) fn session(&self) -> (&Metadata, &[u8]) {
        (&self.layout.metadata, self.payload())
    }

    pub(crate) fn payload(&self) -> &[u8] {
        &self.body[self.layout.payload()]
    }

    pub(crate) fn flash(&self) -> &[u8] {
        &self.body[self.layout.flash()]
    }
}
