//! What the server knows of a session besides its data.

use std::time::SystemTime;

use hardtack::session::{DeviceBinding, Outcome};

use crate::{pages::visit::Visit, texts::Texts};

pub(in crate::pages) struct Fact {
    pub(in crate::pages) name: &'static str,
    pub(in crate::pages) value: String,
    pub(in crate::pages) is_code: bool,
    pub(in crate::pages) is_missing: bool,
}

pub(super) fn of(visit: &Visit) -> Vec<Fact> {
    let (t, session) = (visit.texts(), &visit.session);
    let date = |moment: Option<SystemTime>| match moment {
        Some(moment) => {
            let exact = super::moment(moment);
            Ok(exact.replace('T', " ").replace('Z', " UTC"))
        }
        None => Err(t.not_sent),
    };
    let key_id = match session.outcome() {
        Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id } => Some(key_id),
        _ => None,
    };
    let ends = if session.is_persistent() { t.no } else { t.yes };
    let waiting = session.flashes("").len();
    let mut facts = vec![
        code(t.session_id, session.id(), t),
        code(t.key_id, key_id, t),
        text(t.created_at, date(session.created_at())),
        text(t.last_active_at, date(session.last_active_at())),
        text(t.expires_at, date(session.expires_at())),
        text(t.ends_with_browser, Ok(ends.to_owned())),
        text(t.csrf_token, Ok(t.csrf_masked.to_owned())),
        text(t.waiting, Ok(waiting.to_string())),
    ];
    if visit.site.is_device_bound {
        facts.push(text(t.device, Ok(device(session.binding(), t).to_owned())));
    }
    facts
}

fn code(name: &'static str, id: Option<impl ToString>, t: &Texts) -> Fact {
    let is_code = id.is_some();
    let value = id.map(|id| id.to_string()).ok_or(t.none);
    Fact {
        is_code,
        ..text(name, value)
    }
}

/// A value, or what to say without one.
fn text(name: &'static str, value: Result<String, &str>) -> Fact {
    Fact {
        name,
        is_missing: value.is_err(),
        is_code: false,
        value: value.unwrap_or_else(ToOwned::to_owned),
    }
}

/// The standing of the session with the visitor's device.
fn device(binding: DeviceBinding, t: &Texts) -> &'static str {
    match binding {
        DeviceBinding::Bound => t.bound,
        DeviceBinding::Stale => t.stale,
        _ => t.none,
    }
}
