//! The state that the handlers share.

use std::{
    error::Error,
    sync::atomic::AtomicU64,
    time::{Duration, UNIX_EPOCH},
};

use hardtack::{SessionCookie, SessionHeader, SessionLayer, SigningKey};

use crate::{
    Refused,
    clock::DemoClock,
    flags::Flags,
    hooks::Hooks,
    keys::{self, Keys},
};

pub(crate) struct Site {
    /// The port on which the program listens. 0 before that stands for any.
    pub(crate) port: u16,
    pub(crate) clock: DemoClock,
    /// The keys of the session cookie.
    pub(crate) keys: Keys,
    /// The visitor's session, configured by the flags.
    pub(crate) session: Cookie,
    /// The sessions of `/api` with `--header`. Browsers send no such header, so the pages keep their cookie.
    pub(crate) header: Option<SessionHeader>,
    /// The visitor's display settings, which anybody may read.
    pub(crate) display: Cookie,
    /// The longest time for which a visitor can be remembered, if any.
    pub(crate) remember_up_to: Option<Duration>,
    pub(crate) hooks: Hooks,
    /// The number of runs of the handler behind the playground's CSRF guard.
    pub(crate) guarded_runs: AtomicU64,
    is_eager: bool,
    pub(crate) is_device_bound: bool,
}

/// A session cookie, and the sizes that the pages show.
pub(crate) struct Cookie {
    pub(crate) cookie: SessionCookie,
    /// Bytes that the `Set-Cookie` fields of a session may have together.
    pub(crate) limit: usize,
    /// Bytes that follow `name=value` in each, where the session ends with the browser's.
    pub(crate) attributes_len: usize,
}

impl Site {
    pub(crate) fn build(mut flags: Flags) -> Result<Site, Refused> {
        let keys = Keys::read(flags.mode, flags.keys.as_deref())?;
        let hooks = Hooks::default();
        let header = keys.session_header(flags.header.as_deref().unwrap_or_default());
        let (builder, header) = flags.configure(keys.session_cookie(), header);
        // Without the hooks, which count the visitors' sessions.
        let session = builder.clone().build().map_err(Refused::from_error)?;
        let session = Cookie::measure(session).map_err(|error| Refused(error.to_string()))?;
        let builder = hooks.hang_into(builder);
        let header = hooks.hang_into(header);
        let header = flags.header.is_some().then(|| header.build());
        let header = header.transpose().map_err(Refused::from_error)?;
        let cookie = builder.build().map_err(Refused::from_error)?;
        let session = Cookie { cookie, ..session };
        let display = display_cookie(flags.insecure, session.cookie.name().as_str())?;
        Ok(Site {
            port: flags.port,
            clock: DemoClock::new(flags.clock),
            keys,
            session,
            header,
            display: Cookie::measure(display).map_err(|error| Refused(error.to_string()))?,
            remember_up_to: flags.remember_up_to,
            hooks,
            guarded_runs: AtomicU64::new(0),
            is_eager: flags.is_eager,
            is_device_bound: flags.is_device_bound,
        })
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

/// A signed cookie, because its content may be read. Its name differs from `taken`, the session cookie's.
fn display_cookie(insecure: bool, taken: &str) -> Result<SessionCookie, Refused> {
    let ring = keys::fresh("signed display cookie", SigningKey::generate)?;
    let mut cookie = SessionCookie::unencrypted_but_signed(ring);
    let mut name = "__Host-display".to_owned();
    if insecure {
        cookie = cookie.danger_allow_http();
        name = "display".to_owned();
    }
    if name == taken {
        name.push('2');
    }
    cookie.name(name).build().map_err(Refused::from_error)
}

impl Cookie {
    /// Measures a session that is never sent.
    fn measure(cookie: SessionCookie) -> Result<Cookie, Box<dyn Error>> {
        let any_moment = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let session = cookie.load(None::<&str>, any_moment);
        session.ensure_id()?;
        let limit = session.size_report().allowed();
        // Earlier fields expire cookies with former attributes.
        let fields = cookie.save(&session)?;
        let field = fields.iter().last();
        let attributes = field.and_then(|field| Some(field.len() - field.find(';')?));
        Ok(Cookie {
            limit,
            attributes_len: attributes.unwrap_or(0),
            cookie,
        })
    }
}
