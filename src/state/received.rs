//! Session that a request brings, and the reasons to withhold it from the application (docs/spec/writer.md § 8.6).

use super::{
    bytes::body::{Body, Metadata},
    companion::Stale,
};

/// The session, or the part of one, that a request brought.
pub(crate) enum Received {
    Nothing,
    /// A token, or an old cookie, that gave no session.
    Unopened,
    /// The session that the draft continues.
    Arrived(Body),
    /// A session that the application does not get. This variant stays if the application begins another session,
    /// because the outcome still reports that the first was not let in.
    Withheld(Withheld),
    /// A session that ended in this request. Its metadata stays if it opened, because its companion is told.
    Ended {
        opened: Option<Metadata>,
        was_taken_over: bool,
    },
}

/// Reason why the application does not get the session that came.
pub(crate) enum Withheld {
    /// This program lacks the session's key, or cannot read its payload, although another instance may.
    Unreadable {
        /// Metadata of the session, if it opened.
        opened: Option<Metadata>,
        /// Hash of the value that came.
        value: [u8; 12],
    },
    /// The session's companion does not admit the request.
    #[cfg_attr(not(feature = "unstable-companion"), expect(dead_code))]
    Stale(Stale),
    /// The application has not said yet that the session is still valid.
    Unvalidated(Box<Body>),
}

impl Received {
    /// Returns the session that the draft continues.
    pub(crate) fn arrived(&self) -> Option<&Body> {
        match self {
            Received::Arrived(opened) => Some(opened),
            _ => None,
        }
    }

    /// Returns the session that the draft continues, or the one that waits for the application's answer.
    pub(super) fn body(&self) -> Option<&Body> {
        match self {
            Received::Arrived(opened) => Some(opened),
            Received::Withheld(Withheld::Unvalidated(opened)) => Some(opened),
            _ => None,
        }
    }

    /// Returns the metadata of the session that opened, whatever became of it.
    pub(crate) fn opened_metadata(&self) -> Option<&Metadata> {
        match self {
            Received::Withheld(Withheld::Stale(stale)) => Some(stale.metadata()),
            Received::Withheld(Withheld::Unreadable { opened, .. })
            | Received::Ended { opened, .. } => opened.as_ref(),
            _ => self.body().map(|body| &body.metadata),
        }
    }

    pub(super) fn has_token(&self) -> bool {
        !matches!(self, Received::Nothing)
    }

    pub(super) fn end(&mut self) {
        // If the client sent nothing, it has nothing to drop, so `Nothing` stays.
        if self.has_token() {
            *self = Received::Ended {
                opened: self.opened_metadata().copied(),
                was_taken_over: self.was_taken_over(),
            };
        }
    }

    /// Returns `true` if the session came in an old cookie, whatever became of it.
    pub(super) fn was_taken_over(&self) -> bool {
        match self {
            Received::Ended { was_taken_over, .. } => *was_taken_over,
            _ => self.body().is_some_and(Body::is_taken_over),
        }
    }
}
