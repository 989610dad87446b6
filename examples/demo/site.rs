//! The state that the handlers share.

use std::{
    ops::Deref,
    sync::{Arc, Mutex, OnceLock, atomic::AtomicU64},
    time::Duration,
};

use axum::Router;
use hardtack::{
    KeyRing, SessionCookie, SessionLayer, SigningKey, Size,
    carrier::{KeysInUse, SessionCookieBuilder},
};

use crate::{Refused, clock::DemoClock, flags::Flags, hooks::Hooks, keys::Keys, lock, routes};

/// The server under one choice of the settings that a visitor may switch.
pub(crate) struct Site {
    shared: Arc<Shared>,
    pub(crate) choice: Choice,
    /// The visitor's session, configured by the flags and the choice.
    pub(crate) session: SessionCookie,
    /// The same without counters, to show what a cookie would open to.
    pub(crate) probe: SessionCookie,
}

/// The state of the server under every choice.
pub(crate) struct Shared {
    pub(crate) flags: Flags,
    port: OnceLock<u16>,
    pub(crate) clock: DemoClock,
    /// The keys of the session cookie.
    pub(crate) keys: Keys,
    /// The session cookie, but for the choice and the hooks.
    builder: SessionCookieBuilder,
    /// The session cookie under another name.
    pub(crate) renamed: SessionCookie,
    /// The sessions of `/api` with `--header`. Browsers send no such header, so the pages keep their cookie.
    pub(crate) header: Option<SessionLayer>,
    /// The visitor's language and colours and the messages of the lab, which anybody may read.
    pub(crate) display: SessionCookie,
    pub(crate) hooks: Hooks,
    /// The number of runs of the handler behind the playground's CSRF guard.
    pub(crate) guarded_runs: AtomicU64,
    /// The router of the current choice.
    router: Mutex<Router>,
}

/// Settings that a visitor of the lab has switched on while the program runs.
#[derive(Clone, Copy, Default)]
pub(crate) struct Choice {
    pub(crate) is_split: bool,
    pub(crate) remembers: bool,
}

impl Site {
    pub(crate) fn build(flags: Flags) -> Result<Arc<Site>, Refused> {
        let keys = Keys::read(flags.mode, flags.keys.as_deref())?;
        let hooks = Hooks::default();
        let header = |name: &String| -> Result<SessionLayer, Refused> {
            let builder = flags.header(keys.session_header(name))?;
            Ok(SessionLayer::in_header(hooks.count_in(builder).build()?))
        };
        let header = flags.header.as_ref().map(header).transpose()?;
        let builder = flags.cookie(keys.session_cookie())?;
        let name = builder.clone().build()?.name().to_string();
        let is_insecure = flags.is_insecure();
        let shared = Arc::new(Shared {
            port: OnceLock::new(),
            clock: DemoClock::new(flags.clock),
            renamed: builder.clone().name(format!("{name}-renamed")).build()?,
            header,
            display: display(is_insecure, format!("{name}-display"))?,
            guarded_runs: AtomicU64::new(0),
            router: Mutex::default(),
            hooks,
            keys,
            builder,
            flags,
        });
        Site::with(shared, Choice::default())
    }

    /// Answers the next requests under this choice.
    pub(crate) fn with(shared: Arc<Shared>, choice: Choice) -> Result<Arc<Site>, Refused> {
        let mut builder = shared.builder.clone();
        if choice.is_split {
            builder = builder.size(Size::Split(MOST_COOKIES));
        }
        if choice.remembers {
            builder = builder.remember_up_to(REMEMBERED);
        }
        let site = Arc::new(Site {
            choice,
            session: shared.hooks.count_in(builder.clone()).build()?,
            probe: shared.hooks.deny_in(builder).build()?,
            shared,
        });
        *lock(&site.router) = routes::all(&site);
        Ok(site)
    }

    pub(crate) fn switch_to(&self, choice: Choice) -> Result<(), Refused> {
        Site::with(Arc::clone(&self.shared), choice).map(drop)
    }

    /// Returns the longest time for which a visitor can be remembered, if any.
    pub(crate) fn remembers_for(&self) -> Option<Duration> {
        let by_flag = self.flags.duration("remember_up_to");
        by_flag.or(self.choice.remembers.then_some(REMEMBERED))
    }

    /// Returns the layer for the pages.
    pub(crate) fn layer_for_pages(&self) -> SessionLayer {
        self.finish(SessionLayer::new(self.session.clone()))
    }

    /// Returns the layer for `/api`.
    pub(crate) fn layer_for_api(&self) -> SessionLayer {
        match &self.header {
            Some(layer) => self.finish(layer.clone()),
            None => self.layer_for_pages(),
        }
    }

    fn finish(&self, layer: SessionLayer) -> SessionLayer {
        let layer = layer.clock(self.clock.for_sessions());
        if self.flags.is_eager {
            layer.eager(true)
        } else {
            layer
        }
    }

    pub(crate) fn keys_in_use(&self) -> KeysInUse {
        self.session.keys_in_use(self.clock.now())
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

    pub(crate) fn router(&self) -> Router {
        lock(&self.router).clone()
    }
}

/// A signed cookie, because its content may be read.
fn display(is_insecure: bool, name: String) -> Result<SessionCookie, Refused> {
    let ring = KeyRing::from(SigningKey::generate()?);
    let cookie = SessionCookie::unencrypted_but_signed(ring).name(name);
    Ok(if is_insecure {
        cookie.danger_allow_http(true).build()?
    } else {
        cookie.build()?
    })
}

const MOST_COOKIES: u8 = 4;
const REMEMBERED: Duration = Duration::from_secs(30 * 86_400);
