//! The text of the settings that programs have in common (SPEC.md § 3.7).

use std::{convert::Infallible, sync::Arc, time::Duration};

use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value, json};

use super::{
    Mode, PurposeOf, attributes::AttributesOf, endpoints, for_each, hardtack_device::BindToDevice,
    padding, refresh_after,
};
use crate::{
    EncryptionKey, SessionCookie, SessionData, SessionHeader, SessionToken, SigningKey, Size,
    carrier::SessionBuilder,
    keys::{Fingerprint, PurposeSlot, SharedKeyRing},
    session::Validity,
    state::{Map, Payload},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    purpose: PurposeOf,
    mode: Mode,
    context: Vec<(String, String)>,
    policy: JsonMap<String, Value>,
    application: Option<String>,
    type_label: Option<String>,
    schema: Option<u32>,
    profile: Option<Value>,
    most_characters: Option<usize>,
    padding: Option<String>,
    attributes: Option<AttributesOf>,
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
        let slot = match vector.schema {
            None => vector.slot::<Map>(),
            Some(7) => vector.slot::<Typed<7>>(),
            Some(u32::MAX) => vector.slot::<Typed<{ u32::MAX }>>(),
            Some(other) => panic!("{other}"),
        };
        assert_eq!(slot.settings(), vector.text, "{name}");
        let fingerprint = Fingerprint::of_settings(slot.settings());
        assert_eq!(fingerprint.to_string(), vector.fingerprint, "{name}");
    });
}

impl Vector {
    fn slot<T: Payload>(&self) -> Arc<PurposeSlot> {
        let characters = self.most_characters.unwrap_or(3_072);
        let carrier = match (&self.purpose, self.mode) {
            (PurposeOf::Cookie(name), _) => return self.slot_of_cookie::<T>(name),
            (PurposeOf::Header(name), mode) => {
                let header = match mode {
                    Mode::Encrypted => SessionHeader::encrypted(self.keys(), name),
                    Mode::Signed => SessionHeader::unencrypted_but_signed(self.keys(), name),
                };
                let header = self.applied::<_, T>(header.max_token_len(characters));
                header.build().unwrap().carrier
            }
            (PurposeOf::Token(name), mode) => {
                let tokens = match mode {
                    Mode::Encrypted => SessionToken::encrypted(self.keys(), name),
                    Mode::Signed => SessionToken::unencrypted_but_signed(self.keys(), name),
                };
                let tokens = self.applied::<_, T>(tokens.max_token_len(characters));
                tokens.build().unwrap().carrier
            }
        };
        Arc::clone(&carrier.core.slot)
    }

    fn slot_of_cookie<T: Payload>(&self, name: &str) -> Arc<PurposeSlot> {
        let builder = match self.mode {
            Mode::Encrypted => SessionCookie::encrypted(self.keys()),
            Mode::Signed => SessionCookie::unencrypted_but_signed(self.keys()),
        };
        let mut builder = builder.name(name).size(match &self.profile {
            None => Size::Anywhere,
            Some(Value::String(profile)) if profile == "browser" => Size::Browser,
            Some(cookies) => Size::Split(cookies.as_u64().unwrap().try_into().unwrap()),
        });
        if let Some(attributes) = &self.attributes {
            builder = attributes.applied(builder);
        }
        if self.policy.get("persistent") == Some(&Value::Bool(true)) {
            builder = builder.persistent(true);
        }
        if self.device_bound {
            builder = BindToDevice::device_bound(
                builder,
                endpoints::settings(&json!({ "path": "/device" })),
            );
        }
        let cookie = self.applied::<_, T>(builder).build().unwrap();
        Arc::clone(&cookie.carrier.core.slot)
    }

    fn keys(&self) -> SharedKeyRing {
        match self.mode {
            Mode::Encrypted => EncryptionKey::generate().unwrap().into(),
            Mode::Signed => SigningKey::generate().unwrap().into(),
        }
    }

    /// The settings of every carrier.
    fn applied<C, T: Payload>(&self, builder: SessionBuilder<C>) -> SessionBuilder<C, T> {
        let given = |name: &str| self.policy.get(name).filter(|value| !value.is_null());
        let seconds = |name: &str| Some(Duration::from_secs(given(name)?.as_u64().unwrap()));
        let mut builder = builder
            .padding(padding(self.padding.as_deref()))
            .absolute_timeout(seconds("absolute").unwrap())
            .clock_skew(seconds("skew").unwrap());
        if self.policy.contains_key("idle") {
            builder = builder.idle_timeout(seconds("idle"));
        }
        if let Some(duration) = seconds("remember_up_to") {
            builder = builder.remember_up_to(duration);
        }
        if let Some(duration) = seconds("remembered_idle") {
            builder = builder.remembered_idle_timeout(duration);
        }
        if let Some(rule) = given("refresh_after") {
            builder = builder.refresh_after(refresh_after(rule));
        }
        if let Some(label) = &self.application {
            builder = builder.application(label);
        }
        if let Some(label) = &self.type_label {
            builder = builder.type_label(label);
        }
        for (label, value) in &self.context {
            builder = builder.context(label, value);
        }
        let builder = builder.typed();
        match seconds("revalidate_after") {
            None => builder,
            Some(duration) => builder
                .revalidate_after(duration, |_| async { Ok::<_, Infallible>(Validity::Valid) }),
        }
    }
}
