//! Sessions that a response carries before its session is saved (docs/spec/writer.md § 8.12.2). An inner service, a
//! response that is passed on, or the handler itself may have set the cookie.

use std::iter;

use super::{cookie::SessionCookie, header::SessionHeader};
use crate::{
    cookie::{SetCookies, Values, response::ReadCookie, unquoted},
    session::{CarrierCore, Session},
    state::{AlreadySent, Payload},
    token::LONGEST_TOKEN,
};

/// Finds out what the fields of a response already do to `session`. `parts` are their values, each with the number of its
/// part. `empty` returns the values of a request that brings none.
///
/// Returns what was already sent and, for each field, whether it stays if nothing replaces it. The last write that
/// changes the session stays; if all only refresh it, the last one.
fn already_sent_by<'a, T: Payload>(
    session: &Session<T>,
    core: &CarrierCore,
    parts: impl Iterator<Item = (&'a [u8], usize)>,
    empty: fn() -> Values,
) -> (AlreadySent, Vec<bool>) {
    let parts: Vec<_> = parts.collect();
    // A write begins with the cookie itself, and its parts follow.
    let writes: Vec<_> = parts.chunk_by(|_, (_, number)| *number > 0).collect();
    let (mut already_sent, mut last) = (AlreadySent::Nothing, 0);
    for (write, parts) in writes.iter().enumerate() {
        let mut values = empty();
        for (value, number) in parts.iter().filter(|(value, _)| !value.is_empty()) {
            values.push_part(*number, value, LONGEST_TOKEN);
        }
        let is_same = session.arrived_as(core, &values, writes.len() == 1);
        // A refresh would bring back what another write has ended or changed.
        if is_same && already_sent == AlreadySent::Other {
            continue;
        }
        already_sent = if is_same {
            AlreadySent::Same
        } else {
            AlreadySent::Other
        };
        last = write;
    }
    let fields = writes.iter().enumerate();
    let stays = fields.flat_map(|(write, parts)| iter::repeat_n(write == last, parts.len()));
    (already_sent, stays.collect())
}

impl<T: Payload> SessionCookie<T> {
    /// Returns what these `Set-Cookie` fields already do to `session` and, for each field about its cookie, whether
    /// that field stays.
    pub(crate) fn already_sent_in<'a>(
        &self,
        session: &Session<T>,
        fields: impl Iterator<Item = &'a [u8]>,
    ) -> (AlreadySent, Vec<bool>) {
        let parts = fields
            .filter_map(|field| self.part_in(field))
            .map(|(value, number)| (unquoted(value), number));
        already_sent_by(session, &self.carrier.core, parts, Values::of_cookies)
    }

    /// Returns `true` if one of these `Set-Cookie` fields sets the session's cookie or a part of it.
    #[cfg(feature = "tower")]
    pub(crate) fn is_set_in<'a>(&self, fields: impl Iterator<Item = &'a [u8]>) -> bool {
        let mut parts = fields.filter_map(|field| self.part_in(field));
        parts.any(|(value, _)| !value.is_empty())
    }

    /// Returns `true` if these `Set-Cookie` fields set or drop the session's cookie after another field about it.
    #[cfg(feature = "tower")]
    pub(crate) fn is_set_again_in<'a>(&self, fields: impl Iterator<Item = &'a [u8]>) -> bool {
        let parts = fields.filter_map(|field| self.part_in(field));
        parts.skip(1).any(|(_, number)| number == 0)
    }

    /// Returns a filter for the `Set-Cookie` fields, to be called for each in order, so that the session's cookie is not
    /// set twice. The filter is `true` for a field that stays next to `added`. Returns `None` if all fields stay.
    pub(crate) fn stays_beside(
        &self,
        stays: Vec<bool>,
        added: &SetCookies,
    ) -> Option<impl FnMut(&[u8]) -> bool> {
        if stays.is_empty() || added.is_empty() && !stays.contains(&false) {
            return None;
        }
        let mut stays = stays.into_iter();
        Some(move |field: &[u8]| {
            if self.part_in(field).is_some() {
                return added.is_empty() && stays.next() == Some(true);
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
        let own = ReadCookie::of_template(&self.fields.template);
        let read = ReadCookie::of(field)?;
        Some((read.value, read.part_of(&own)?))
    }
}

impl<T: Payload> SessionHeader<T> {
    /// Returns what fields of the response already send of `session`, and for each whether it stays.
    pub(crate) fn already_sent_in<'a>(
        &self,
        session: &Session<T>,
        fields: impl Iterator<Item = &'a [u8]>,
    ) -> (AlreadySent, Vec<bool>) {
        let tokens = fields.map(|token| (token.trim_ascii(), 0));
        already_sent_by(session, &self.carrier.core, tokens, Values::default)
    }
}
