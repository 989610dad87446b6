use serde::Deserialize;
use serde_json::Value;

use super::{for_each, scene::Scene};
use crate::{
    RefreshAfter,
    state::{Lifetimes, Map},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(flatten)]
    scene: Scene,
    accepted: bool,
    refresh_after: Value,
}

#[test]
fn lifetimes_are_configured_as_specified() {
    for_each("policies", |name, vector: Vector| {
        let found = vector.scene.with_request(Vec::new()).core::<Map>().ok();
        assert_eq!(found.is_some(), vector.accepted, "{name}");
        let found = found.map(|core| written(&core.policy.lifetimes));
        assert_eq!(found.unwrap_or_default(), vector.refresh_after, "{name}");
    });
}

fn written(lifetimes: &Lifetimes) -> Value {
    let idle = lifetimes.plain.idle;
    match lifetimes.refresh_after {
        _ if lifetimes.revalidation.is_some() => "on-validation".into(),
        None => idle.map_or("on-change".into(), |idle| (idle / 4).into()),
        Some(RefreshAfter::Never) => "never".into(),
        Some(RefreshAfter::OnChange) => "on-change".into(),
        Some(RefreshAfter::Always) => "always".into(),
        Some(RefreshAfter::EveryRequest) => "every-request".into(),
        Some(RefreshAfter::Interval(interval)) => interval.as_secs().into(),
    }
}
