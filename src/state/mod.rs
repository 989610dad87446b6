//! What a session is, as plain data, and every rule about it, as a method of [`State`]. Knows nothing of keys, cookies
//! or locks.

mod data;
mod dictionary;
mod error;
mod fits;
mod flash;
mod layout;
mod lifetime;
mod map;
mod msgpack;
mod padding;
mod payload;
mod policy;
mod remember;
mod room;
mod size_report;
mod typed;
mod verdict;

use std::{
    mem,
    ops::{Deref, DerefMut},
    sync::Arc,
};

pub use error::SessionError;
pub use lifetime::RefreshAfter;
pub use padding::Padding;
pub use payload::{Map, Payload, SessionData};
pub use room::TooLarge;
pub use size_report::SizeReport;

pub(crate) use data::StateData;
pub(crate) use layout::{Head, Layout, Sid};
pub(crate) use lifetime::Lifetimes;
pub(crate) use map::encode;
pub(crate) use payload::sealed;
pub(crate) use policy::Policy;
pub(crate) use room::{Allowance, BROWSER_LIMIT, Frame, MOST_COOKIES, Room};
pub(crate) use verdict::{Circumstances, Verdict};

use self::{
    data::{Arrived, Ending, Unreadable, Wish, new_head},
    remember::span_until,
};
use crate::{base::time::UnixSeconds, crypto::scratch::Wiped};

/// One session during one request, under its policy: where the rules are.
pub(crate) struct State<'a, T> {
    policy: &'a Policy,
    session: &'a mut StateData<T>,
}

impl<T> Deref for State<'_, T> {
    type Target = StateData<T>;

    fn deref(&self) -> &StateData<T> {
        self.session
    }
}

impl<T> DerefMut for State<'_, T> {
    fn deref_mut(&mut self) -> &mut StateData<T> {
        self.session
    }
}

impl<T: Payload> State<'_, T> {
    /// Becomes the session of a verified body, whose token had `token_len` characters in so many cookies.
    /// Where its payload cannot be read it stays a new session, and unreadable.
    pub(crate) fn resume(&mut self, body: Wiped, layout: Layout, token_len: usize, cookies: usize) {
        // So it stays as well where reading panics.
        self.unreadable = Some(Unreadable {
            sid: layout.head.sid,
        });
        let payload = &body[layout.payload.clone()];
        let Some(value) = T::read(layout.head.schema, payload, Arc::new) else {
            return;
        };
        self.unreadable = None;
        self.head = layout.head;
        self.dated = true;
        self.value = value;
        let room = &self.policy.room;
        self.arrived = Some(Arrived {
            allowance: room.as_arrived(token_len, cookies, layout.head.is_persistent()),
            body,
            layout,
        });
    }
}

impl<T> State<'_, T> {
    pub(crate) fn sid(&self) -> Option<Sid> {
        self.head.sid
    }

    /// The session exists in this request only.
    pub(crate) fn is_new(&self) -> bool {
        !self.dated
    }

    /// Its payload is in a form that is not known here.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.unreadable.is_some()
    }

    /// The dates of the session that arrived. `None`: none did, or the application has ended it.
    pub(crate) fn arrived_head(&self) -> Option<&Head> {
        self.arrived.as_ref().map(|arrived| &arrived.layout.head)
    }

    pub(crate) fn is_persistent(&self) -> bool {
        self.head.is_persistent()
    }

    pub(crate) fn created_at(&self) -> Option<UnixSeconds> {
        self.dated.then_some(self.head.issued)
    }

    pub(crate) fn last_active_at(&self) -> Option<UnixSeconds> {
        self.dated.then(|| self.head.last_active())
    }

    pub(crate) fn expires_at(&self) -> Option<UnixSeconds> {
        self.dated
            .then(|| self.policy.lifetimes.expires_at(&self.head))
    }

    pub(crate) fn ensure_id<E>(
        &mut self,
        sid: impl FnOnce() -> Result<Sid, E>,
    ) -> Result<Sid, SessionError>
    where
        SessionError: From<E>,
    {
        if let Some(sid) = self.head.sid {
            return Ok(sid);
        }
        self.check_writable()?;
        let sid = sid()?;
        self.set_head(Head {
            sid: Some(sid),
            ..self.head
        })?;
        Ok(sid)
    }

    /// A completed sign-in: new id, issued now. Data, flash and until when it is remembered are kept, and
    /// a limit that was set in this request. One that came with it was that of the earlier sign-in.
    pub(crate) fn renew(&mut self, sid: Sid) -> Result<(), SessionError> {
        let remembered = self.head.remembered.map(u64::from);
        let remembered_until = remembered.map(|span| self.head.issued + span);
        let begun = Head {
            issued: self.now,
            age: 0,
            sid: Some(sid),
            ..self.head
        };
        let from_now = |end| span_until(end, &begun);
        self.set_head(Head {
            limit: self.limited_until.map(from_now),
            remembered: remembered_until.map(from_now),
            ..begun
        })?;
        self.unreadable = None;
        self.renewed = true;
        Ok(())
    }

    /// Any other change of privilege: new id, and all else is kept.
    pub(crate) fn renew_id(&mut self, sid: Sid) -> Result<(), SessionError> {
        self.check_writable()?;
        self.set_head(Head {
            sid: Some(sid),
            ..self.head
        })
    }

    /// Drops data, flash and id, and keeps the dates.
    pub(crate) fn clear(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.drop_content();
        self.head.sid = None;
        self.head.schema = self.policy.schema;
        if self.ending == Ending::None {
            self.ending = Ending::Cleared;
        }
        Ok(())
    }

    /// Drops everything and leaves a new session. Returns the id that the browser has.
    pub(crate) fn invalidate(&mut self) -> Option<Sid> {
        let unreadable = self.unreadable.take().and_then(|lost| lost.sid);
        let arrived = self
            .arrived
            .take()
            .and_then(|arrived| arrived.layout.head.sid);
        self.drop_content();
        self.head = new_head(self.policy, self.now);
        self.dated = false;
        self.renewed = false;
        self.limited_until = None;
        self.ending = Ending::Invalidated;
        arrived.or(unreadable)
    }

    pub(crate) fn discard(&mut self) {
        self.wish = Wish::Discard;
    }

    pub(crate) fn save(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.check_fits(self.content_len(), &self.head)?;
        self.wish = Wish::Save;
        Ok(())
    }

    /// What names this session in CSRF tokens: `sid || u32(issued)` (SPEC.md § 13).
    pub(crate) fn csrf_name(&self) -> Option<[u8; 12]> {
        let [a, b, c, d] = layout::wire_issued(self.head.issued)
            .unwrap_or(0)
            .to_be_bytes();
        let [s, t, u, v, w, x, y, z] = self.head.sid?;
        Some([s, t, u, v, w, x, y, z, a, b, c, d])
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        self.now
    }

    fn payload(&self) -> &[u8] {
        match (&self.payload, &self.arrived) {
            (Some(payload), _) => payload,
            (None, Some(arrived)) => arrived.payload(),
            (None, None) => &self.policy.empty_payload,
        }
    }

    fn flash_bytes(&self) -> &[u8] {
        match (&self.flash, &self.arrived) {
            (Some(flash), _) => flash,
            (None, Some(arrived)) => arrived.flash(),
            (None, None) => &[],
        }
    }

    fn set_payload(&mut self, payload: Wiped) -> Result<(), SessionError> {
        let head = Head {
            schema: self.policy.schema,
            ..self.head
        };
        if *self.payload() != *payload || head != self.head {
            self.check_fits(payload.len() + self.flash_bytes().len(), &head)?;
            self.head = head;
            self.payload = Some(payload);
        }
        Ok(())
    }

    fn drop_content(&mut self) {
        self.payload = Some(Wiped::from(self.policy.empty_payload.to_vec()));
        self.flash = Some(Wiped::default());
        self.value = None;
    }

    fn set_head(&mut self, head: Head) -> Result<(), SessionError> {
        let before = mem::replace(&mut self.head, head);
        let fits = self.check_fits(self.content_len(), &self.head);
        if fits.is_err() {
            self.head = before;
        }
        Ok(fits?)
    }

    fn check_writable(&self) -> Result<(), SessionError> {
        if self.is_unreadable() {
            Err(SessionError::UnreadablePayload)
        } else {
            Ok(())
        }
    }

    /// Appends the body, written with `age`. `false`: the clock shows a time that cannot be written.
    #[must_use]
    pub(crate) fn write_body(&self, age: u32, body: &mut Vec<u8>) -> bool {
        let head = Head { age, ..self.head };
        head.write(self.flash_bytes(), self.payload(), self.body_len(age), body);
        layout::can_carry(self.now)
    }

    /// Seconds that a browser is to keep the cookie. `None`: until it is closed.
    pub(crate) fn max_age(&self) -> Option<u64> {
        let lifetimes = &self.policy.lifetimes;
        let end = lifetimes.absolute_deadline(&self.head);
        let is_remembered = lifetimes.is_remembered(&self.head);
        is_remembered.then(|| end.saturating_sub(self.now))
    }
}
