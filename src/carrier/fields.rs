//! Cookies of a carrier, how a session is written to them, and how those with former attributes are dropped.

use std::sync::Arc;

use crate::{
    base::UnixSeconds,
    cookie::{
        Finder, PART_LEN, PartNumbers, SetCookies, Template, attributes::SameSite, max_age_len,
    },
    session::{Change, Decided, DroppedCookie, OldCookies, ToSeal},
    state::Overhead,
};

/// Cookies of one carrier: the current one, those with former attributes, and the cookies from which it takes over sessions.
pub(crate) struct CookieFields {
    pub(crate) finder: Finder,
    pub(crate) template: Template,
    /// `true` once the log has said that browsers drop the cookie, or do not send it back.
    #[cfg(feature = "tower")] // Only layers know the page.
    pub(crate) is_logged: std::sync::atomic::AtomicBool,
    pub(crate) refresh_navigations_only: bool,
    /// Fields that drop the cookie with former attributes.
    pub(crate) former: Vec<Template>,
    pub(crate) old_cookies: Option<Arc<dyn OldCookies>>,
    /// Largest number of cookies in which the size profile lets a session be sent.
    pub(crate) most: usize,
}

impl CookieFields {
    /// Returns the fields of a response at the end of its session's request: the cookie that is set or dropped, between
    /// the fields that drop the cookies it replaces, and then the fields of the companion.
    pub(crate) fn write<T>(&self, decided: Decided<'_, T>) -> SetCookies {
        let to_seal = match &decided.change {
            Change::Keep => return SetCookies::default(),
            Change::Store(to_seal) => Some(to_seal),
            Change::Drop => None,
        };
        let (carried, same_site) = (decided.carried(), self.same_site_of_drops(&decided));
        let mut fields = SetCookies::default();
        self.drop_former(carried, same_site, &mut fields);
        match to_seal {
            Some(to_seal) => self.store(&decided, to_seal, same_site, &mut fields),
            None => self
                .template
                .expire_beyond(0, carried, same_site, &mut fields),
        }
        self.drop_old(decided.state().now, same_site, &mut fields);
        fields.append(decided.of_companion);
        fields
    }

    /// Returns the `SameSite` of all fields that drop a cookie. In a frame of another site, a browser ignores those with
    /// another value than `None`, and the visitor would stay signed in. But the cookies of a session that goes on must
    /// not go where the browser refuses the new one.
    fn same_site_of_drops<T>(&self, decided: &Decided<'_, T>) -> SameSite {
        let is_stored = matches!(decided.change, Change::Store(_));
        if is_stored && !decided.state().has_begun_or_ended() {
            self.template.attributes.same_site
        } else {
            SameSite::None
        }
    }

    /// Adds the fields that carry the token, and drops the parts that it does not use.
    fn store<T>(
        &self,
        decided: &Decided<'_, T>,
        to_seal: &ToSeal,
        same_site: SameSite,
        fields: &mut SetCookies,
    ) {
        let (template, state) = (&self.template, decided.state());
        let (token_len, max_age) = (decided.token_len(to_seal), state.max_age(to_seal.body));
        let overhead = Overhead {
            field: template.len(),
            max_age: max_age.map_or(0, max_age_len),
            part: PART_LEN,
            ..Overhead::default()
        };
        let part_len = state.allowed(to_seal.body).part_len(token_len, overhead);
        let cookies = if part_len < token_len {
            let mut token = String::with_capacity(token_len);
            decided.seal_into(to_seal, &mut token);
            template.set_in_parts(&token, part_len, max_age, fields)
        } else {
            // Written in place, so that no token is copied.
            let mut field = template.begin(0, token_len + overhead.max_age);
            decided.seal_into(to_seal, &mut field);
            template.push_end(max_age, &mut field);
            fields.push(field);
            1
        };
        template.expire_beyond(cookies, decided.carried(), same_site, fields);
    }

    /// Drops the cookies with former attributes, with the parts that arrived and all that the size profile allows, because
    /// another page may hold old parts and would join them with the new ones. These fields come before the cookie of the
    /// same name that is set (docs/spec/carriers.md § 9.3.3).
    fn drop_former(&self, carried: PartNumbers, same_site: SameSite, fields: &mut SetCookies) {
        let parts = carried.with_all_of(self.most);
        for template in &self.former {
            template.expire_beyond(0, parts, same_site, fields);
        }
    }

    /// Drops old cookies after the session's cookie, because clients without a jar, as in tests, take the first cookie
    /// that a response sets.
    fn drop_old(&self, now: UnixSeconds, same_site: SameSite, fields: &mut SetCookies) {
        for old in self.old().iter().filter(|old| now >= old.from) {
            let parts = PartNumbers::default().with_all_of(old.cookies);
            old.template.expire_beyond(0, parts, same_site, fields);
        }
    }

    /// Returns for each old cookie among these the fields that may drop it, each with those that drop it at these other
    /// paths.
    #[cfg(feature = "tower")]
    pub(crate) fn old_at<'a, P: Iterator<Item = &'a str>>(
        &self,
        cookie_fields: &[&[u8]],
        paths: impl Fn() -> P,
    ) -> Vec<(String, Vec<String>)> {
        let templates = self.old().iter().map(|old| &old.template);
        let received = templates.filter(|template| {
            let finder = Finder::new(template.name.as_str());
            !finder.find(cookie_fields, 0).is_empty()
        });
        let fields = received.flat_map(|template| {
            [SameSite::None, self.template.attributes.same_site].map(|same_site| {
                let own = template.expire_one(0, same_site);
                let elsewhere = paths().map(|path| template.expire_at(path, same_site));
                let others = elsewhere.filter(|other| *other != own).collect();
                (own, others)
            })
        });
        let mut fields: Vec<(String, Vec<String>)> = fields.collect();
        fields.dedup();
        fields
    }

    /// Returns the old cookies that responses expire.
    pub(crate) fn old(&self) -> &[DroppedCookie] {
        let old_cookies = self.old_cookies.as_ref();
        old_cookies.map_or(&[], |old| old.dropped())
    }
}
