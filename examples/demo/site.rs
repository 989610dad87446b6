//! The state that the handlers share.

use std::{
    ops::Deref,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, SameSite, SessionCookie, SessionHeader, SessionLayer, Size,
    carrier::{KeysInUse, RefreshAfter, SessionCookieBuilder},
};

use crate::{
    Refused,
    clock::DemoClock,
    flags::Flags,
    hooks::Hooks,
    keys::{self, Keys},
};

/// The server with one choice of the settings that a visitor may switch.
pub(crate) struct Site {
    shared: Arc<Shared>,
    pub(crate) choice: Choice,
    /// The visitor's session, configured by the flags and the choice.
    pub(crate) session: Cookie,
    /// The same without counters, to show what a cookie would open to.
    pub(crate) probe: SessionCookie,
    /// The longest time for which a visitor can be remembered, if any.
    pub(crate) remember_up_to: Option<Duration>,
    pub(crate) timeouts: Timeouts,
}

/// The state of the server under every choice.
pub(crate) struct Shared {
    pub(crate) flags: Flags,
    port: OnceLock<u16>,
    pub(crate) clock: DemoClock,
    /// The keys of the session cookie.
    pub(crate) keys: Keys,
    /// The session cookie under another name.
    pub(crate) renamed: SessionCookie,
    /// The sessions of `/api` with `--header`. Browsers send no such header, so the pages keep their cookie.
    pub(crate) header: Option<SessionHeader>,
    /// The visitor's colours and the messages of the lab, which anybody may read.
    pub(crate) display: Cookie,
    /// Coins that another site is after. Sent with cross-site requests, so it has to be `Secure`.
    pub(crate) purse: Option<SessionCookie>,
    pub(crate) hooks: Hooks,
    /// The number of runs of the handler behind the playground's CSRF guard.
    pub(crate) guarded_runs: AtomicU64,
    /// The settings that the flags have switched on for good.
    pub(crate) by_flags: Choice,
    /// The number of the choice in use.
    current: AtomicUsize,
}

/// Settings that a visitor of the lab may switch on while the program runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    pub(crate) is_split: bool,
    pub(crate) remembers: bool,
}

/// A session cookie, and what the pages show of it.
pub(crate) struct Cookie {
    pub(crate) cookie: SessionCookie,
    /// What follows `name=value` in each, where the session ends with the browser's.
    pub(crate) attributes: String,
}

/// The spans after which a session ends.
pub(crate) struct Timeouts {
    /// The shorter of the two.
    pub(crate) idle: Duration,
    pub(crate) absolute: Duration,
}

impl Site {
    /// Builds the server under each choice, by its number.
    pub(crate) fn build(flags: Flags) -> Result<[Arc<Site>; 4], Refused> {
        let keys = Keys::read(flags.mode, flags.keys.as_deref())?;
        let hooks = Hooks::default();
        let header = flags.header.as_deref().map(|name| {
            let builder = flags.header(keys.session_header(name))?;
            Ok::<_, Refused>(hooks.add_to(builder).build()?)
        });
        let builder = flags.cookie(keys.session_cookie())?;
        let name = builder.clone().build()?.name().to_string();
        let by_flags = Choice {
            is_split: flags.is_split(),
            remembers: flags.remember_up_to().is_some(),
        };
        let display = display_cookie(flags.is_insecure(), &name)?;
        let shared = Arc::new(Shared {
            port: OnceLock::new(),
            clock: DemoClock::new(flags.clock),
            renamed: builder.clone().name(format!("{name}-renamed")).build()?,
            header: header.transpose()?,
            display: Cookie::build(display, &Hooks::default())?,
            purse: purse(flags.is_insecure(), &name)?,
            guarded_runs: AtomicU64::new(0),
            by_flags,
            current: by_flags.number().into(),
            hooks,
            keys,
            flags,
        });
        let site = |number| Site::with(&shared, Choice::of(number), &builder).map(Arc::new);
        Ok([site(0)?, site(1)?, site(2)?, site(3)?])
    }

    fn with(
        shared: &Arc<Shared>,
        choice: Choice,
        builder: &SessionCookieBuilder,
    ) -> Result<Site, Refused> {
        let (by_flags, mut builder) = (shared.by_flags, builder.clone());
        let mut remember_up_to = shared.flags.remember_up_to();
        if choice != by_flags {
            // A ring that the flags' settings accept is never refused for a longer lifetime that may be switched on.
            builder = builder.danger_retire_early();
        }
        if choice.is_split && !by_flags.is_split {
            builder = builder.size(Size::Split(MOST_COOKIES));
        }
        if choice.remembers && !by_flags.remembers {
            builder = builder.remember_up_to(REMEMBERED);
            remember_up_to = Some(REMEMBERED);
        }
        Ok(Site {
            shared: Arc::clone(shared),
            choice,
            session: Cookie::build(builder.clone(), &shared.hooks)?,
            timeouts: Timeouts::measure(&builder)?,
            probe: shared.hooks.deny_in(builder).build()?,
            remember_up_to,
        })
    }

    /// Returns the layer for the pages.
    pub(crate) fn layer_for_pages(&self) -> SessionLayer {
        self.finish(SessionLayer::new(self.session.cookie.clone()))
    }

    /// Returns the layer for `/api`.
    pub(crate) fn layer_for_api(&self) -> SessionLayer {
        match &self.header {
            Some(header) => self.finish(SessionLayer::in_header(header.clone())),
            None => self.layer_for_pages(),
        }
    }

    fn finish(&self, layer: SessionLayer) -> SessionLayer {
        let layer = layer.clock(self.clock.for_sessions());
        match self.flags.is_eager {
            true => layer.eager(),
            false => layer,
        }
    }

    pub(crate) fn keys_in_use(&self) -> KeysInUse {
        self.session.cookie.keys_in_use(self.clock.now())
    }
}

impl Deref for Site {
    type Target = Shared;

    fn deref(&self) -> &Shared {
        &self.shared
    }
}

impl Shared {
    pub(crate) fn listens_on(&self, port: u16) {
        // Once, before the first request.
        let _ = self.port.set(port);
    }

    pub(crate) fn port(&self) -> u16 {
        self.port.get().copied().unwrap_or(self.flags.port)
    }

    /// Returns the number of the site that answers now.
    pub(crate) fn current_site(&self) -> usize {
        self.current.load(Ordering::SeqCst)
    }

    /// Uses `choice` for the next requests. What the flags have switched on stays.
    pub(crate) fn switch_to(&self, choice: Choice) {
        let number = choice.number() | self.by_flags.number();
        self.current.store(number, Ordering::SeqCst);
    }
}

impl Choice {
    fn of(number: usize) -> Choice {
        Choice {
            is_split: number & 1 != 0,
            remembers: number & 2 != 0,
        }
    }

    fn number(self) -> usize {
        usize::from(self.is_split) | usize::from(self.remembers) << 1
    }
}

impl Cookie {
    /// Reads the attributes from a session that is never sent, without the hooks, which count the visitors' sessions.
    fn build(builder: SessionCookieBuilder, hooks: &Hooks) -> Result<Cookie, Refused> {
        let cookie = builder.clone().build()?;
        let session = cookie.load(None::<&str>, any_moment());
        session.ensure_id()?;
        // Earlier fields expire cookies with former attributes.
        let fields = cookie.save(&session)?;
        let field = fields.iter().last();
        let attributes = field.and_then(|field| Some(field[field.find(';')?..].to_owned()));
        Ok(Cookie {
            cookie: hooks.add_to(builder).build()?,
            attributes: attributes.unwrap_or_default(),
        })
    }
}

impl Timeouts {
    fn measure(builder: &SessionCookieBuilder) -> Result<Timeouts, Refused> {
        let lifetime = |builder: SessionCookieBuilder| {
            let cookie = builder.refresh_after(RefreshAfter::Never).build()?;
            let field = cookie.cookie_for(any_moment(), |session| session.insert("a", 1))?;
            let session = cookie.load([field], any_moment());
            // A ring with a later `not_before` refuses it.
            let end = session.expires_at().unwrap_or_else(any_moment);
            Ok::<_, Refused>(end.duration_since(any_moment())?)
        };
        Ok(Timeouts {
            idle: lifetime(builder.clone())?,
            absolute: lifetime(builder.clone().idle_timeout(None))?,
        })
    }
}

fn any_moment() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// A signed cookie, because its content may be read. Its name differs from `taken`, the session cookie's.
fn display_cookie(is_insecure: bool, taken: &str) -> Result<SessionCookieBuilder, Refused> {
    let ring = keys::fresh_signing("signed display cookie")?;
    let cookie = SessionCookie::unencrypted_but_signed(ring);
    Ok(match is_insecure {
        true => {
            let name = other_than(taken, "display");
            cookie.danger_allow_http().name(name)
        }
        false => cookie.name(other_than(taken, "__Host-display")),
    })
}

fn purse(is_insecure: bool, taken: &str) -> Result<Option<SessionCookie>, Refused> {
    if is_insecure {
        return Ok(None);
    }
    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?);
    let cookie = cookie.name(other_than(taken, "__Host-purse"));
    Ok(Some(cookie.same_site(SameSite::None).build()?))
}

fn other_than(taken: &str, name: &str) -> String {
    let suffix = if name == taken { "2" } else { "" };
    format!("{name}{suffix}")
}

const MOST_COOKIES: u8 = 4;
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
