//! Sessions that a response carries before its session is saved (docs/spec/writer.md § 8.12.2). An inner service, a
//! response that is passed on, or the handler itself may have set the cookie.

use super::{cookie::SessionCookie, token::SessionToken};
use crate::{
    cookie::{SetCookies, Values, response::ReadCookie},
    session::Session,
    state::{Payload, Said},
    token::LONGEST_TOKEN,
};

/// Fields of a response that set or drop its session, in their order.
#[derive(Default)]
pub(crate) struct SaidFields {
    /// For each field, the number of the write that it belongs to. A write begins with the cookie itself, and its parts
    /// follow.
    writes: Vec<usize>,
    /// The write that stays unless another replaces it: the last write that is not just a refresh.
    stays: usize,
    are_other: bool,
}

impl SaidFields {
    pub(crate) fn said(&self) -> Said {
        match (self.writes.is_empty(), self.are_other) {
            (true, _) => Said::Nothing,
            (false, false) => Said::Same,
            (false, true) => Said::Other,
        }
    }

    /// Adds the write of this number, which consists of `fields` fields.
    fn add(&mut self, write: usize, fields: usize, is_same: bool) {
        self.writes.resize(self.writes.len() + fields, write);
        if !is_same || !self.are_other {
            self.stays = write;
        }
        self.are_other |= !is_same;
    }

    fn are_several(&self) -> bool {
        self.writes.last() != self.writes.first()
    }
}

impl<T: Payload> SessionCookie<T> {
    /// Reads what `Set-Cookie` fields already say about `session`.
    pub(crate) fn said_in<'a>(
        &self,
        session: &Session<T>,
        fields: impl Iterator<Item = &'a [u8]>,
    ) -> SaidFields {
        let mut found = SaidFields::default();
        let parts: Vec<_> = fields.filter_map(|field| self.part_in(field)).collect();
        let writes = parts.chunk_by(|_, (_, number)| *number > 0);
        for (write, parts) in writes.enumerate() {
            let mut values = Values::of_cookies();
            for (value, number) in parts.iter().filter(|(value, _)| !value.is_empty()) {
                values.push_part(*number, value, LONGEST_TOKEN);
            }
            let is_same = session.arrived_as(&self.token.core, &values);
            found.add(write, parts.len(), is_same);
        }
        found
    }

    /// Returns `true` if one of these `Set-Cookie` fields sets the session's cookie.
    #[cfg(feature = "tower")]
    pub(crate) fn is_set_in<'a>(&self, fields: impl Iterator<Item = &'a [u8]>) -> bool {
        let mut parts = fields.filter_map(|field| self.part_in(field));
        parts.any(|(value, _)| !value.is_empty())
    }

    /// Returns a function that is called with each of these fields in turn, and returns `true` for the fields to keep
    /// next to `added`, so that each cookie is set once. Returns `None` if all fields stay.
    pub(crate) fn stays_beside(
        &self,
        found: &SaidFields,
        added: &SetCookies,
    ) -> Option<impl FnMut(&[u8]) -> bool> {
        let is_alone = added.is_empty() && !found.are_several();
        if is_alone || found.said() == Said::Nothing {
            return None;
        }
        let mut writes = found.writes.iter();
        Some(move |field: &[u8]| {
            if self.part_in(field).is_some() {
                return added.is_empty() && writes.next() == Some(&found.stays);
            }
            // A cookie next to the session, such as an old one that both drop.
            let mut added = added
                .iter()
                .filter_map(|added| ReadCookie::of(added.as_bytes()));
            !ReadCookie::of(field)
                .is_some_and(|read| added.any(|added| read.part_of(&added) == Some(0)))
        })
    }

    /// Returns the value that a field sets for the session's cookie or a part of it, with the number of the part.
    fn part_in<'a>(&self, field: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let own = self.fields.template.expire_one(0);
        let read = ReadCookie::of(field)?;
        let number = read.part_of(&ReadCookie::of(own.as_bytes())?)?;
        Some((read.value, number))
    }
}

impl<T: Payload> SessionToken<T> {
    /// Reads what fields of the response already say about `session`.
    pub(crate) fn said_in<'a>(
        &self,
        session: &Session<T>,
        fields: impl Iterator<Item = &'a [u8]>,
    ) -> SaidFields {
        let mut found = SaidFields::default();
        for (write, token) in fields.enumerate() {
            let mut values = Values::default();
            values.push(token.trim_ascii(), LONGEST_TOKEN);
            found.add(write, 1, session.arrived_as(&self.core, &values));
        }
        found
    }

    /// Like [`SessionCookie::stays_beside`], for a response to which the session adds no field.
    pub(crate) fn stays(&self, found: &SaidFields) -> Option<impl FnMut(&[u8]) -> bool> {
        let mut writes = found.writes.iter();
        let stays = move |_: &[u8]| writes.next() == Some(&found.stays);
        found.are_several().then_some(stays)
    }
}
