//! Sessions of other libraries, taken over from their cookies.

mod ending;
#[cfg(feature = "tracing")]
mod events;
mod followed;
#[cfg(feature = "axum")]
mod paths;
mod readers;
mod rules;
mod settings;
mod taken_over;
mod typed;

#[cfg(feature = "tracing")]
use crate::common::told;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{EncryptionKey, Session, SessionCookie, carrier::SessionCookieBuilder};

const DAY: Duration = Duration::from_secs(24 * 3600);

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
fn saved<T: hardtack::session::Payload>(
    cookie: &SessionCookie<T>,
    session: &Session<T>,
) -> Vec<String> {
    cookie.save(session).unwrap().into_iter().collect()
}
