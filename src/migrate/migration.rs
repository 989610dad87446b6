use std::{ops::Range, sync::Arc, time::SystemTime};

use super::{OldCookie, source::Source, takeover::Takeover};
use crate::{
    base::{config_error::ConfigError, time::UnixSeconds},
    cookie::{Attributes, CookieName, Template},
    session::{OldCookies, Predecessor},
};

/// All old cookies that an application reads.
pub(crate) struct Migration {
    pub(super) sources: Vec<Source>,
    dropped: Vec<(Template, UnixSeconds)>,
}

impl Migration {
    /// Prepares all old cookies, beside a cookie of this crate with `attributes` and `name`.
    pub(crate) fn new(
        all: &[(OldCookie, Range<SystemTime>)],
        attributes: &Attributes,
        name: &CookieName,
    ) -> Result<Migration, ConfigError> {
        let sources = all
            .iter()
            .map(|(old, range)| Source::new(old, range, attributes, name));
        let sources = sources.collect::<Result<Vec<_>, _>>()?;
        let mut dropped: Vec<(Template, UnixSeconds)> = Vec::new();
        for source in &sources {
            let start = source.range.start;
            let mut known = dropped.iter_mut();
            // Several keys of one cookie are several sources.
            match known.find(|(template, _)| *template == source.template) {
                Some((_, known)) => *known = start.min(*known),
                None => dropped.push((source.template.clone(), start)),
            }
        }
        Ok(Migration { sources, dropped })
    }
}

impl OldCookies for Arc<Migration> {
    fn look(&self) -> Box<dyn Predecessor> {
        Box::new(Takeover::of(self))
    }

    fn dropped(&self) -> &[(Template, UnixSeconds)] {
        &self.dropped
    }
}
