//! A request that brings a session: the configuration that the vectors of writes and of devices share.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    time::Duration,
};

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;
use serde_json::{Map as JsonMap, Value};

use super::hardtack_device::BindToDevice;
use super::{
    Content, Mode, PurposeOf, attributes::AttributesOf, content_of, context, cookies::latin1,
    open::Revoked, padding, refresh_after, slot,
};
use crate::{
    ConfigError, KeyRing, Session, SessionCookie, SessionHeader, Size,
    base::time::system_time,
    carrier::SessionBuilder,
    keys::Purpose,
    session::Validity,
    state::{AlreadySent, Payload, ResponseFacts},
    token::Context,
    web::CacheHeaders,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Scene {
    ring: String,
    pub(super) mode: Mode,
    purpose: PurposeOf,
    /// `None`: the request belongs to none.
    pub(super) context: Option<Vec<(String, String)>>,
    application: Option<String>,
    type_label: Option<String>,
    policy: PolicyOf,
    profile: Option<Value>,
    padding: Option<String>,
    attributes: Option<AttributesOf>,
    #[serde(default)]
    earlier: Vec<AttributesOf>,
    answers_in: Option<String>,
    #[serde(default)]
    save_on_server_error: bool,
    #[serde(default)]
    keep_unknown_keys: bool,
    #[serde(default)]
    refresh_navigations_only: bool,
    #[serde(default)]
    pub(super) may_share: bool,
    pub(super) expects: Option<Value>,
    devices: Option<Value>,
    pub(super) now: u64,
    request: Vec<(String, String)>,
    /// The answer of the application to the question whether a session is still valid.
    #[serde(skip)]
    pub(crate) answer: Arc<Mutex<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyOf {
    idle: Option<u64>,
    absolute: u64,
    remember_up_to: Option<u64>,
    remembered_idle: Option<u64>,
    #[serde(default)]
    persistent: bool,
    skew: u64,
    not_before: Option<u64>,
    refresh_after: Option<Value>,
    revalidate_after: Option<u64>,
    unvalidated_up_to: Option<u64>,
    revoked: Option<Revoked>,
}

/// A carrier as the vector configures it.
pub(super) enum Carrier<T> {
    Cookie(SessionCookie<T>),
    Header(SessionHeader<T>),
}

impl Scene {
    pub(super) fn has_devices(&self) -> bool {
        self.devices.is_some()
    }

    pub(super) fn has_earlier(&self) -> bool {
        !self.earlier.is_empty()
    }

    /// Takes the fields of the scene out of a vector, so that the rest can be read strictly, too.
    pub(crate) fn take(vector: &mut JsonMap<String, Value>) -> Scene {
        let fields = FIELDS.into_iter();
        let fields = fields.filter_map(|field| vector.remove_entry(field));
        serde_json::from_value(Value::Object(fields.collect())).unwrap()
    }

    pub(super) fn carrier<T: Payload>(&self) -> Carrier<T> {
        self.try_carrier().unwrap()
    }

    pub(super) fn try_carrier<T: Payload>(&self) -> Result<Carrier<T>, ConfigError> {
        Ok(match &self.purpose {
            PurposeOf::Cookie(name) => Carrier::Cookie(self.cookie(name)?),
            PurposeOf::Header(name) => Carrier::Header(self.header(name)?),
            PurposeOf::Token(_) => panic!("a bare token has no request"),
        })
    }

    pub(crate) fn cookie<T: Payload>(&self, name: &str) -> Result<SessionCookie<T>, ConfigError> {
        let builder = super::builder(self.mode, &self.ring).name(name);
        let mut builder = self.shared(builder).size(self.size());
        if let Some(attributes) = &self.attributes {
            builder = attributes.applied(builder);
        }
        if self.policy.persistent {
            builder = builder.persistent(true);
        }
        if self.refresh_navigations_only {
            builder = builder.refresh_navigations_only(true);
        }
        for earlier in &self.earlier {
            builder = builder.formerly(earlier.former());
        }
        if self.save_on_server_error {
            builder = builder.save_on_server_error(true);
        }
        if self.may_share {
            builder = builder.danger_allow_shared_caching(true);
        }
        if let Some(devices) = &self.devices {
            builder = BindToDevice::device_bound(builder, super::endpoints::settings(devices));
        }
        self.asking(builder.typed()).build()
    }

    fn header<T: Payload>(&self, name: &str) -> Result<SessionHeader<T>, ConfigError> {
        let builder = match self.mode {
            Mode::Encrypted => {
                SessionHeader::encrypted(self.ring.parse::<KeyRing>().unwrap(), name)
            }
            Mode::Signed => {
                SessionHeader::unencrypted_but_signed(self.ring.parse::<KeyRing>().unwrap(), name)
            }
        };
        let len = match self.size() {
            Size::Anywhere => 3072,
            Size::Browser => 4096,
            Size::Split(n) => usize::from(n) * 4096,
        };
        let mut builder = self.shared(builder);
        builder = builder.max_token_len(len);
        if let Some(field) = &self.answers_in {
            builder = builder.response_header(field);
        }
        if self.save_on_server_error {
            builder = builder.save_on_server_error(true);
        }
        if self.may_share {
            builder = builder.danger_allow_shared_caching(true);
        }
        self.asking(builder.typed()).build()
    }

    /// Has sessions wait for `answer`, and refuses those that are revoked.
    fn asking<C, T: Payload>(&self, builder: SessionBuilder<C, T>) -> SessionBuilder<C, T> {
        let mut builder = match self.policy.revalidate_after {
            Some(duration) => {
                let answer = Arc::clone(&self.answer);
                builder.revalidate_after(Duration::from_secs(duration), move |_| {
                    ready(match &**answer.lock().unwrap() {
                        "goes-on" => Ok(Validity::Valid),
                        "ended" => Ok(Validity::Ended),
                        other => Err(other.to_owned()),
                    })
                })
            }
            None => builder,
        };
        if let Some(revoked) = self.policy.revoked.clone() {
            builder = builder.revoked_if(move |session| revoked.has(session.info().id));
        }
        match self.policy.unvalidated_up_to {
            Some(duration) => builder.unvalidated_up_to(Duration::from_secs(duration)),
            None => builder,
        }
    }

    /// The settings that all carriers have.
    fn shared<C>(&self, mut builder: SessionBuilder<C>) -> SessionBuilder<C> {
        let PolicyOf {
            idle,
            absolute,
            remember_up_to,
            remembered_idle,
            skew,
            not_before,
            refresh_after: rule,
            ..
        } = &self.policy;
        builder = builder
            .idle_timeout(idle.map(Duration::from_secs))
            .absolute_timeout(Duration::from_secs(*absolute))
            .clock_skew(Duration::from_secs(*skew))
            .padding(padding(self.padding.as_deref()));
        if let Some(rule) = rule {
            builder = builder.refresh_after(refresh_after(rule));
        }
        if let Some(duration) = remember_up_to {
            builder = builder.remember_up_to(Duration::from_secs(*duration));
        }
        if let Some(duration) = remembered_idle {
            builder = builder.remembered_idle_timeout(Duration::from_secs(*duration));
        }
        if let Some(time) = not_before {
            builder = builder.not_before(system_time(*time));
        }
        if let Some(label) = &self.application {
            builder = builder.application(label);
        }
        if let Some(label) = &self.type_label {
            builder = builder.type_label(label);
        }
        for (label, value) in self.context.iter().flatten() {
            builder = builder.context(label, value);
        }
        if self.keep_unknown_keys {
            builder = builder.keep_unknown_keys(true);
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

    /// The application is asked whether a session is still valid.
    pub(super) fn asks(&self) -> bool {
        self.policy.revalidate_after.is_some()
    }

    /// The fields of the request. A character is a byte.
    pub(super) fn request(&self) -> HeaderMap {
        self.try_request().expect("fields of a request")
    }

    /// `None`: no request has such fields.
    pub(super) fn try_request(&self) -> Option<HeaderMap> {
        let mut map = HeaderMap::new();
        for (name, value) in &self.request {
            let name: HeaderName = name.parse().unwrap();
            map.append(name, HeaderValue::from_bytes(&latin1(value)).ok()?);
        }
        Some(map)
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

    /// Returns the facts about a response with this status and these fields that saving depends on.
    pub(super) fn response_facts(
        &self,
        status: u16,
        fields: &HeaderMap,
        already_sent: AlreadySent,
    ) -> ResponseFacts {
        ResponseFacts {
            status,
            is_shareable: CacheHeaders::of(fields).is_shareable(),
            already_sent,
            ..ResponseFacts::UNKNOWN
        }
    }

    /// The keys' purpose, with the labels.
    pub(super) fn purpose(&self) -> Purpose {
        let purpose = self.purpose.with(&self.application, &self.type_label);
        purpose.unwrap()
    }

    pub(super) fn context(&self) -> Context {
        context(self.context.as_deref().unwrap_or_default())
    }

    /// Opens a token under a purpose of this scene, whatever its dates.
    pub(super) fn opened(&self, purpose: Purpose, token: &str) -> Content {
        let slot = slot(self.mode, &self.ring, purpose);
        let content = content_of(&slot, &self.context(), self.now, token.as_bytes());
        content.unwrap_or_else(|| panic!("{token} does not open"))
    }
}

const FIELDS: [&str; 20] = [
    "ring",
    "mode",
    "purpose",
    "context",
    "application",
    "type_label",
    "policy",
    "profile",
    "padding",
    "attributes",
    "earlier",
    "answers_in",
    "save_on_server_error",
    "keep_unknown_keys",
    "refresh_navigations_only",
    "may_share",
    "expects",
    "devices",
    "now",
    "request",
];

pub(super) fn read<T: for<'a> Deserialize<'a>>(vector: JsonMap<String, Value>) -> T {
    serde_json::from_value(Value::Object(vector)).unwrap()
}

pub(super) fn cookie<T: Payload>(name: &str, scene: &Scene) -> SessionCookie<T> {
    match scene.carrier() {
        Carrier::Cookie(cookie) => cookie,
        Carrier::Header(_) => panic!("{name}: sessions in a header are not bound"),
    }
}
