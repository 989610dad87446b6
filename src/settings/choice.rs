//! Values of settings, and the options that they change.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use crate::{
    carrier::{FormerAttributes, InCookie, Options, Responses, Size},
    cookie::SameSite,
    crypto::suite::Mode,
    keys::RingSource,
    state::{Padding, RefreshAfter},
};

/// Value of a setting, by the sessions that have it.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    Mode(Mode),
    Keys(Vec<RingSource>),
    WatchKeys(Duration),
    /// Of sessions in every carrier.
    OfAll(OfAll),
    /// Of sessions that are saved with a response: in cookies and in headers.
    OfResponses(OfResponses),
    OfCookies(OfCookies),
}

#[derive(Clone, Debug)]
pub(super) enum OfAll {
    IdleTimeout(Option<Duration>),
    AbsoluteTimeout(Duration),
    RememberUpTo(Duration),
    RememberedIdleTimeout(Duration),
    RefreshAfter(RefreshAfter),
    ClockSkew(Duration),
    NotBefore(SystemTime),
    RetireEarly(bool),
    Padding(Padding),
    Application(Text),
    Context(Vec<(Text, Text)>),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum OfResponses {
    SaveOnServerError(bool),
    AllowSharedCaching(bool),
}

#[derive(Clone, Debug)]
pub(super) enum OfCookies {
    Name(Text),
    Path(Text),
    Domain(Text),
    SameSite(SameSite),
    Partitioned(bool),
    Persistent(bool),
    AllowHttp(bool),
    Size(Size),
    Formerly(Vec<FormerAttributes>),
    /// An attribute that every cookie has.
    Always,
}

/// A text whose `Debug` is its length, because a mistake in a file may have put a password into it.
#[derive(Clone)]
pub(super) struct Text(pub(super) String);

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Choice {
    /// Returns `true` for settings about the keys, which a program may have of its own.
    pub(super) fn is_about_keys(&self) -> bool {
        matches!(self, Choice::Keys(_) | Choice::WatchKeys(_))
    }

    /// Changes the options of a builder, which has its keys and their mode. The error is the rest of a sentence: the
    /// carrier has no such setting.
    pub(super) fn apply(
        &self,
        options: &mut Options,
        cookie: Option<&mut InCookie>,
    ) -> Result<(), &'static str> {
        match self {
            Choice::Mode(_) | Choice::Keys(_) | Choice::WatchKeys(_) => {}
            Choice::OfAll(choice) => choice.apply(options),
            Choice::OfResponses(choice) => choice.apply(&mut options.responses),
            Choice::OfCookies(OfCookies::Persistent(on)) if cookie.is_some() => {
                options.responses.all_persist = *on;
            }
            Choice::OfCookies(choice) => choice.apply(cookie.ok_or(OF_COOKIES)?),
        }
        Ok(())
    }
}

impl OfAll {
    fn apply(&self, options: &mut Options) {
        match self {
            OfAll::IdleTimeout(span) => options.idle_timeout = Some(*span),
            OfAll::AbsoluteTimeout(span) => options.absolute_timeout = *span,
            OfAll::RememberUpTo(span) => options.remember_up_to = Some(*span),
            OfAll::RememberedIdleTimeout(span) => options.remembered_idle_timeout = Some(*span),
            OfAll::RefreshAfter(refresh) => options.refresh_after = Some(*refresh),
            OfAll::ClockSkew(span) => options.clock_skew = *span,
            OfAll::NotBefore(moment) => options.not_before = Some(*moment),
            OfAll::RetireEarly(on) => options.retire_early = *on,
            OfAll::Padding(padding) => options.padding = *padding,
            OfAll::Application(label) => options.application = Some(label.0.clone()),
            OfAll::Context(pairs) => {
                let pairs = pairs.iter().cloned();
                options
                    .context
                    .extend(pairs.map(|(label, value)| (label.0, value.0)));
            }
        }
    }
}

impl OfResponses {
    fn apply(self, responses: &mut Responses) {
        match self {
            OfResponses::SaveOnServerError(on) => responses.save_on_server_error = on,
            OfResponses::AllowSharedCaching(on) => responses.shared_caching = on,
        }
    }
}

impl OfCookies {
    fn apply(&self, cookie: &mut InCookie) {
        let attributes = &mut cookie.attributes;
        match self {
            OfCookies::Name(name) => cookie.name = Some(name.0.clone()),
            OfCookies::Path(path) => attributes.path.clone_from(&path.0),
            OfCookies::Domain(domain) => attributes.domain = Some(domain.0.clone()),
            OfCookies::SameSite(same_site) => attributes.same_site = *same_site,
            OfCookies::Partitioned(on) => attributes.partitioned = *on,
            OfCookies::AllowHttp(on) => attributes.secure = !on,
            OfCookies::Size(size) => cookie.size = *size,
            OfCookies::Formerly(all) => cookie.former.extend_from_slice(all),
            OfCookies::Persistent(_) | OfCookies::Always => {}
        }
    }
}

const OF_COOKIES: &str =
    "is a setting of cookies, and these sessions travel without one; leave it out";
