use std::{collections::BTreeMap, collections::BTreeSet, time::Duration};

use serde::{Deserialize, Serialize};

use super::{Mode, PurposeOf, context, for_each, hex, json::Json, reserved, slot};
use crate::{
    Outcome, RefreshAfter, SessionData,
    cookie::Values,
    crypto::scratch::Scratch,
    keys::Place,
    session::{Duplicates, Hooks, Sealer},
    state::{Allowance, Frame, Layout, Lifetimes, Map, Padding, Payload, Policy, Room, sealed},
    token::{self, LONGEST_TOKEN},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    name: String,
    spec: String,
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
    skew: u64,
    not_before: Option<u64>,
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

/// What the application expects.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Expects {
    Dictionary,
    #[serde(untagged)]
    Typed {
        schema: u32,
    },
}

/// The type of the vectors, which converts nothing. Its label is that of the vector.
#[derive(Serialize, Deserialize, Default)]
struct Visit<const SCHEMA: u32> {
    visits: u32,
    name: String,
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
    for_each("open", |vector: Vector| match &vector.expect {
        Expected::Opened { opened } => {
            check_opened(&vector, opened);
            passing.insert(vector.name);
        }
        Expected::Rejected { rejected, key_id } => {
            let expected = (rejected.clone(), key_id.clone());
            let found = match outcome(&vector) {
                Outcome::Rejected { reason, key_id } => {
                    (reason.to_string(), key_id.map(|id| id.to_string()))
                }
                other => panic!("{}: {other:?}", vector.name),
            };
            assert_eq!(found, expected, "{} ({})", vector.name, vector.spec);
            *reasons.entry(rejected.clone()).or_default() += 1;
            twins.push(vector.twin.unwrap());
        }
    });
    assert!(
        twins.iter().all(|twin| passing.contains(twin)),
        "every failing vector has a twin"
    );
    assert_eq!(reasons.len(), EVERY_REASON, "{reasons:?}");
}

#[track_caller]
fn check_opened(vector: &Vector, expected: &Opened) {
    let name = &vector.name;
    let outcome = outcome(vector);
    let (Outcome::Opened { key_id } | Outcome::OpenedUnderAcceptedKey { key_id }) = outcome else {
        panic!("{name}: {outcome:?}");
    };
    assert_eq!(key_id.to_string(), expected.key_id, "{name}");

    let sealer = sealer::<Map>(vector);
    let keys = sealer.slot.keys();
    let under = match keys.place_of(key_id, vector.now).unwrap() {
        Place::Earlier => "earlier",
        Place::Sealing => "sealing",
        Place::Later => "later",
    };
    assert_eq!(under, expected.under, "{name}");

    // Which of several was taken, and what is in it.
    let values = values(vector);
    let token = values.whole(LONGEST_TOKEN).nth(expected.index).unwrap();
    let token = token.unwrap_or_else(|broken| panic!("{name}: {broken:?}"));
    let context = context(&vector.context);
    let mut buffer = Scratch::borrow();
    let opened = token::open(
        &keys,
        sealer.mode,
        sealer.bound(&context),
        vector.now,
        &token.text,
        &mut buffer,
    );
    let opened = opened.unwrap_or_else(|refused| panic!("{name}: {refused:?}"));
    let body = &buffer[opened.body];
    let layout = Layout::read(body).unwrap();
    let head = layout.head;
    assert_eq!(head.issued, expected.issued, "{name}");
    assert_eq!(head.last_active(), expected.last_active, "{name}");
    assert_eq!(head.limit, expected.limit, "{name}");
    assert_eq!(head.remembered, expected.remembered, "{name}");
    assert_eq!(head.sid.map(|sid| hex(&sid)), expected.sid, "{name}");
    assert_eq!(head.schema, expected.schema.unwrap_or(0), "{name}");
    assert_eq!(
        hex(&body[layout.payload.clone()]),
        expected.payload,
        "{name}"
    );
    assert_eq!(flash(&body[layout.flash]), expected.flash, "{name}");

    let payload = &body[layout.payload];
    let data = match vector.expects {
        Expects::Dictionary => return check_dictionary(vector, expected),
        Expects::Typed { schema: 1 } => value::<Visit<1>>(head.schema, payload),
        Expects::Typed { schema: 2 } => value::<Visit<2>>(head.schema, payload),
        Expects::Typed { .. } => value::<Visit<{ u32::MAX }>>(head.schema, payload),
    };
    assert_eq!(data, expected.data, "{name}");
}

fn value<T: SessionData>(schema: u32, payload: &[u8]) -> Option<serde_json::Value> {
    let value = <T as sealed::Payload>::read(schema, payload, |value| value)?;
    Some(serde_json::to_value(value?).unwrap())
}

#[track_caller]
fn check_dictionary(vector: &Vector, expected: &Opened) {
    let name = &vector.name;
    let (sealer, context) = (sealer::<Map>(vector), context(&vector.context));
    let mut session = sealer.unread::<Map>(true, vector.now);
    let mut state = session.under(&sealer.policy);
    sealer.read(&context, values(vector), &mut state, &mut Outcome::Absent);
    assert_eq!(state.created_at(), Some(expected.issued), "{name}");
    assert_eq!(state.last_active_at(), Some(expected.last_active), "{name}");
    // JSON has no form for keys that are no text.
    if let Some(data) = &expected.data {
        assert_eq!(&state.to::<Json>().unwrap().0, data, "{name}");
    }
}

fn outcome(vector: &Vector) -> Outcome {
    match vector.expects {
        Expects::Dictionary => read::<Map>(vector),
        Expects::Typed { schema: 1 } => read::<Visit<1>>(vector),
        Expects::Typed { schema: 2 } => read::<Visit<2>>(vector),
        Expects::Typed { .. } => read::<Visit<{ u32::MAX }>>(vector),
    }
}

fn read<T: Payload>(vector: &Vector) -> Outcome {
    let context = context(&vector.context);
    let sealer = sealer::<T>(vector);
    let mut session = sealer.unread::<T>(true, vector.now);
    let mut state = session.under(&sealer.policy);
    let mut outcome = Outcome::Absent;
    sealer.read(&context, values(vector), &mut state, &mut outcome);
    outcome
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

fn sealer<T: Payload>(vector: &Vector) -> Sealer {
    let policy = &vector.policy;
    let duplicates = match &vector.purpose {
        PurposeOf::Cookie(name) => Duplicates::of(&name.parse().unwrap()),
        _ => Duplicates::NewestOfOneSession,
    };
    Sealer {
        slot: slot(vector.mode, &vector.ring, &vector.purpose),
        mode: vector.mode.into(),
        reserved: reserved(&vector.application, &vector.type_label),
        context: context(&vector.context),
        duplicates,
        not_before: policy.not_before.unwrap_or(0).into(),
        hooks: Hooks::default(),
        policy: Policy {
            lifetimes: Lifetimes {
                idle: policy.idle,
                absolute: policy.absolute,
                remember_up_to: policy.remember_up_to,
                refresh_after: RefreshAfter::Span(Duration::from_secs(450)),
                skew: policy.skew,
            },
            room: Room::new(
                Allowance::new(1, 4096),
                Frame::default(),
                |len| len,
                Padding::None,
            )
            .unwrap(),
            save_on_server_error: false,
            empty_payload: Box::default(),
            schema: <T as sealed::Payload>::SCHEMA,
        },
    }
}

/// Reads what [`Layout::read`] has checked.
pub(super) fn flash(bytes: &[u8]) -> Vec<(String, String)> {
    fn varint(bytes: &mut &[u8]) -> usize {
        let mut value = 0;
        for shift in (0..).step_by(7) {
            let (first, rest) = bytes.split_first().unwrap();
            *bytes = rest;
            value |= usize::from(first & 0x7F) << shift;
            if first & 0x80 == 0 {
                break;
            }
        }
        value
    }
    fn string(bytes: &mut &[u8]) -> String {
        let len = varint(bytes);
        let (text, rest) = bytes.split_at(len);
        *bytes = rest;
        String::from_utf8(text.to_vec()).unwrap()
    }
    let mut bytes = bytes;
    if bytes.is_empty() {
        return Vec::new();
    }
    let count = varint(&mut bytes);
    (0..count)
        .map(|_| (string(&mut bytes), string(&mut bytes)))
        .collect()
}

const EVERY_REASON: usize = 16;
