//! The stand-in for devices, without feature `device-bound`: there are none, and nobody can ask for them.

use std::{fmt, sync::Arc};

use crate::{
    base::time::UnixSeconds,
    cookie::{Attributes, BoundCookies, CookieName},
    crypto::{random::RandomError, suite::Mode},
    keys::PurposeSlot,
    state::{Admitted, Departure, Metadata, Sid},
    token::Context,
};

pub(crate) enum Devices {}

#[derive(Clone, Debug)]
pub(crate) enum DeviceBound {}

pub(crate) enum Options {}

impl DeviceBound {
    pub(crate) fn options(&self, _: &str, _: &Attributes, _: u64) -> Result<Options, fmt::Error> {
        match *self {}
    }
}

impl Devices {
    pub(crate) fn new<E>(
        options: Options,
        _: Mode,
        _: &CookieName,
        _: &Attributes,
        _: impl Fn(&str) -> Result<Arc<PurposeSlot>, E>,
    ) -> Result<Devices, E> {
        match options {}
    }

    pub(crate) fn judge(
        &self,
        _: &Context,
        _: &Metadata,
        _: &BoundCookies,
        _: UnixSeconds,
    ) -> Option<Admitted> {
        match *self {}
    }

    pub(crate) fn offer(
        &self,
        _: &Context,
        _: Sid,
        _: UnixSeconds,
    ) -> Result<Option<String>, RandomError> {
        match *self {}
    }

    pub(crate) fn depart(&self, _: Departure, _: UnixSeconds) -> Vec<String> {
        match *self {}
    }
}
