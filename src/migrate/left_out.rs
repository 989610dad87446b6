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

pub(crate) enum Source {}

pub(crate) enum OldValues {}

pub(crate) struct OldCookies;

impl OldCookies {
    pub(crate) fn new(_: Vec<Source>, _: &CookieName) -> OldCookies {
        OldCookies
    }
}

impl OldCookie {
    pub(crate) fn source(
        &self,
        _: &Range<SystemTime>,
        _: &Attributes,
        _: &CookieName,
    ) -> Result<(Source, Template), ConfigError> {
        match *self {}
    }
}

impl Source {
    pub(crate) fn start(&self) -> UnixSeconds {
        match *self {}
    }
}

impl OldValues {
    pub(crate) fn of(_: &Arc<OldCookies>) -> Option<OldValues> {
        None
    }

    pub(crate) fn find_in(&mut self, _: &[u8]) {
        match *self {}
    }

    pub(crate) fn missed_beside(&self, _: &Values) -> Option<&'static str> {
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
