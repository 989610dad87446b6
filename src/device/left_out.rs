//! The stand-in for devices, without feature `device-bound`: there are none, and nobody can ask for them.

use std::sync::Arc;

use crate::{
    base::{config_error::ConfigError, time::UnixSeconds},
    cookie::{Attributes, BoundCookies, CookieName, SetCookies},
    keys::PurposeSlot,
    state::{Admitted, Metadata, State},
    token::{Context, SealError},
};

pub(crate) enum Devices {}

#[derive(Clone, Debug)]
pub(crate) enum DeviceBound {}

impl Devices {
    pub(crate) fn new(
        settings: &DeviceBound,
        _: u64,
        _: &CookieName,
        _: &Attributes,
        _: impl Fn(&str) -> Result<Arc<PurposeSlot>, ConfigError>,
    ) -> Result<Devices, ConfigError> {
        match *settings {}
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

    pub(crate) fn news<T>(
        &self,
        _: &Context,
        _: &State<T>,
        _: bool,
    ) -> Result<SetCookies, SealError> {
        match *self {}
    }
}
