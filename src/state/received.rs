//! Session that a request brings, how it is opened, and the reasons to withhold it from the application
//! (docs/spec/writer.md § 8.6).

use super::{
    bytes::{
        body::{Body, Metadata},
        session_data::Payload,
    },
    companion::Stale,
    data::State,
};
use crate::{
    base::reason::Reason,
    crypto::{scratch::Wiped, sha256::sha256},
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

impl<T: Payload> State<T> {
    /// Becomes the session of a verified body. The body's session is withheld, and this one stays new, if the payload
    /// cannot be read or if the application must first say that the session is still valid.
    pub(crate) fn resume(&mut self, opened: Body) -> Result<(), Reason> {
        let metadata = opened.metadata;
        // Set first, because decoding runs the application's code, which may panic.
        self.withhold_unreadable(Some(metadata));
        let value = T::accept(metadata.schema, opened.payload())?;
        let answered_at = (!opened.is_taken_over()).then(|| metadata.last_active());
        let lifetimes = &self.policy.lifetimes;
        if lifetimes.is_validation_due(answered_at, self.now) {
            self.withhold(Withheld::Unvalidated(Box::new(opened)));
        } else {
            self.draft.value = value;
            self.continue_from(opened);
        }
        Ok(())
    }

    /// Becomes the session of an old cookie. A type converts a dictionary like a payload of schema 0. The session
    /// counts as changed, so its payload gets the type's bytes now. Returns a reason, and leaves the session new, if
    /// there is no room or if the type does not convert the payload.
    pub(crate) fn take_over(&mut self, mut opened: Body) -> Result<(), Reason> {
        let room = self.policy.budget.room;
        if opened.metadata.schema == 0
            && let Some(payload) = T::adopt(opened.payload(), room)?.map(Wiped::from)
        {
            let metadata = Metadata {
                schema: T::SCHEMA,
                ..opened.metadata
            };
            opened = Body::of(metadata, opened.flash(), &payload).ok_or(Reason::TooLong)?;
        }
        if opened.flash().len() + opened.payload().len() > room {
            return Err(Reason::TooLong);
        }
        opened.arrived_in = None;
        self.resume(opened)
    }
}

impl<T> State<T> {
    /// Continues the session of a verified body, without looking at the payload.
    pub(crate) fn continue_from(&mut self, opened: Body) {
        self.draft.metadata = opened.metadata;
        self.received = Received::Arrived(opened);
    }

    /// Withholds a session that this program cannot read. `opened` is its metadata, if it opened.
    pub(crate) fn withhold_unreadable(&mut self, opened: Option<Metadata>) {
        let value = [0; 12];
        self.withhold(Withheld::Unreadable { opened, value });
    }

    /// Lets the response replace or drop an old cookie whose session cannot be taken over.
    pub(crate) fn give_up_old_cookie(&mut self) {
        // A schema shows that another version of the application wrote the session of an old cookie, and can read it.
        // Any other old cookie may be replaced.
        if let Received::Withheld(Withheld::Unreadable { opened, .. }) = &self.received
            && opened.is_none_or(|metadata| metadata.schema == 0)
        {
            self.received = Received::Unopened;
        }
    }

    /// Names a session that cannot be read by the `value` in which it came, for its CSRF tokens.
    #[inline]
    pub(crate) fn name_unreadable(&mut self, value: &[u8]) {
        if let Received::Withheld(Withheld::Unreadable { value: name, .. }) = &mut self.received {
            name.copy_from_slice(&sha256(&[value])[..12]);
        }
    }

    /// Withholds the session that came.
    pub(crate) fn withhold(&mut self, reason: Withheld) {
        self.received = Received::Withheld(reason);
    }
}
