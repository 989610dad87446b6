//! The cookies that a session's cookie replaces: the same with former attributes, and those of other libraries, of
//! which there are none without feature `migrate`.

use std::sync::Arc;

use crate::{
    base::time::UnixSeconds,
    cookie::{PartNumbers, SetCookies, Template},
    migrate::{Migration, Takeover},
};

pub(crate) struct Replaced {
    cookies: Vec<ReplacedCookie>,
    migration: Arc<Migration>,
}

struct ReplacedCookie {
    template: Template,
    /// The second in which the cookie begins to be dropped. An old one before that belongs to the old program.
    start: UnixSeconds,
    /// A cookie of ours, which may have parts.
    is_former: bool,
}

impl Replaced {
    pub(super) fn new(
        former: Vec<Template>,
        migration: Migration,
        old: Vec<(Template, UnixSeconds)>,
    ) -> Replaced {
        let former = former.into_iter().map(|template| ReplacedCookie {
            template,
            start: 0,
            is_former: true,
        });
        let mut cookies: Vec<_> = former.collect();
        for (template, start) in old {
            // Several keys of one cookie are several sources.
            match cookies.iter_mut().find(|known| known.template == template) {
                Some(known) => known.start = start.min(known.start),
                None => cookies.push(ReplacedCookie {
                    template,
                    start,
                    is_former: false,
                }),
            }
        }
        let migration = Arc::new(migration);
        Replaced { cookies, migration }
    }

    /// Room for the values of old cookies that a request brings. `None`: there are no old cookies.
    pub(super) fn takeover(&self) -> Option<Takeover> {
        Takeover::of(&self.migration)
    }

    /// Adds the fields that drop the cookies, with `parts` of those of ours.
    pub(super) fn expire(&self, now: UnixSeconds, parts: PartNumbers, fields: &mut SetCookies) {
        for cookie in self.cookies.iter().filter(|cookie| now >= cookie.start) {
            let parts = if cookie.is_former {
                parts
            } else {
                PartNumbers::default()
            };
            cookie.template.expire(parts, fields);
        }
    }
}

#[cfg(feature = "cookie")]
impl Replaced {
    pub(crate) fn has_name(&self, name: &str) -> bool {
        let mut names = self.cookies.iter().map(|cookie| cookie.template.name());
        names.any(|known| known == name)
    }

    /// Returns `true` if the fields of a response may drop several cookies of one name, or drop one that they set.
    pub(crate) fn has_twins(&self) -> bool {
        let names = self.cookies.iter().map(|cookie| cookie.template.name());
        let distinct: std::collections::BTreeSet<_> = names.collect();
        distinct.len() < self.cookies.len() || self.cookies.iter().any(|cookie| cookie.is_former)
    }
}
