//! All that the handlers share.

use std::{
    error::Error,
    time::{Duration, UNIX_EPOCH},
};

use hardtack::{SessionCookie, SessionError, SigningKey};

use crate::{
    Refused,
    clock::DemoClock,
    flags::Flags,
    keys::{self, Keys},
};

pub(crate) struct Site {
    /// Where the program listens. 0, until it does: any.
    pub(crate) port: u16,
    pub(crate) clock: DemoClock,
    /// Those of the session cookie.
    pub(crate) keys: Keys,
    /// Who the visitor is. The cookie that the flags are about.
    pub(crate) session: Cookie,
    /// How the visitor likes the pages to look, for everybody to read.
    pub(crate) display: Cookie,
}

/// A session cookie, and what the pages tell of its size.
pub(crate) struct Cookie {
    pub(crate) cookie: SessionCookie,
    /// Bytes that a whole `Set-Cookie` field may have.
    pub(crate) limit: usize,
    /// Bytes that follow `name=value` in it.
    pub(crate) attributes_len: usize,
}

impl Site {
    pub(crate) fn build(mut flags: Flags) -> Result<Site, Refused> {
        let keys = Keys::read(flags.mode, flags.keys.as_deref())?;
        let session = flags.configure(keys.session_cookie()).build();
        let session = session.map_err(Refused::from_error)?;
        let display = display_cookie(flags.insecure, session.name().as_str())?;
        Ok(Site {
            port: flags.port,
            clock: DemoClock::new(flags.clock),
            keys,
            session: Cookie::measure(session).map_err(|error| Refused(error.to_string()))?,
            display: Cookie::measure(display).map_err(|error| Refused(error.to_string()))?,
        })
    }
}

/// Always signed: what it holds may be read. Its name is not `taken`, the session cookie's.
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
    /// On a session that nobody gets.
    fn measure(cookie: SessionCookie) -> Result<Cookie, Box<dyn Error>> {
        let any_moment = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let session = cookie.load(None::<&str>, any_moment);
        session.ensure_id()?;
        let limit = match session.insert("", "too much".repeat(5_000)) {
            Err(SessionError::TooLarge(error)) => error.allowed,
            Err(error) => return Err(error.into()),
            Ok(()) => return Err("there is no limit to this cookie".into()),
        };
        let fields = cookie.save(&session)?;
        let attributes = fields
            .iter()
            .filter_map(|field| field.find(';').map(|at| field.len() - at));
        Ok(Cookie {
            limit,
            attributes_len: attributes.sum(),
            cookie,
        })
    }
}
