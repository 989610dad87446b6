//! Cookies that other libraries wrote, beside the session's own. Without feature `migrate` there are none.

use std::sync::Arc;

use crate::{
    base::time::UnixSeconds,
    cookie::{CookieName, PartNumbers, SetCookies, Template},
    migrate::{Missed, OldValues, Source},
    session::events,
};

pub(crate) struct OldCookies {
    sources: Arc<[Source]>,
    pub(super) missed: Missed,
    fields: Vec<OldField>,
}

/// The field that drops an old cookie.
struct OldField {
    template: Template,
    /// The second in which the cookie begins to be read. Before that it belongs to the old program.
    start: UnixSeconds,
}

impl OldCookies {
    pub(super) fn new(all: Vec<(Source, Template)>, new_name: &CookieName) -> OldCookies {
        let mut fields: Vec<OldField> = Vec::new();
        let mut sources = Vec::new();
        for (source, template) in all {
            let start = source.start();
            sources.push(source);
            // Several keys of one cookie are several sources.
            match fields.iter_mut().find(|field| field.template == template) {
                Some(field) => field.start = start.min(field.start),
                None => fields.push(OldField { template, start }),
            }
        }
        OldCookies {
            missed: Missed::beside(&sources, new_name),
            sources: sources.into(),
            fields,
        }
    }

    /// Room for the values that a request brings. `None`: there are no old cookies.
    pub(super) fn values(&self) -> Option<OldValues> {
        OldValues::of(&self.sources)
    }

    /// Tells once that cookies of the name `missed` keep arriving beside no session.
    pub(super) fn tell_missed(&self, purpose: &str, missed: &str) {
        if self.missed.is_warning_due() {
            events::old_cookie_missed(purpose, missed);
        }
    }

    /// Adds the fields that drop those that are read by now.
    pub(super) fn expire(&self, now: UnixSeconds, fields: &mut SetCookies) {
        for OldField { template, start } in &self.fields {
            if now >= *start {
                template.expire(PartNumbers::default(), fields);
            }
        }
    }
}

#[cfg(feature = "cookie")]
impl OldCookies {
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let mut fields = self.fields.iter();
        fields.any(|field| field.template.start().strip_suffix('=') == Some(name))
    }

    /// Returns `true` if several fields drop cookies of one name.
    pub(crate) fn has_twins(&self) -> bool {
        let starts = |fields: &[OldField], start| {
            let mut fields = fields.iter();
            fields.any(|field| field.template.start() == start)
        };
        let mut fields = self.fields.iter().enumerate();
        fields.any(|(i, field)| starts(&self.fields[..i], field.template.start()))
    }
}
