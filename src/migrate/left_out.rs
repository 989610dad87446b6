//! The stand-in for cookies of other libraries, without feature `migrate`: there are none, and nobody can name one.

use std::{ops::Range, sync::Arc, time::SystemTime};

use crate::{
    base::{config_error::ConfigError, reason::Reason, time::UnixSeconds},
    cookie::{Attributes, CookieName, Template, Values},
    crypto::scratch::Wiped,
    state::Metadata,
};

#[derive(Clone, Debug)]
pub(crate) enum OldCookie {}

pub(crate) struct Migration {
    pub(crate) dropped: [(Template, UnixSeconds); 0],
}

pub(crate) enum Takeover {}

impl Migration {
    pub(crate) fn new(
        _: &[(OldCookie, Range<SystemTime>)],
        _: &Attributes,
        _: &CookieName,
    ) -> Result<Migration, ConfigError> {
        Ok(Migration { dropped: [] })
    }
}

impl Takeover {
    pub(crate) fn of(_: &Arc<Migration>) -> Option<Takeover> {
        None
    }

    pub(crate) fn find_in(&mut self, _: &[u8]) {
        match *self {}
    }

    pub(crate) fn unread_beside(&self, _: &Values) -> Option<&'static str> {
        match *self {}
    }

    pub(crate) fn is_empty(&self) -> bool {
        match *self {}
    }

    pub(crate) fn len(&self) -> usize {
        match *self {}
    }

    pub(crate) fn read(
        &self,
        _: UnixSeconds,
        _: impl FnMut(Metadata, Wiped) -> Result<(), Reason>,
    ) -> Option<Result<(), Reason>> {
        match *self {}
    }
}
