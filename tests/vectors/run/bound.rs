//! Settings of devices, and their cookies, as vectors have them.

use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::hardtack_device::{DeviceBound, Initiators};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    path: String,
    bound_for: Option<u64>,
    challenge_for: Option<u64>,
    required_after: Option<u64>,
    initiators: Option<String>,
    #[serde(default)]
    excluded: Vec<String>,
    origin: Option<String>,
    offers: Option<bool>,
}

/// The settings of devices. One that is left out has its default.
pub(super) fn settings(settings: &Value) -> DeviceBound {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    let seconds = Duration::from_secs;
    let mut device = DeviceBound::at(settings.path);
    if let Some(duration) = settings.bound_for {
        device = device.bound_for(seconds(duration));
    }
    if let Some(duration) = settings.challenge_for {
        device = device.challenge_for(seconds(duration));
    }
    if let Some(initiators) = settings.initiators {
        device = device.initiators(match &*initiators {
            "any" => Initiators::Any,
            "same-site" => Initiators::SameSite,
            other => panic!("{other}"),
        });
    }
    if let Some(grace) = settings.required_after {
        device = device.required_after(seconds(grace));
    }
    for path in settings.excluded {
        device = device.exclude(path);
    }
    if let Some(origin) = settings.origin {
        device = device.origin(origin);
    }
    match settings.offers {
        Some(false) => device.without_offers(),
        _ => device,
    }
}
