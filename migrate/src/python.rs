//! Parts that sessions of Pyramid and Beaker have in common.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{migrate::OldSession, session::Reason};
use serde_json::{Map, Value};

/// Drops the flash messages and the CSRF token, as Pyramid and pyramid_beaker store them.
pub(crate) fn drop_pages_own(entries: &mut Map<String, Value>) {
    entries.retain(|key, _| !key.starts_with("_f_") && key != "_csrft_");
}

/// Sets the last activity of a session, and its end `timeout` later.
pub(crate) fn active_at(
    session: OldSession,
    moment: SystemTime,
    timeout: Option<Duration>,
) -> OldSession {
    let session = session.last_active_at(moment);
    match timeout.and_then(|timeout| moment.checked_add(timeout)) {
        Some(end) => session.expires_at(end),
        None => session,
    }
}

/// Returns the moment that is this many seconds after 1970.
pub(crate) fn moment(seconds: f64) -> Result<SystemTime, Reason> {
    let since = Duration::try_from_secs_f64(seconds).ok();
    let moment = since.and_then(|since| UNIX_EPOCH.checked_add(since));
    moment.ok_or(Reason::Payload)
}
