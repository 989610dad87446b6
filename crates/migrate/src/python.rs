//! Functions for sessions of both Pyramid and Beaker.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{migrate::OldSession, session::Reason};
use serde_json::{Map, Value};

/// Drops the flash messages and the CSRF token, as Pyramid and pyramid_beaker store them.
pub(crate) fn drop_pages_own(entries: &mut Map<String, Value>) {
    entries.retain(|key, _| !key.starts_with("_f_") && key != "_csrft_");
}

/// Sets the last activity of a session and, with a `timeout`, its end.
pub(crate) fn active_at(
    session: OldSession,
    time: SystemTime,
    timeout: Option<Duration>,
) -> OldSession {
    let session = session.last_active_at(time);
    match timeout.and_then(|timeout| time.checked_add(timeout)) {
        Some(end) => session.expires_at(end),
        None => session,
    }
}

/// Returns the time that is this many seconds after 1970.
pub(crate) fn time(seconds: f64) -> Result<SystemTime, Reason> {
    let since = Duration::try_from_secs_f64(seconds).ok();
    let time = since.and_then(|since| UNIX_EPOCH.checked_add(since));
    time.ok_or(Reason::Payload)
}
