use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;

use super::{Content, Mode, PurposeOf, content_of, context, cookie_builder, for_each, hex, slot};
use crate::{
    Session, SessionCookie, SessionError, base::time::system_time, cookie::SetCookies,
    session::SaveError,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    ring: String,
    mode: Mode,
    purpose: PurposeOf,
    context: Vec<(String, String)>,
    application: Option<String>,
    now: u64,
    policy: PolicyOf,
    arrives: Option<String>,
    actions: Vec<Vec<Value>>,
    expect: Expected,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct PolicyOf {
    idle: Option<u64>,
    absolute: u64,
    remember_up_to: Option<u64>,
    skew: u64,
    #[serde(rename = "not_before")]
    _not_before: Option<u64>,
    refresh_after: Value,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
enum Expected {
    Nothing(bool),
    Expired(bool),
    Refused(String),
    Written(Written),
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Written {
    key_id: String,
    issued: u64,
    age: u32,
    limit: Option<u32>,
    remembered: Option<u32>,
    sid: Option<String>,
    flash: Vec<(String, String)>,
    payload: String,
    max_age: Option<u64>,
}

#[test]
#[ignore = "the vectors have a form that the next writer reads"]
fn sessions_are_written_as_specified() {
    for_each("writes", |name, vector: Vector| {
        let found = match visit(name, &vector) {
            Ok(fields) => sent(name, &vector, &fields),
            Err(word) => Expected::Refused(word.to_owned()),
        };
        assert_eq!(found, vector.expect, "{name}");
    });
}

/// Performs the actions of the application, and returns the fields or the word for the refusal.
fn visit(name: &str, vector: &Vector) -> Result<SetCookies, &'static str> {
    let cookie = cookie(vector);
    let field = vector.arrives.as_ref();
    let field = field.map(|value| format!("{}={value}", cookie.name().as_str()));
    let session = cookie.load(field, system_time(vector.now));
    for action in &vector.actions {
        act(&session, action).map_err(|error| match error {
            SessionError::NotRemembering => "not-remembering",
            SessionError::TooDeep => "value",
            SessionError::TooLarge(_) => "size",
            SessionError::UnreadablePayload => "unreadable",
            other => panic!("{name}: {other}"),
        })?;
    }
    cookie.save(&session).map_err(|error| match error {
        SaveError::Clock => "clock",
        other => panic!("{name}: {other}"),
    })
}

fn cookie(vector: &Vector) -> SessionCookie {
    let policy = &vector.policy;
    let mut builder = cookie_builder(
        vector.mode,
        &vector.ring,
        &vector.purpose,
        &vector.application,
        &vector.context,
    )
    .idle_timeout(policy.idle.map(Duration::from_secs))
    .absolute_timeout(Duration::from_secs(policy.absolute))
    .clock_skew(Duration::from_secs(policy.skew))
    .refresh_after(super::refresh_after(&policy.refresh_after));
    if let Some(span) = policy.remember_up_to {
        builder = builder.remember_up_to(Duration::from_secs(span));
    }
    builder.build().unwrap()
}

fn act(session: &Session, action: &[Value]) -> Result<(), SessionError> {
    let text = |at: usize| action[at].as_str().unwrap();
    let span = || Duration::from_secs(action[1].as_u64().unwrap());
    match text(0) {
        "read" => {
            let _ = session.is_new();
            Ok(())
        }
        "insert" => session.insert(text(1), &action[2]),
        "remove" => session.remove(text(1)).map(drop),
        "flash" => session.flash(text(1), text(2)),
        "id" => session.ensure_id().map(drop),
        "new-id" => session.renew_id(),
        "renew" => session.renew(),
        "limit" => session.limit_to(span()),
        "remember" => session.remember_for(span()),
        "forget" => session.forget(),
        "clear" => session.clear(),
        "invalidate" => session.invalidate().map(drop),
        other => panic!("{other}"),
    }
}

fn sent(name: &str, vector: &Vector, fields: &SetCookies) -> Expected {
    let Some(field) = fields.iter().next() else {
        return Expected::Nothing(true);
    };
    assert_eq!(fields.iter().len(), 1, "{name}");
    let (pair, attributes) = field.split_once(';').unwrap();
    let (_, token) = pair.split_once('=').unwrap();
    if token.is_empty() {
        return Expected::Expired(true);
    }
    let max_age = attributes.split("; Max-Age=").nth(1);
    let opened = open(vector, token).unwrap();
    let arrived = vector.arrives.as_deref();
    let arrived = arrived.and_then(|token| open(vector, token)?.metadata.sid);
    Expected::Written(Written {
        key_id: opened.key_id.to_string(),
        issued: opened.metadata.issued,
        age: opened.metadata.age,
        limit: opened.metadata.limit,
        remembered: opened.metadata.remembered,
        sid: opened.metadata.sid.map(|sid| {
            let word = if arrived == Some(sid) { "kept" } else { "new" };
            word.to_owned()
        }),
        flash: opened.flash,
        payload: hex(&opened.payload),
        max_age: max_age.map(|seconds| seconds.parse().unwrap()),
    })
}

/// The content of a token, whatever its dates.
fn open(vector: &Vector, token: &str) -> Option<Content> {
    let purpose = vector.purpose.with(&vector.application, &None).unwrap();
    let slot = slot(vector.mode, &vector.ring, purpose);
    let context = context(&vector.context);
    content_of(&slot, vector.mode, &context, vector.now, token.as_bytes())
}
