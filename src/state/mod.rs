//! A session as plain data, and every rule about it as a method of [`State`]. Knows nothing of keys, cookies or locks.

mod budget;
mod data;
mod device;
mod dictionary;
mod error;
mod flash;
mod layout;
mod lifetime;
mod map;
mod msgpack;
mod padding;
mod payload;
mod policy;
mod remember;
mod saving;
mod size;
mod size_report;
mod take_over;
mod typed;

use std::mem;

pub use budget::TooLarge;
pub use device::DeviceBinding;
pub use error::SessionError;
pub use lifetime::RefreshAfter;
pub use padding::Padding;
pub use payload::{Map, Payload, SessionData};
pub use size_report::SizeReport;

pub(crate) use budget::{Allowed, LARGEST_COOKIE, MOST_COOKIES, Overhead, SizeBudget};
pub(crate) use data::StateData;
pub(crate) use device::{Departure, Standing};
#[cfg(test)]
pub(crate) use flash::messages as flash_messages;
#[cfg(feature = "device-bound")]
pub(crate) use layout::DeviceId;
pub(crate) use layout::{DEVICE_LEN, Layout, Metadata, Sid};
pub(crate) use lifetime::Lifetimes;
pub(crate) use map::encode;
pub(crate) use payload::sealed;
pub(crate) use policy::Policy;
pub(crate) use saving::{BodyToSeal, Circumstances, Saving};

use self::{
    data::{Arrived, Ending, SaveMode, Withheld, new_metadata},
    remember::span_until,
};
use crate::{
    base::time::UnixSeconds,
    crypto::{random::RandomError, scratch::Wiped},
};

/// One session during one request, and the policy it is under. The rules are methods of this type.
pub(crate) struct State<'a, T> {
    policy: &'a Policy,
    data: &'a mut StateData<T>,
}

impl<T: Payload> State<'_, T> {
    /// Becomes the session of a verified body, whose token came in `cookies` cookies. If the payload cannot be read,
    /// the session stays new, and is unreadable.
    pub(crate) fn resume(&mut self, body: Wiped, layout: Layout, token_len: usize, cookies: usize) {
        // Set first, because decoding runs the application's code, which may panic.
        self.data.withheld = Some(Withheld::Unreadable);
        self.data.opened = Some(layout.metadata);
        let payload = &body[layout.payload.clone()];
        let Ok(value) = T::read(layout.metadata.schema, payload) else {
            return;
        };
        self.data.withheld = None;
        self.data.value = value;
        self.hold(body, layout, token_len, cookies);
    }
}

impl<T> State<'_, T> {
    /// Becomes the session of a verified body, whose payload is not looked at.
    pub(crate) fn hold(&mut self, body: Wiped, layout: Layout, token_len: usize, cookies: usize) {
        self.data.metadata = layout.metadata;
        self.data.is_new = false;
        let budget = &self.policy.budget;
        self.data.arrived = Some(Arrived {
            allowed: budget.allowed_as_arrived(token_len, cookies, layout.metadata.is_persistent()),
            body,
            layout,
        });
    }

    pub(crate) fn sid(&self) -> Option<Sid> {
        self.data.metadata.sid
    }

    /// Returns `true` if the session exists in this request only.
    pub(crate) fn is_new(&self) -> bool {
        self.data.is_new
    }

    /// Returns `true` if this version cannot read the payload.
    pub(crate) fn is_unreadable(&self) -> bool {
        self.withheld() == Some(Withheld::Unreadable)
    }

    /// The metadata of the session that arrived. `None`: no session arrived, or the application has ended it.
    pub(crate) fn arrived_metadata(&self) -> Option<&Metadata> {
        self.data
            .arrived
            .as_ref()
            .map(|arrived| &arrived.layout.metadata)
    }

    pub(crate) fn is_remembered(&self) -> bool {
        self.policy.lifetimes.is_remembered(&self.data.metadata)
    }

    pub(crate) fn created_at(&self) -> Option<UnixSeconds> {
        self.known_metadata().map(|known| known.issued)
    }

    pub(crate) fn last_active_at(&self) -> Option<UnixSeconds> {
        self.known_metadata().map(Metadata::last_active)
    }

    pub(crate) fn expires_at(&self) -> Option<UnixSeconds> {
        let lifetimes = &self.policy.lifetimes;
        self.known_metadata()
            .map(|known| lifetimes.expires_at(known))
    }

    /// `None`: the session is new.
    fn known_metadata(&self) -> Option<&Metadata> {
        (!self.data.is_new).then_some(&self.data.metadata)
    }

    /// The session's id, which `new_sid` makes if there is none.
    pub(crate) fn ensure_id(
        &mut self,
        new_sid: impl FnOnce() -> Result<Sid, RandomError>,
    ) -> Result<Sid, SessionError> {
        if let Some(sid) = self.data.metadata.sid {
            return Ok(sid);
        }
        self.check_writable()?;
        let sid = new_sid()?;
        self.set_metadata(Metadata {
            sid: Some(sid),
            ..self.data.metadata
        })?;
        Ok(sid)
    }

    /// Completes a sign-in: new id, issued now. Keeps the data, the flash messages, the moment until which the session
    /// is remembered, and a limit set in this request. A limit that arrived with the session belonged to the earlier
    /// sign-in, and ends.
    pub(crate) fn renew(&mut self, sid: Sid) -> Result<(), SessionError> {
        let remembered = self.data.metadata.remembered.map(u64::from);
        let remembered_until = remembered.map(|span| self.data.metadata.issued + span);
        let begun = Metadata {
            issued: self.data.now,
            age: 0,
            sid: Some(sid),
            device: None,
            ..self.data.metadata
        };
        let from_now = |end| span_until(end, &begun);
        self.set_metadata(Metadata {
            limit: self.data.limited_until.map(from_now),
            remembered: remembered_until.map(from_now),
            ..begun
        })?;
        self.data.renewed = true;
        Ok(())
    }

    /// Changes the id and keeps everything else, for any other change of privilege.
    pub(crate) fn renew_id(&mut self, sid: Sid) -> Result<(), SessionError> {
        self.check_writable()?;
        self.set_metadata(Metadata {
            sid: Some(sid),
            ..self.data.metadata
        })
    }

    /// Drops the data, the flash messages and the id, and keeps the dates.
    pub(crate) fn clear(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.drop_content();
        self.data.metadata.sid = None;
        self.data.metadata.schema = self.policy.schema;
        if self.data.ending == Ending::None {
            self.data.ending = Ending::Cleared;
        }
        Ok(())
    }

    /// Drops everything and begins a new session. Returns the id that the browser has, unless the request does not prove
    /// the session's device: a copied cookie alone tells nobody what to put on a deny list.
    pub(crate) fn invalidate(&mut self) -> Option<Sid> {
        let is_stale = self.data.withheld == Some(Withheld::Stale);
        let is_told = !is_stale && self.data.ending != Ending::Invalidated;
        let opened = self.data.opened.filter(|_| is_told);
        self.data.arrived = None;
        self.drop_content();
        self.data.metadata = new_metadata(self.policy, self.data.now);
        self.data.is_new = true;
        self.data.renewed = false;
        self.data.limited_until = None;
        self.data.ending = Ending::Invalidated;
        opened.and_then(|opened| opened.sid)
    }

    pub(crate) fn discard(&mut self) {
        self.data.save_mode = SaveMode::Discard;
    }

    pub(crate) fn save(&mut self) -> Result<(), SessionError> {
        self.check_writable()?;
        self.check_size(self.content_len(), &self.data.metadata)?;
        self.data.save_mode = SaveMode::Force;
        Ok(())
    }

    /// The name of this session in CSRF tokens: `sid || u32(issued)` (SPEC.md § 13).
    pub(crate) fn csrf_name(&self) -> Option<[u8; 12]> {
        if let (Some(Withheld::Stale), Some(opened)) = (self.withheld(), self.data.opened) {
            // Without this nobody could sign in or out by a form. Its holder gets no token of the bound session.
            return Some(csrf_name(opened.sid?.map(|byte| !byte), opened.issued));
        }
        Some(csrf_name(
            self.data.metadata.sid?,
            self.data.metadata.issued,
        ))
    }

    pub(crate) fn now(&self) -> UnixSeconds {
        self.data.now
    }

    fn payload(&self) -> &[u8] {
        match (&self.data.payload, &self.data.arrived) {
            (Some(payload), _) => payload,
            (None, Some(arrived)) => arrived.payload(),
            (None, None) => &self.policy.empty_payload,
        }
    }

    fn flash_bytes(&self) -> &[u8] {
        match (&self.data.flash, &self.data.arrived) {
            (Some(flash), _) => flash,
            (None, Some(arrived)) => arrived.flash(),
            (None, None) => &[],
        }
    }

    fn set_payload(&mut self, payload: Wiped) -> Result<(), SessionError> {
        let metadata = Metadata {
            schema: self.policy.schema,
            ..self.data.metadata
        };
        if *self.payload() != *payload || metadata != self.data.metadata {
            self.check_size(payload.len() + self.flash_bytes().len(), &metadata)?;
            self.data.metadata = metadata;
            self.data.payload = Some(payload);
        }
        Ok(())
    }

    fn drop_content(&mut self) {
        self.data.payload = Some(Wiped::from(self.policy.empty_payload.to_vec()));
        self.data.flash = Some(Wiped::default());
        self.data.value = None;
    }

    fn set_metadata(&mut self, metadata: Metadata) -> Result<(), SessionError> {
        let before = mem::replace(&mut self.data.metadata, metadata);
        let fits = self.check_size(self.content_len(), &self.data.metadata);
        if fits.is_err() {
            self.data.metadata = before;
        }
        Ok(fits?)
    }

    /// The reason why the session that opened must not be overwritten. `None`: there is none, or the application began a
    /// new one.
    fn withheld(&self) -> Option<Withheld> {
        let is_replaced = self.data.renewed || self.data.ending == Ending::Invalidated;
        self.data.withheld.filter(|_| !is_replaced)
    }

    fn check_writable(&self) -> Result<(), SessionError> {
        match self.withheld() {
            None => Ok(()),
            Some(Withheld::Unreadable) => Err(SessionError::UnreadablePayload),
            Some(Withheld::Stale) => Err(SessionError::Stale),
        }
    }

    /// Appends the body. Returns `false` if the clock shows a time that cannot be written.
    #[must_use]
    pub(crate) fn write_body(&self, what: BodyToSeal, body: &mut Vec<u8>) -> bool {
        match (what, &self.data.arrived) {
            (BodyToSeal::AsArrived, arrived) => {
                body.extend_from_slice(arrived.as_ref().map_or(&[], |arrived| &arrived.body));
            }
            (BodyToSeal::WithAge(age), _) => {
                let metadata = Metadata {
                    age,
                    ..self.data.metadata
                };
                let len = self.body_len(what);
                metadata.write(self.flash_bytes(), self.payload(), len, body);
            }
        }
        layout::can_carry(self.data.now)
    }

    /// The seconds for which a browser keeps the cookie. `None`: until the browser is closed.
    pub(crate) fn max_age(&self) -> Option<u64> {
        let lifetimes = &self.policy.lifetimes;
        let end = lifetimes.absolute_deadline(&self.data.metadata);
        self.is_remembered()
            .then(|| end.saturating_sub(self.data.now))
    }
}

fn csrf_name(sid: Sid, issued: UnixSeconds) -> [u8; 12] {
    let issued = layout::wire_issued(issued).unwrap_or(0).to_be_bytes();
    let mut name = [0; 12];
    name[..8].copy_from_slice(&sid);
    name[8..].copy_from_slice(&issued);
    name
}
