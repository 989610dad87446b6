//! All old cookies of one cookie, and those that a response expires.

use std::{any::TypeId, iter, ops::Range, sync::atomic::AtomicBool, time::SystemTime};

use super::{OldCookie, prepared::PreparedCookie};
use crate::{
    base::config_error::ConfigError,
    cookie::{Attributes, CookieName},
    session::DroppedCookie,
};

/// All old cookies that an application reads.
pub(crate) struct Migration {
    pub(super) cookies: Vec<PreparedCookie>,
    pub(super) dropped: Vec<DroppedCookie>,
    /// The log has said that the sessions of an old cookie seem to have begun too early.
    pub(super) told_of_range: AtomicBool,
    /// The log has said that browsers do not drop an old cookie.
    pub(super) told_of_attributes: AtomicBool,
}

impl Migration {
    /// Prepares all old cookies, beside a cookie of this crate with `attributes` and `name`, whose sessions hold
    /// `held`.
    pub(crate) fn new(
        all: &[(OldCookie, Range<SystemTime>)],
        attributes: &Attributes,
        name: &CookieName,
        held: TypeId,
    ) -> Result<Migration, ConfigError> {
        let cookies = all
            .iter()
            .map(|(old, range)| PreparedCookie::new(old, range, attributes, name, held));
        let cookies = cookies.collect::<Result<Vec<_>, _>>()?;
        let mut dropped: Vec<DroppedCookie> = Vec::new();
        for cookie in &cookies {
            let from = cookie.range.start;
            let others = cookie.others.iter().map(|(_, template)| (template, 1));
            for (template, cookies) in
                iter::once((&cookie.template, cookie.most_cookies)).chain(others)
            {
                let mut known = dropped.iter_mut();
                // A cookie with several keys is given once for each.
                match known.find(|known| known.template == *template) {
                    Some(known) => {
                        known.from = from.min(known.from);
                        known.cookies = cookies.max(known.cookies);
                    }
                    None => dropped.push(DroppedCookie {
                        template: template.clone(),
                        cookies,
                        from,
                    }),
                }
            }
        }
        Ok(Migration {
            cookies,
            dropped,
            told_of_range: false.into(),
            told_of_attributes: false.into(),
        })
    }
}
