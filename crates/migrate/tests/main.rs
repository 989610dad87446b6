//! Cookies and settings that other libraries wrote, in one program.

#![allow(clippy::unwrap_used, reason = "tests")]

mod changed;
mod cookies;
mod dates;
mod formats;
mod ini;
mod keys;
mod made;
mod returning;
mod visits;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    EncryptionKey, Session, SessionCookie, carrier::SessionCookieBuilder, session::Payload,
};

const DAY: Duration = Duration::from_secs(24 * 3600);
const SECOND: Duration = Duration::from_secs(1);

/// The time from which old cookies are read.
fn start() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// Sessions without an idle timeout, for thirty days.
fn builder() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .idle_timeout(None)
        .absolute_timeout(30 * DAY)
}

/// The `Set-Cookie` fields of a response.
fn saved<T: Payload>(cookie: &SessionCookie<T>, session: &Session<T>) -> Vec<String> {
    cookie.save(session).unwrap().into_iter().collect()
}
