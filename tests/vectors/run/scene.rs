//! What a vector configures, and the request that it brings: the fields that most files have in common.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::{
    Content, Mode, PurposeOf, attributes::AttributesOf, content_of, context, cookies::latin1,
    endpoints::DevicesOf, hardtack_device::BindToDevice, padding, slot,
};
use crate::{
    ConfigError, EncryptionKey, KeyRing, RefreshAfter, Session, SessionCookie, SessionHeader,
    SessionToken, SigningKey, Size,
    base::time::system_time,
    carrier::SessionBuilder,
    keys::{Purpose, PurposeSlot, SharedKeyRing},
    session::{CarrierCore, SessionId, Validity},
    state::Payload,
    token::Context,
};

/// A missing setting has its default.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Scene {
    /// `None`: any new key.
    pub(super) ring: Option<String>,
    pub(super) mode: Mode,
    pub(super) purpose: PurposeOf,
    /// `None`: the request belongs to none.
    #[serde(default = "no_pairs")]
    pub(super) context: Option<Vec<(String, String)>>,
    pub(super) application: Option<String>,
    pub(super) type_label: Option<String>,
    pub(super) policy: PolicyOf,
    pub(super) profile: Option<Value>,
    /// Of a token in a header, or a bare one. `None`: those of the profile.
    pub(super) most_characters: Option<usize>,
    pub(super) padding: Option<String>,
    pub(super) attributes: Option<AttributesOf>,
    pub(super) earlier: Vec<AttributesOf>,
    pub(super) answers_in: Option<String>,
    pub(super) save_on_server_error: bool,
    pub(super) keep_unknown_keys: bool,
    pub(super) refresh_navigations_only: bool,
    pub(super) may_share: bool,
    pub(super) devices: Option<DevicesOf>,
    pub(super) now: u64,
    pub(super) request: Vec<(String, String)>,
    /// The answer of the application to the question whether a session is still valid.
    #[serde(skip)]
    pub(crate) answer: Arc<Mutex<String>>,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct PolicyOf {
    /// `Some(None)`: it is off.
    #[serde(deserialize_with = "given")]
    pub(super) idle: Option<Option<u64>>,
    pub(super) absolute: Option<u64>,
    pub(super) remember_up_to: Option<u64>,
    pub(super) remembered_idle: Option<u64>,
    persistent: bool,
    skew: Option<u64>,
    not_before: Option<u64>,
    pub(super) refresh_after: Option<Value>,
    pub(super) revalidate_after: Option<u64>,
    unvalidated_up_to: Option<u64>,
    /// The ids of these sessions, or "fails".
    revoked: Option<Value>,
}

/// A carrier as the vector configures it.
pub(super) enum Carrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
}

/// Calls each of these methods of a builder whose value is given.
macro_rules! set {
    ($builder:ident; $($method:ident($value:expr)),+ $(,)?) => {
        $(if let Some(value) = $value {
            $builder = $builder.$method(value);
        })+
    };
}
pub(super) use set;

impl<T: Payload> Carrier<T> {
    /// The name of the response's field.
    pub(super) fn sent_in(&self) -> &str {
        match self {
            Carrier::Cookie(_) => "set-cookie",
            Carrier::Header(tokens) => tokens.response_header(),
        }
    }
}

impl Scene {
    pub(super) fn carrier<T: Payload>(&self) -> Result<Carrier<T>, ConfigError> {
        Ok(match &self.purpose {
            PurposeOf::Cookie(name) => Carrier::Cookie(self.cookie(name)?),
            PurposeOf::Header(name) => Carrier::Header(self.header(name)?),
            PurposeOf::Token(_) => panic!("a bare token has no request"),
        })
    }

    /// The settings of any carrier.
    pub(super) fn core<T: Payload>(&self) -> Result<Arc<CarrierCore>, ConfigError> {
        Ok(match &self.purpose {
            PurposeOf::Cookie(name) => self.cookie::<T>(name)?.carrier.core,
            PurposeOf::Header(name) => self.header::<T>(name)?.carrier.core,
            PurposeOf::Token(name) => {
                let builder = match self.mode {
                    Mode::Encrypted => SessionToken::encrypted(self.keys(), name),
                    Mode::Signed => SessionToken::unencrypted_but_signed(self.keys(), name),
                };
                let builder = builder.max_token_len(self.most_characters());
                self.configured::<_, T>(builder).build()?.carrier.core
            }
        })
    }

    pub(crate) fn cookie<T: Payload>(&self, name: &str) -> Result<SessionCookie<T>, ConfigError> {
        let builder = match self.mode {
            Mode::Encrypted => SessionCookie::encrypted(self.keys()),
            Mode::Signed => SessionCookie::unencrypted_but_signed(self.keys()),
        };
        let mut builder = builder
            .name(name)
            .size(self.size())
            .persistent(self.policy.persistent)
            .refresh_navigations_only(self.refresh_navigations_only);
        if let Some(attributes) = &self.attributes {
            builder = attributes.applied(builder);
        }
        for earlier in &self.earlier {
            builder = builder.formerly(earlier.former());
        }
        if let Some(devices) = &self.devices {
            builder = BindToDevice::device_bound(builder, devices.settings());
        }
        self.configured(builder).build()
    }

    fn header<T: Payload>(&self, name: &str) -> Result<SessionHeader<T>, ConfigError> {
        let builder = match self.mode {
            Mode::Encrypted => SessionHeader::encrypted(self.keys(), name),
            Mode::Signed => SessionHeader::unencrypted_but_signed(self.keys(), name),
        };
        let mut builder = builder.max_token_len(self.most_characters());
        set!(builder; response_header(&self.answers_in));
        self.configured(builder).build()
    }

    fn keys(&self) -> SharedKeyRing {
        match (&self.ring, self.mode) {
            (Some(ring), _) => ring.parse::<KeyRing>().unwrap().into(),
            (None, Mode::Encrypted) => EncryptionKey::generate().unwrap().into(),
            (None, Mode::Signed) => SigningKey::generate().unwrap().into(),
        }
    }

    /// Applies the settings that all carriers have.
    fn configured<C, T: Payload>(&self, mut builder: SessionBuilder<C>) -> SessionBuilder<C, T> {
        let (policy, seconds) = (&self.policy, Duration::from_secs);
        set!(builder;
            idle_timeout(policy.idle.map(|idle| idle.map(seconds))),
            absolute_timeout(policy.absolute.map(seconds)),
            remember_up_to(policy.remember_up_to.map(seconds)),
            remembered_idle_timeout(policy.remembered_idle.map(seconds)),
            clock_skew(policy.skew.map(seconds)),
            not_before(policy.not_before.map(system_time)),
            refresh_after(policy.refresh_after.as_ref().map(refresh_after)),
            unvalidated_up_to(policy.unvalidated_up_to.map(seconds)),
            application(&self.application),
            type_label(&self.type_label),
        );
        for (label, value) in self.context.iter().flatten() {
            builder = builder.context(label, value);
        }
        let mut builder = builder
            .padding(padding(self.padding.as_deref()))
            .save_on_server_error(self.save_on_server_error)
            .keep_unknown_keys(self.keep_unknown_keys)
            .danger_allow_shared_caching(self.may_share)
            .typed::<T>();
        if let Some(duration) = policy.revalidate_after {
            let answer = Arc::clone(&self.answer);
            builder = builder.revalidate_after(seconds(duration), move |_| {
                ready(match &**answer.lock().unwrap() {
                    "goes-on" => Ok(Validity::Valid),
                    "ended" => Ok(Validity::Ended),
                    other => Err(other.to_owned()),
                })
            });
        }
        if let Some(revoked) = policy.revoked.clone() {
            builder = builder.revoked_if(move |session| has(&revoked, session.info().id));
        }
        builder
    }

    fn size(&self) -> Size {
        match &self.profile {
            None => Size::Anywhere,
            Some(Value::String(word)) if word == "anywhere" => Size::Anywhere,
            Some(Value::String(word)) if word == "browser" => Size::Browser,
            Some(parts) => Size::Split(parts.as_u64().unwrap().try_into().unwrap()),
        }
    }

    fn most_characters(&self) -> usize {
        self.most_characters.unwrap_or(match self.size() {
            Size::Anywhere => 3072,
            Size::Browser => 4096,
            Size::Split(n) => usize::from(n) * 4096,
        })
    }

    /// The application is asked whether a session is still valid.
    #[cfg(feature = "tower")]
    pub(super) fn asks(&self) -> bool {
        self.policy.revalidate_after.is_some()
    }

    /// Returns the scene with these fields of a request, for a vector that brings its session in another form.
    pub(super) fn with_request(self, request: Vec<(String, String)>) -> Scene {
        assert!(self.request.is_empty(), "nothing reads `request`");
        Scene { request, ..self }
    }

    /// The name of the field that brings the session.
    pub(super) fn field(&self) -> &str {
        match &self.purpose {
            PurposeOf::Header(name) => name,
            _ => "cookie",
        }
    }

    pub(super) fn request(&self) -> HeaderMap {
        fields_of(&self.request)
    }

    /// The session of the request.
    pub(super) fn load<T: Payload>(&self, carrier: &Carrier<T>) -> Session<T> {
        let now = system_time(self.now);
        let load = |request: &HeaderMap| match carrier {
            Carrier::Cookie(cookie) => cookie.load_from(request, now),
            Carrier::Header(header) => header.load_from(request, now),
        };
        #[cfg(feature = "tower")]
        if self.context.is_none() {
            let session = load(&HeaderMap::new());
            session.close_without_context();
            return session;
        }
        load(&self.request())
    }

    /// The keys' purpose, with the labels.
    pub(super) fn purpose(&self) -> Purpose {
        let purpose = self.purpose.with(&self.application, &self.type_label);
        purpose.unwrap()
    }

    pub(super) fn context(&self) -> Context {
        context(self.context.as_deref().unwrap_or_default())
    }

    /// The keys for a purpose of this scene.
    pub(super) fn slot(&self, purpose: Purpose) -> Arc<PurposeSlot> {
        slot(self.mode, self.ring.as_ref().unwrap(), purpose)
    }

    /// Opens a token under a purpose of this scene, whatever its dates.
    pub(super) fn opened(&self, purpose: Purpose, token: &str) -> Content {
        let slot = self.slot(purpose);
        let content = content_of(&slot, &self.context(), self.now, token.as_bytes());
        content.unwrap_or_else(|| panic!("{token} does not open"))
    }
}

/// Fields of a request or a response. A character is a byte.
pub(super) fn fields_of(fields: &[(String, String)]) -> HeaderMap {
    let of = |(name, value): &(String, String)| {
        let name: HeaderName = name.parse().unwrap();
        (name, HeaderValue::from_bytes(&latin1(value)).unwrap())
    };
    fields.iter().map(of).collect()
}

fn refresh_after(rule: &Value) -> RefreshAfter {
    match rule.as_str() {
        None => RefreshAfter::Interval(Duration::from_secs(rule.as_u64().unwrap())),
        Some("never") => RefreshAfter::Never,
        Some("on-change") => RefreshAfter::OnChange,
        Some("always") => RefreshAfter::Always,
        Some("every-request") => RefreshAfter::EveryRequest,
        Some(other) => panic!("{other}"),
    }
}

/// Returns `true` if `revoked` has this id. If the application fails, it gives no answer.
fn has(revoked: &Value, id: Option<SessionId>) -> bool {
    let ids = revoked.as_array().expect("an answer");
    id.is_some_and(|id| ids.contains(&id.to_string().into()))
}

fn no_pairs() -> Option<Vec<(String, String)>> {
    Some(Vec::new())
}

/// Tells `null` from a missing field.
pub(super) fn given<'de, D, V>(from: D) -> Result<Option<Option<V>>, D::Error>
where
    D: Deserializer<'de>,
    V: Deserialize<'de>,
{
    Option::deserialize(from).map(Some)
}
