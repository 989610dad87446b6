//! The text of the settings that programs have in common (SPEC.md § 3.7).

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{endpoints::DevicesOf, for_each, scene::Scene};
use crate::{
    SessionData,
    keys::{Fingerprint, PurposeSlot},
    state::{Map, Payload},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(flatten)]
    scene: Scene,
    schema: Option<u32>,
    #[serde(default)]
    device_bound: bool,
    text: String,
    fingerprint: String,
}

#[derive(Serialize, Deserialize, Default, PartialEq)]
struct Typed<const SCHEMA: u32>;

impl<const SCHEMA: u32> SessionData for Typed<SCHEMA> {
    const LABEL: &str = "replaced";
    const SCHEMA: u32 = SCHEMA;
}

#[test]
fn settings_have_the_text_and_the_fingerprint_as_specified() {
    for_each("settings", |name, vector: Vector| {
        let mut scene = vector.scene.with_request(Vec::new());
        scene.devices = vector.device_bound.then(|| DevicesOf::at("/device"));
        let slot = match vector.schema {
            None => slot::<Map>(&scene),
            Some(7) => slot::<Typed<7>>(&scene),
            Some(u32::MAX) => slot::<Typed<{ u32::MAX }>>(&scene),
            Some(other) => panic!("{other}"),
        };
        assert_eq!(slot.settings(), vector.text, "{name}");
        let fingerprint = Fingerprint::of_settings(slot.settings());
        assert_eq!(fingerprint.to_string(), vector.fingerprint, "{name}");
    });
}

fn slot<T: Payload>(scene: &Scene) -> Arc<PurposeSlot> {
    Arc::clone(&scene.core::<T>().unwrap().slot)
}
