//! The state that the handlers share.

use std::{
    error::Error,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, SameSite, SessionCookie, SessionHeader, SessionLayer, Size,
    carrier::{RefreshAfter, SessionCookieBuilder},
};

use crate::{
    Refused,
    choices::{Choice, Choices},
    clock::DemoClock,
    flags::Flags,
    hooks::Hooks,
    keys::{self, Keys},
};

/// The server under one choice of its settings.
#[derive(Clone)]
pub(crate) struct Site {
    /// The port on which the program listens. 0 before that stands for any.
    pub(crate) port: u16,
    pub(crate) clock: DemoClock,
    /// The keys of the session cookie.
    pub(crate) keys: Arc<Keys>,
    /// The visitor's session, configured by the flags and the choice.
    pub(crate) session: Cookie,
    /// The same without counters, to show what a cookie would open to.
    pub(crate) probe: SessionCookie,
    /// The same under another name.
    pub(crate) renamed: SessionCookie,
    pub(crate) timeouts: Timeouts,
    /// The sessions of `/api` with `--header`. Browsers send no such header, so the pages keep their cookie.
    pub(crate) header: Option<SessionHeader>,
    /// The visitor's display settings and the messages of the lab, which anybody may read.
    pub(crate) display: Cookie,
    /// Coins that another site is after. Sent with cross-site requests, so it has to be `Secure`.
    pub(crate) purse: Option<SessionCookie>,
    /// The longest time for which a visitor can be remembered, if any.
    pub(crate) remember_up_to: Option<Duration>,
    pub(crate) hooks: Hooks,
    /// The number of runs of the handler behind the playground's CSRF guard.
    pub(crate) guarded_runs: Arc<AtomicU64>,
    pub(crate) choice: Choice,
    pub(crate) choices: Choices,
    is_eager: bool,
    pub(crate) is_device_bound: bool,
}

/// A session cookie, and what the pages show of it.
#[derive(Clone)]
pub(crate) struct Cookie {
    pub(crate) cookie: SessionCookie,
    /// What follows `name=value` in each, where the session ends with the browser's.
    pub(crate) attributes: String,
}

/// The spans after which a session ends.
#[derive(Clone, Copy)]
pub(crate) struct Timeouts {
    /// The shorter of the two.
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
}

impl Site {
    /// The server under each choice, by its number.
    pub(crate) fn build(flags: Flags) -> Result<Vec<Site>, Refused> {
        let by_flags = Choice {
            is_split: flags.is_split,
            remembers: flags.remember_up_to.is_some(),
        };
        let keys = Keys::read(flags.mode, flags.keys.as_deref())?;
        Site::under_each(by_flags, Arc::new(keys), flags)
            .map_err(|error| Refused(error.to_string()))
    }

    fn under_each(
        by_flags: Choice,
        keys: Arc<Keys>,
        mut flags: Flags,
    ) -> Result<Vec<Site>, Box<dyn Error>> {
        let hooks = Hooks::default();
        let header = keys.session_header(flags.header.as_deref().unwrap_or_default());
        let (builder, header) = flags.configure(keys.session_cookie(), header);
        let header = hooks.hang_into(header);
        let header = flags.header.is_some().then(|| header.build()).transpose()?;
        let name = builder.clone().build()?.name().to_string();
        let display = display_cookie(flags.insecure, &name)?;
        let site = Site {
            port: flags.port,
            clock: DemoClock::new(flags.clock),
            session: Cookie::measure(builder.clone(), &hooks)?,
            probe: hooks.deny_in(builder.clone()).build()?,
            renamed: builder.clone().name(format!("{name}-renamed")).build()?,
            timeouts: Timeouts::measure(builder.clone())?,
            header,
            display: Cookie::measure(display, &Hooks::default())?,
            purse: purse(flags.insecure, &name)?,
            remember_up_to: flags.remember_up_to,
            hooks,
            guarded_runs: Arc::default(),
            choice: by_flags,
            choices: Choices::new(by_flags),
            is_eager: flags.is_eager,
            is_device_bound: flags.is_device_bound,
            keys,
        };
        let each = Choice::ALL.map(|choice| site.under(choice, &builder));
        each.into_iter().collect()
    }

    fn under(
        &self,
        choice: Choice,
        builder: &SessionCookieBuilder,
    ) -> Result<Site, Box<dyn Error>> {
        let (mut site, mut builder) = (self.clone(), builder.clone());
        if choice != self.choices.by_flags {
            // A ring that the flags' settings accept is never refused for a longer lifetime that may be switched on.
            builder = builder.danger_retire_early();
        }
        if choice.is_split && !self.choices.by_flags.is_split {
            builder = builder.size(Size::Split(MOST_COOKIES));
        }
        if choice.remembers && !self.choices.by_flags.remembers {
            builder = builder.remember_up_to(REMEMBERED);
            site.remember_up_to = Some(REMEMBERED);
        }
        site.choice = choice;
        site.session = Cookie::measure(builder.clone(), &self.hooks)?;
        site.probe = self.hooks.deny_in(builder).build()?;
        Ok(site)
    }

    /// The same, listening on `port`.
    pub(crate) fn at(self, port: u16) -> Site {
        Site { port, ..self }
    }

    /// The layer for the pages.
    pub(crate) fn layer_for_pages(&self) -> SessionLayer {
        self.finish(SessionLayer::new(self.session.cookie.clone()))
    }

    /// The layer for `/api`.
    pub(crate) fn layer_for_api(&self) -> SessionLayer {
        match &self.header {
            Some(header) => self.finish(SessionLayer::in_header(header.clone())),
            None => self.layer_for_pages(),
        }
    }

    fn finish(&self, layer: SessionLayer) -> SessionLayer {
        let layer = layer.clock(self.clock.for_sessions());
        if self.is_eager { layer.eager() } else { layer }
    }
}

impl Cookie {
    /// Measures a session that is never sent, without the hooks, which count the visitors' sessions.
    fn measure(builder: SessionCookieBuilder, hooks: &Hooks) -> Result<Cookie, Box<dyn Error>> {
        let cookie = builder.clone().build()?;
        let session = cookie.load(None::<&str>, any_moment());
        session.ensure_id()?;
        // Earlier fields expire cookies with former attributes.
        let fields = cookie.save(&session)?;
        let field = fields.iter().last();
        let attributes = field.and_then(|field| Some(field[field.find(';')?..].to_owned()));
        Ok(Cookie {
            cookie: hooks.hang_into(builder).build()?,
            attributes: attributes.unwrap_or_default(),
        })
    }
}

impl Timeouts {
    fn measure(builder: SessionCookieBuilder) -> Result<Timeouts, Box<dyn Error>> {
        let lifetime = |builder: SessionCookieBuilder| {
            let cookie = builder.refresh_after(RefreshAfter::Never).build()?;
            let field = cookie.cookie_for(any_moment(), |session| session.insert("a", 1))?;
            let session = cookie.load([field], any_moment());
            // A ring with a later `not_before` refuses it.
            let end = session.expires_at().unwrap_or_else(any_moment);
            Ok::<_, Box<dyn Error>>(end.duration_since(any_moment())?)
        };
        Ok(Timeouts {
            idle: lifetime(builder.clone())?,
            absolute: lifetime(builder.idle_timeout(None))?,
        })
    }
}

fn any_moment() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// A signed cookie, because its content may be read. Its name differs from `taken`, the session cookie's.
fn display_cookie(insecure: bool, taken: &str) -> Result<SessionCookieBuilder, Box<dyn Error>> {
    let ring = keys::fresh_signing("signed display cookie").map_err(|Refused(error)| error)?;
    let cookie = SessionCookie::unencrypted_but_signed(ring);
    Ok(if insecure {
        cookie
            .danger_allow_http()
            .name(other_than(taken, "display"))
    } else {
        cookie.name(other_than(taken, "__Host-display"))
    })
}

fn purse(insecure: bool, taken: &str) -> Result<Option<SessionCookie>, Box<dyn Error>> {
    if insecure {
        return Ok(None);
    }
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?);
    let cookie = cookie.name(other_than(taken, "__Host-purse"));
    Ok(Some(cookie.same_site(SameSite::None).build()?))
}

fn other_than(taken: &str, name: &str) -> String {
    if name == taken {
        format!("{name}2")
    } else {
        name.to_owned()
    }
}

const MOST_COOKIES: u8 = 4;
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
