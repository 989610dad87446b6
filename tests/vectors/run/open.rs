use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::SystemTime,
};

use http::HeaderMap;
use serde::{Deserialize, Serialize};
use serde_json::{Map as JsonMap, Value as JsonValue};

use super::{
    Content, Mode, PurposeOf,
    adapters::{ADAPTERS, Adapter, Exchange, NO_HEADER, ONE_OF_A_NAME, RAN, Reasons, TEXT_ALONE},
    content_of, context, for_each, hex,
    json::Json,
    scene::{Scene, read},
    slot,
};
use crate::{
    Session, SessionData,
    base::time::system_time,
    cookie::{Finder, Values},
    keys::KeyRole,
    session::{CarrierCore, Duplicates, Hooks, Loaded, Opening, Outcome, SessionId},
    state::{
        Allowed, Lifetimes, Map, Overhead, Padding, Payload, Policy, RequestFacts, SizeBudget,
        Timeouts, map::decode_all,
    },
    token::{self, Context, LONGEST_TOKEN},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    ring: String,
    mode: Mode,
    purpose: PurposeOf,
    context: Vec<(String, String)>,
    application: Option<String>,
    type_label: Option<String>,
    now: u64,
    policy: PolicyOf,
    candidates: Vec<String>,
    #[serde(default)]
    parts: Vec<(usize, String)>,
    expects: Expects,
    twin: Option<String>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyOf {
    idle: Option<u64>,
    absolute: u64,
    remember_up_to: Option<u64>,
    remembered_idle: Option<u64>,
    skew: u64,
    not_before: Option<u64>,
    revoked: Option<Revoked>,
}

/// The answer of the application to the question which sessions are revoked.
#[derive(Clone, Deserialize)]
#[serde(untagged)]
pub(super) enum Revoked {
    Ids(Vec<String>),
    /// The word "fails": it gives none.
    Fails(#[allow(dead_code, reason = "it is always the same")] String),
}

impl Revoked {
    pub(super) fn has(&self, id: Option<SessionId>) -> bool {
        match self {
            Revoked::Ids(ids) => id.is_some_and(|id| ids.contains(&id.to_string())),
            Revoked::Fails(_) => panic!("no answer"),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged, deny_unknown_fields)]
enum Expected {
    Opened {
        opened: Box<Opened>,
    },
    Rejected {
        rejected: String,
        key_id: Option<String>,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Opened {
    index: usize,
    key_id: String,
    under: String,
    issued: u64,
    last_active: u64,
    limit: Option<u32>,
    remembered: Option<u32>,
    sid: Option<String>,
    schema: Option<u32>,
    flash: Vec<(String, String)>,
    payload: String,
    data: Option<serde_json::Value>,
}

/// The kind of session that the application expects.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Expects {
    Dictionary,
    #[serde(untagged)]
    Typed {
        schema: u32,
    },
}

/// The type of the vectors, which converts nothing. Its label is the vector's.
#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(super) struct Visit<const SCHEMA: u32> {
    #[serde(with = "visits")]
    visits: u64,
    name: String,
}

impl<const SCHEMA: u32> Visit<SCHEMA> {
    /// Returns the value that a vector puts in.
    pub(super) fn of(value: &serde_json::Value) -> Visit<SCHEMA> {
        let fields = value.as_object().unwrap();
        assert_eq!(fields.len(), 2, "{value}");
        Visit {
            visits: fields["visits"].as_u64().unwrap(),
            name: fields["name"].as_str().unwrap().to_owned(),
        }
    }
}

/// The number has 32 bits. One with more can be in a value, and cannot be encoded.
mod visits {
    use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::Error};

    pub(super) fn serialize<S: Serializer>(visits: &u64, serializer: S) -> Result<S::Ok, S::Error> {
        let visits = u32::try_from(*visits).map_err(S::Error::custom)?;
        visits.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        u32::deserialize(from).map(u64::from)
    }
}

impl<const SCHEMA: u32> SessionData for Visit<SCHEMA> {
    const LABEL: &str = "";
    const SCHEMA: u32 = SCHEMA;
}

#[test]
fn tokens_open_and_are_refused_as_specified() {
    let mut passing = BTreeSet::new();
    let mut reasons = BTreeMap::<String, usize>::new();
    let mut twins = Vec::new();
    let mut left_out = Reasons::default();
    for_each("open", |name, whole: JsonMap<String, JsonValue>| {
        let vector: Vector = read(whole.clone());
        match vector.expects {
            Expects::Dictionary => check_adapters::<Map>(name, whole, &vector, &mut left_out),
            Expects::Typed { schema: 1 } => {
                check_adapters::<Visit<1>>(name, whole, &vector, &mut left_out);
            }
            Expects::Typed { schema: 2 } => {
                check_adapters::<Visit<2>>(name, whole, &vector, &mut left_out);
            }
            Expects::Typed { .. } => {
                check_adapters::<Visit<{ u32::MAX }>>(name, whole, &vector, &mut left_out);
            }
        }
        match &vector.expect {
            Expected::Opened { opened } => {
                check_opened(name, &vector, opened);
                passing.insert(name.to_owned());
            }
            Expected::Rejected { rejected, key_id } => {
                let expected = (rejected.clone(), key_id.clone());
                let found = match outcome_of(&vector) {
                    Outcome::Rejected { reason, key_id } => {
                        (reason.to_string(), key_id.map(|id| id.to_string()))
                    }
                    other => panic!("{name}: {other:?}"),
                };
                assert_eq!(found, expected, "{name}");
                *reasons.entry(rejected.clone()).or_default() += 1;
                twins.push(vector.twin.unwrap());
            }
        }
    });
    left_out.check(&[
        (ADAPTERS, &[RAN, NO_FIELD, NO_SETTINGS]),
        (&[Adapter::Jar], &[ONE_OF_A_NAME, NO_HEADER, TEXT_ALONE]),
    ]);
    assert!(
        twins.iter().all(|twin| passing.contains(twin)),
        "every failing vector has a twin"
    );
    assert_eq!(reasons.len(), EVERY_REASON, "{reasons:?}");
}

#[track_caller]
fn check_opened(name: &str, vector: &Vector, expected: &Opened) {
    let outcome = outcome_of(vector);
    let (Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id }) = outcome else {
        panic!("{name}: {outcome:?}");
    };
    assert_eq!(key_id.to_string(), expected.key_id, "{name}");

    let core = core::<Map>(vector);
    let under = match core.slot.keys().role(key_id, vector.now).unwrap() {
        KeyRole::Accepted | KeyRole::Retired => "earlier",
        KeyRole::Sealing => "sealing",
        KeyRole::Planned => "later",
    };
    assert_eq!(under, expected.under, "{name}");

    // The one of several that was taken, and its content.
    let values = values(vector);
    let token = values.whole(LONGEST_TOKEN).nth(expected.index).unwrap();
    let token = token.unwrap_or_else(|broken| panic!("{name}: {broken:?}"));
    let context = context(&vector.context);
    let content = content_of(&core.slot, &context, vector.now, &token.text);
    let content = content.unwrap_or_else(|| panic!("{name}: does not open"));
    let metadata = content.metadata;
    assert_eq!(metadata.issued, expected.issued, "{name}");
    assert_eq!(metadata.last_active(), expected.last_active, "{name}");
    assert_eq!(metadata.limit, expected.limit, "{name}");
    assert_eq!(metadata.remembered, expected.remembered, "{name}");
    assert_eq!(metadata.sid.map(|sid| hex(&sid)), expected.sid, "{name}");
    assert_eq!(metadata.schema, expected.schema.unwrap_or(0), "{name}");
    assert_eq!(hex(&content.payload), expected.payload, "{name}");
    assert_eq!(content.flash, expected.flash, "{name}");

    let data = match vector.expects {
        Expects::Dictionary => return check_dictionary(name, vector, expected),
        Expects::Typed { schema: 1 } => value::<Visit<1>>(&content),
        Expects::Typed { schema: 2 } => value::<Visit<2>>(&content),
        Expects::Typed { .. } => value::<Visit<{ u32::MAX }>>(&content),
    };
    assert_eq!(data, expected.data, "{name}");
}

/// A payload that the application reads.
pub(super) trait Reads: Payload {
    /// `None`: JSON cannot hold it.
    fn data(session: &Session<Self>) -> Option<JsonValue>;
}

impl Reads for Map {
    fn data(session: &Session) -> Option<JsonValue> {
        session.deserialize::<Json>().ok().map(|json| json.0)
    }
}

impl<const SCHEMA: u32> Reads for Visit<SCHEMA> {
    fn data(session: &Session<Self>) -> Option<JsonValue> {
        session.read(|visit| serde_json::to_value(visit).ok())
    }
}

/// The session that an application sees.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    /// `sealing`, `accepted`, the reason, or `Absent`.
    pub(super) outcome: String,
    pub(super) key_id: Option<String>,
    pub(super) created_at: Option<SystemTime>,
    last_active_at: Option<SystemTime>,
    id: Option<String>,
    flash: Vec<(String, String)>,
    data: Option<JsonValue>,
}

impl Seen {
    fn of<T: Reads>(session: &Session<T>) -> Seen {
        let (outcome, key_id) = match session.outcome() {
            Outcome::Opened { key_id } => ("sealing".to_owned(), Some(key_id)),
            Outcome::OpenedUnderAcceptedKey { key_id } => ("accepted".to_owned(), Some(key_id)),
            Outcome::Rejected { reason, key_id } => (reason.to_string(), key_id),
            other => (other.name().to_owned(), None),
        };
        Seen {
            outcome,
            key_id: key_id.map(|id| id.to_string()),
            created_at: session.created_at(),
            last_active_at: session.last_active_at(),
            id: session.id().map(|id| id.to_string()),
            flash: session.take_all_flashes().unwrap(),
            data: T::data(session),
        }
    }

    fn expected(expected: &Expected) -> Seen {
        match expected {
            Expected::Opened { opened } => Seen {
                outcome: if opened.under == "sealing" {
                    "sealing"
                } else {
                    "accepted"
                }
                .to_owned(),
                key_id: Some(opened.key_id.clone()),
                created_at: Some(system_time(opened.issued)),
                last_active_at: Some(system_time(opened.last_active)),
                id: opened.sid.clone(),
                flash: opened.flash.clone(),
                data: opened.data.clone(),
            },
            Expected::Rejected { rejected, key_id } => Seen {
                outcome: rejected.clone(),
                key_id: key_id.clone(),
                ..Seen::default()
            },
        }
    }
}

#[track_caller]
fn check_adapters<T: Reads>(
    name: &str,
    whole: JsonMap<String, JsonValue>,
    vector: &Vector,
    reasons: &mut Reasons,
) {
    let expected = Seen::expected(&vector.expect);
    for adapter in ADAPTERS {
        let found = through::<T>(*adapter, whole.clone(), vector);
        reasons.add(*adapter, &found);
        if let Ok(mut found) = found {
            if expected.created_at.is_none() || expected.data.is_none() {
                // A new session has the content that the application begins with.
                found.data = None;
            }
            assert_eq!(found, expected, "{name}, {adapter:?}");
        }
    }
}

fn through<T: Reads>(
    adapter: Adapter,
    mut whole: JsonMap<String, JsonValue>,
    vector: &Vector,
) -> Result<Seen, &'static str> {
    let Some((field, lines)) = request_of(vector) else {
        return Err(NO_FIELD);
    };
    // A character is a byte.
    let bytes = |line: &String| line.bytes().map(char::from).collect::<String>();
    let fields: Vec<_> = lines.iter().map(|line| (field, bytes(line))).collect();
    whole.insert("request".to_owned(), serde_json::to_value(fields).unwrap());
    // Those of a writer are named in another way.
    whole.remove("expects");
    let scene = Scene::take(&mut whole);
    seen_through::<T>(adapter, &scene)
}

/// The session that an application sees in a request behind an adapter.
pub(super) fn seen_through<T: Reads>(
    adapter: Adapter,
    scene: &Scene,
) -> Result<Seen, &'static str> {
    let carrier = scene.try_carrier::<T>();
    let carrier = carrier.map_err(|_| NO_SETTINGS)?;
    let seen = Arc::new(Mutex::new(None));
    let seeing = Arc::clone(&seen);
    let exchange = Exchange {
        carrier,
        now: scene.now,
        request: scene.try_request().ok_or(NO_FIELD)?,
        has_context: true,
        asks: false,
        status: 200,
        response: HeaderMap::new(),
        work: Arc::new(move |session: &Session<T>| {
            *seeing.lock().unwrap() = Some(Seen::of(session));
        }),
    };
    exchange.through(adapter)?;
    Ok(seen.lock().unwrap().take().unwrap())
}

/// The field that brings these values, and its lines. `None`: values of these bytes do not come.
fn request_of(vector: &Vector) -> Option<(&str, Vec<String>)> {
    match &vector.purpose {
        PurposeOf::Token(_) => None,
        PurposeOf::Header(name) => Some((name, vector.candidates.clone())),
        PurposeOf::Cookie(name) => {
            let whole = vector
                .candidates
                .iter()
                .map(|value| format!("{name}={value}"));
            let parts = vector.parts.iter();
            let parts = parts.map(|(number, value)| format!("{name}.{number}={value}"));
            let lines: Vec<_> = whole.chain(parts).collect();
            let found = Finder::new(name).find(&lines, LONGEST_TOKEN);
            let alike = |values: &Values| {
                let whole = values.whole(LONGEST_TOKEN);
                whole
                    .map(|whole| whole.map(|whole| whole.text.into_owned()))
                    .collect::<Vec<_>>()
            };
            (alike(&found) == alike(&values(vector))).then_some(("cookie", lines))
        }
    }
}

fn value<T: SessionData>(content: &Content) -> Option<serde_json::Value> {
    let value: T = T::decode(content.metadata.schema, &content.payload)?;
    Some(serde_json::to_value(value).unwrap())
}

#[track_caller]
fn check_dictionary(name: &str, vector: &Vector, expected: &Opened) {
    let (core, context) = (core::<Map>(vector), context(&vector.context));
    let state = load::<Map>(&core, &context, vector).state;
    let metadata = state.metadata().unwrap();
    assert_eq!(metadata.issued, expected.issued, "{name}");
    assert_eq!(metadata.last_active(), expected.last_active, "{name}");
    // JSON has no form for keys that are not text.
    if let Some(data) = &expected.data {
        assert_eq!(
            &decode_all::<Json>(state.payload()).unwrap().0,
            data,
            "{name}"
        );
    }
}

fn outcome_of(vector: &Vector) -> Outcome {
    match vector.expects {
        Expects::Dictionary => opened_as::<Map>(vector),
        Expects::Typed { schema: 1 } => opened_as::<Visit<1>>(vector),
        Expects::Typed { schema: 2 } => opened_as::<Visit<2>>(vector),
        Expects::Typed { .. } => opened_as::<Visit<{ u32::MAX }>>(vector),
    }
}

fn opened_as<T: Payload>(vector: &Vector) -> Outcome {
    let context = context(&vector.context);
    let core = core::<T>(vector);
    load::<T>(&core, &context, vector).outcome
}

fn load<T: Payload>(core: &CarrierCore, context: &Context, vector: &Vector) -> Loaded<T> {
    let opening = Opening::new(core, Some(context), vector.now);
    let mut place = None;
    opening.load(values(vector), None, RequestFacts::default(), &mut place);
    place.unwrap()
}

fn values(vector: &Vector) -> Values {
    let mut values = match vector.purpose {
        PurposeOf::Cookie(_) => Values::of_cookies(),
        _ => Values::default(),
    };
    for candidate in &vector.candidates {
        values.push(candidate.as_bytes(), LONGEST_TOKEN);
    }
    for (number, part) in &vector.parts {
        values.push_part(*number, part.as_bytes(), LONGEST_TOKEN);
    }
    values
}

fn core<T: Payload>(vector: &Vector) -> CarrierCore {
    let policy = &vector.policy;
    let duplicates = match &vector.purpose {
        PurposeOf::Cookie(name) => Duplicates::of(&name.parse().unwrap()),
        _ => Duplicates::NewestOfOneSession,
    };
    let purpose = vector.purpose.with(&vector.application, &vector.type_label);
    let slot = slot(vector.mode, &vector.ring, purpose.unwrap());
    slot.raise_not_before(policy.not_before.unwrap_or(0));
    CarrierCore {
        slot,
        context: context(&vector.context),
        duplicates,
        hooks: hooks(policy.revoked.clone()),
        companion: None,
        log_limits: Default::default(),
        asking: Default::default(),
        policy: Arc::new(Policy {
            lifetimes: Lifetimes {
                plain: Timeouts {
                    absolute: policy.absolute,
                    idle: policy.idle,
                },
                remembered: policy.remember_up_to.map(|absolute| Timeouts {
                    absolute,
                    idle: policy.remembered_idle,
                }),
                refresh_after: None,
                revalidation: None,
                skew: policy.skew,
            },
            budget: SizeBudget::new(
                Allowed::new(1, 4096),
                Overhead::default(),
                token::overhead(Mode::Encrypted.into()),
                Padding::None,
            )
            .unwrap(),
            save_on_server_error: false,
            keep_unknown_keys: false,
            shared_caching: false,
            all_persist: false,
            empty_payload: Box::default(),
            schema: T::SCHEMA,
        }),
    }
}

fn hooks(revoked: Option<Revoked>) -> Hooks {
    let mut hooks = Hooks::default();
    if let Some(revoked) = revoked {
        hooks.revoked_if = Some(Arc::new(move |session| revoked.has(session.info().id)));
    }
    hooks
}

const EVERY_REASON: usize = 16;
pub(super) const NO_FIELD: &str = "no field of a request holds it";
const NO_SETTINGS: &str = "no carrier has these settings";
