//! One session during one request, as plain data.

use std::sync::Arc;

use super::{
    bytes::body::{Body, Metadata, csrf_name},
    companion::Admitted,
    error::SessionError,
    facts::RequestFacts,
    lifetime::{Lifetimes, RefreshAfter},
    received::{Received, Withheld},
    size::budget::SizeBudget,
};
use crate::{base::UnixSeconds, crypto::scratch::Wiped};

/// Settings of an application for its sessions.
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) lifetimes: Lifetimes,
    pub(crate) budget: SizeBudget,
    /// A response with a 5xx status saves its session like any other.
    pub(crate) save_on_server_error: bool,
    /// A session under a key that the ring lacks is withheld, and not replaced.
    pub(crate) keep_unknown_keys: bool,
    /// Responses that shared caches may store may carry sessions.
    pub(crate) shared_caching: bool,
    /// The cookies of all sessions outlive the browser session.
    pub(crate) all_persist: bool,
    /// Payload of an empty session.
    pub(crate) empty_payload: Box<[u8]>,
    /// Version in which payloads are written, or 0 for a dictionary.
    pub(crate) schema: u32,
}

/// One session during one request (docs/spec/writer.md § 8.6). The rules are methods of this type.
///
/// | `received` | since then | `is_new` | `arrived` | `withheld` | `lasting` |
/// |---|---|---|---|---|---|
/// | `Nothing`, `Unopened` | | yes | | | |
/// | `Nothing`, `Unopened` | `renew`, `sign_in` | yes | | | the draft |
/// | `Arrived` | any change | no | the body | | the body |
/// | `Arrived` | `renew` | no | the body | | the draft |
/// | `Ended` | `invalidate`, or an answer | yes | | | |
/// | `Ended` | `sign_in` | yes | | | the draft |
/// | `Withheld` | | yes | | the reason | the body, if `Unvalidated` |
/// | `Withheld` | `invalidate` | yes | | | |
/// | `Withheld` | `renew`, `sign_in` | yes | | | the draft |
pub(crate) struct State<T> {
    pub(super) policy: Arc<Policy>,
    pub(crate) now: UnixSeconds,
    pub(crate) received: Received,
    pub(super) draft: Draft<T>,
    pub(super) save: SaveMode,
    /// Earliest end that `limit_to` set in this request, which `renew` keeps.
    pub(super) limited_until: Option<UnixSeconds>,
    pub(crate) admitted: Admitted,
    pub(super) validation: Validation,
    /// Request that the session is read in. By default, nothing is known of it.
    pub(crate) request: RequestFacts,
}

/// The session as it is now.
pub(super) struct Draft<T> {
    pub(super) metadata: Metadata,
    /// Payload that this request wrote. Until then, it is empty or lies in the body that arrived, without a copy. The
    /// same goes for the flash.
    pub(super) payload: Option<Wiped>,
    pub(super) flash: Option<Wiped>,
    /// Payload as it was last decoded. Always `None` for a dictionary, which is read from its bytes.
    pub(super) value: Option<Arc<T>>,
    /// `renew` or `sign_in` began the session in this request.
    pub(super) renewed: bool,
    pub(super) ended: Option<Ended>,
}

/// Answer of the application to the question whether the session is still valid (docs/spec/writer.md § 8.16).
pub(super) enum Validation {
    /// This request has not asked about the present session.
    Unasked,
    /// Still valid, as of this time.
    Valid(UnixSeconds),
    /// The question failed. The session can still be used for a while, counted from this earlier answer.
    Kept(UnixSeconds),
    /// The question failed, and the session stays withheld.
    Failed(SessionError),
    /// The session is no longer valid.
    Ended,
}

/// End that the application gave the session in this request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Ended {
    Cleared,
    Invalidated,
    /// By `sign_in` alone, which began another in its place.
    SignedIn,
}

/// When the session is saved: the last of `discard` and `save` that was called.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum SaveMode {
    /// If it has changed.
    Auto,
    Discard,
    Force,
}

impl Policy {
    /// Returns `true` if a request counts as activity although its handler leaves the session alone.
    #[inline]
    pub(crate) fn counts_every_request(&self) -> bool {
        self.lifetimes.refresh_after == Some(RefreshAfter::EveryRequest)
    }

    /// Returns `true` if the session's cookie outlives the browser session.
    pub(crate) fn is_persistent(&self, metadata: &Metadata) -> bool {
        self.all_persist || self.lifetimes.is_remembered_now(metadata)
    }

    /// Returns `true` if there must be room for `Max-Age`, whether or not sessions may be remembered now.
    pub(super) fn reserves_max_age(&self, metadata: &Metadata) -> bool {
        self.all_persist || metadata.remembered.is_some()
    }

    /// Returns a session that begins at `now`.
    pub(super) fn new_draft<T>(&self, now: UnixSeconds, ended: Option<Ended>) -> Draft<T> {
        Draft {
            metadata: Metadata {
                issued: now,
                schema: self.schema,
                ..Metadata::default()
            },
            payload: None,
            flash: None,
            value: None,
            renewed: false,
            ended,
        }
    }
}

impl<T> State<T> {
    /// Creates a session that begins now.
    pub(crate) fn new(policy: &Arc<Policy>, now: UnixSeconds, has_token: bool) -> State<T> {
        State {
            policy: Arc::clone(policy),
            now,
            received: if has_token {
                Received::Unopened
            } else {
                Received::Nothing
            },
            draft: policy.new_draft(now, None),
            save: SaveMode::Auto,
            limited_until: None,
            admitted: Admitted::default(),
            validation: Validation::Unasked,
            request: RequestFacts::default(),
        }
    }

    /// Returns `true` unless this session continues the one that arrived.
    pub(crate) fn is_new(&self) -> bool {
        self.received.arrived().is_none()
    }

    /// Returns the metadata of the session, even if it is new.
    pub(crate) fn draft_metadata(&self) -> &Metadata {
        &self.draft.metadata
    }

    /// Returns the metadata of the session, unless it is new.
    pub(crate) fn metadata(&self) -> Option<&Metadata> {
        (!self.is_new()).then_some(&self.draft.metadata)
    }

    /// Returns the metadata and the payload of the session whose validity can be asked about, if any. It is the one that
    /// arrived, even while it waits for an answer, or the one that `renew` or `sign_in` has begun.
    pub(crate) fn lasting(&self) -> Option<(&Metadata, &[u8])> {
        match self.withheld() {
            Some(Withheld::Unvalidated(opened)) => Some(opened.session()),
            // After `renew`, the session that arrived is still there, but the browser gets this one.
            _ if self.draft.renewed => Some((&self.draft.metadata, self.payload())),
            _ => self.received.arrived().map(Body::session),
        }
    }

    pub(crate) fn expires_at(&self) -> Option<UnixSeconds> {
        let lifetimes = &self.policy.lifetimes;
        self.metadata().map(|known| lifetimes.expires_at(known))
    }

    pub(crate) fn is_persistent(&self) -> bool {
        self.policy.is_persistent(&self.draft.metadata)
    }

    /// Returns `true` if the session was issued or renewed less than `duration` seconds ago. A new session counts only
    /// if this request renewed it.
    pub(crate) fn is_recent(&self, duration: u64) -> bool {
        let is_new = self.is_new() && !self.draft.renewed;
        !is_new && self.now < self.draft.metadata.issued.saturating_add(duration)
    }

    /// Returns the name of this session in CSRF tokens, if it has an id or cannot be read (SPEC.md § 13.4).
    pub(crate) fn csrf_name(&self) -> Option<[u8; 12]> {
        let metadata = match self.withheld() {
            Some(Withheld::Stale(stale)) => return stale.csrf_name(),
            // There always is a name, or nobody could sign in or out by a form.
            Some(Withheld::Unreadable { opened, value }) => match opened {
                Some(opened) if opened.sid.is_some() => opened,
                _ => return Some(*value),
            },
            // A guard checks a form before the application is asked about the session.
            Some(Withheld::Unvalidated(opened)) => &opened.metadata,
            None => &self.draft.metadata,
        };
        Some(csrf_name(metadata.sid?, metadata.issued))
    }

    pub(crate) fn payload(&self) -> &[u8] {
        match (&self.draft.payload, self.received.arrived()) {
            (Some(payload), _) => payload,
            (None, Some(arrived)) => arrived.payload(),
            (None, None) => &self.policy.empty_payload,
        }
    }

    pub(super) fn flash_bytes(&self) -> &[u8] {
        match (&self.draft.flash, self.received.arrived()) {
            (Some(flash), _) => flash,
            (None, Some(arrived)) => arrived.flash(),
            (None, None) => &[],
        }
    }

    /// Returns the bytes of payload and flash.
    pub(super) fn content_len(&self) -> usize {
        self.payload().len() + self.flash_bytes().len()
    }

    /// Returns the reason why the session that came must not be overwritten, unless the application began a new one.
    pub(crate) fn withheld(&self) -> Option<&Withheld> {
        match &self.received {
            Received::Withheld(withheld) if !self.is_replaced() => Some(withheld),
            _ => None,
        }
    }

    /// Returns `true` if the application began a new session by `renew` or `sign_in`.
    pub(crate) fn is_renewed(&self) -> bool {
        self.draft.renewed
    }

    /// Returns `true` if the application began a new session by `renew`, `sign_in` or `invalidate`.
    pub(crate) fn is_replaced(&self) -> bool {
        self.draft.renewed || self.draft.ended == Some(Ended::Invalidated)
    }
}
