//! The server's knowledge of a session, besides its data.

use std::time::SystemTime;

use hardtack::session::{DeviceBinding, Outcome};

use crate::pages::visit::Visit;

pub(super) struct Fact {
    pub(super) name: &'static str,
    pub(super) value: String,
    pub(super) is_code: bool,
    pub(super) is_missing: bool,
}

pub(super) fn of(visit: &Visit) -> Vec<Fact> {
    let (t, session) = (visit.texts(), &visit.session);
    let fact = |key: &str, value: Result<String, &str>| Fact {
        name: &t[key],
        is_missing: value.is_err(),
        is_code: false,
        value: value.unwrap_or_else(|key| t[key].to_owned()),
    };
    let code = |key: &str, value: Option<String>| Fact {
        is_code: value.is_some(),
        ..fact(key, value.ok_or("none"))
    };
    let date = |key: &str, moment: Option<SystemTime>| {
        let exact = moment.map(super::moment).ok_or("not_sent");
        fact(
            key,
            exact.map(|exact| exact.replace('T', " ").replace('Z', " UTC")),
        )
    };
    let key_id = match session.outcome() {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => Some(key_id),
        _ => None,
    };
    let ends = if session.is_persistent() { "no" } else { "yes" };
    let waiting = session.flashes("").len();
    let mut facts = vec![
        code("session_id", session.id().map(|id| id.to_string())),
        code("key_id", key_id.map(|id| id.to_string())),
        date("created_at", session.created_at()),
        date("last_active_at", session.last_active_at()),
        date("expires_at", session.expires_at()),
        fact("ends_with_browser", Ok(t[ends].to_owned())),
        fact("csrf_token", Ok(t["csrf_masked"].to_owned())),
        fact("waiting", Ok(waiting.to_string())),
    ];
    if visit.site.flags.is_device_bound {
        let standing = device(session.binding());
        facts.push(fact("device", Ok(t[standing].to_owned())));
    }
    facts
}

/// Returns the key of the text for the standing of a session with the visitor's device.
fn device(binding: DeviceBinding) -> &'static str {
    match binding {
        DeviceBinding::Bound => "bound",
        DeviceBinding::Stale => "stale",
        _ => "none",
    }
}
