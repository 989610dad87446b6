//! All old cookies of one cookie, and those that a response expires.

use std::{ops::Range, time::SystemTime};

use super::{OldCookie, prepared::PreparedCookie};
use crate::{
    base::{config_error::ConfigError, time::UnixSeconds},
    cookie::{Attributes, CookieName, Template},
};

/// All old cookies that an application reads.
pub(crate) struct Migration {
    pub(super) cookies: Vec<PreparedCookie>,
    pub(super) dropped: Vec<(Template, UnixSeconds)>,
}

impl Migration {
    /// Prepares all old cookies, beside a cookie of this crate with `attributes` and `name`.
    pub(crate) fn new(
        all: &[(OldCookie, Range<SystemTime>)],
        attributes: &Attributes,
        name: &CookieName,
    ) -> Result<Migration, ConfigError> {
        let cookies = all
            .iter()
            .map(|(old, range)| PreparedCookie::new(old, range, attributes, name));
        let cookies = cookies.collect::<Result<Vec<_>, _>>()?;
        let mut dropped: Vec<(Template, UnixSeconds)> = Vec::new();
        for cookie in &cookies {
            let start = cookie.range.start;
            let mut known = dropped.iter_mut();
            // A cookie with several keys is given once for each.
            match known.find(|(template, _)| *template == cookie.template) {
                Some((_, known)) => *known = start.min(*known),
                None => dropped.push((cookie.template.clone(), start)),
            }
        }
        Ok(Migration { cookies, dropped })
    }
}
