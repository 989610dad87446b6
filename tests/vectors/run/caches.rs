use std::sync::Arc;

use http::{HeaderMap, HeaderName, HeaderValue};
use serde::Deserialize;

use super::{
    adapters::{ADAPTERS, Adapter, Exchange, LAYERS, RAN, Reasons},
    for_each,
    scene::Carrier,
};
use crate::{
    EncryptionKey, RefreshAfter, Session, SessionCookie, SessionHeader, base::time::EPOCH,
    state::Map,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    fields: Vec<(String, String)>,
    touch: Touch,
    brought_in: String,
    #[serde(default)]
    may_share: bool,
    expect: Expected,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum Touch {
    Untouched,
    Touched,
    Written,
}

type Fields = Vec<(String, String)>;

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    shareable: bool,
    fields: Vec<(String, String)>,
}

#[test]
fn responses_are_kept_from_caches_as_specified() {
    let mut reasons = Reasons::default();
    for_each("caches", |name, mut vector: Vector| {
        vector.expect.fields = comparable(vector.expect.fields);
        for adapter in ADAPTERS {
            // A refresh is left out of a response that others may store.
            let refreshed = respond(*adapter, &vector, Touch::Touched, false);
            let answered = respond(*adapter, &vector, vector.touch, vector.may_share);
            reasons.add(*adapter, &answered);
            if let (Ok((_, is_refreshed)), Ok((fields, _))) = (refreshed, answered) {
                let found = Expected {
                    shareable: !is_refreshed,
                    fields,
                };
                assert_eq!(found, vector.expect, "{name}, {adapter:?}");
            }
        }
    });
    reasons.check(&[
        (&[Adapter::LoadAndSave, Adapter::Jar], &[NO_CACHES]),
        (&[Adapter::HeaderMap], &[RAN]),
        (LAYERS, &[RAN]),
    ]);
}

/// Returns the fields of a response, and whether it carries the session.
fn respond(
    adapter: Adapter,
    vector: &Vector,
    touch: Touch,
    may_share: bool,
) -> Result<(Fields, bool), &'static str> {
    if matches!(adapter, Adapter::LoadAndSave | Adapter::Jar) {
        return Err(NO_CACHES);
    }
    let mut exchange = Exchange {
        carrier: carrier(vector, may_share),
        now: EPOCH,
        request: HeaderMap::new(),
        has_context: true,
        asks: false,
        status: 200,
        response: HeaderMap::new(),
        work: Arc::new(|session: &Session| session.insert("a", 1).unwrap()),
    };
    let (brought_in, sent_in) = match &exchange.carrier {
        Carrier::Cookie(_) => ("cookie", "set-cookie"),
        Carrier::Header(_) => (&*vector.brought_in, "session-token"),
    };
    let token = exchange.through(Adapter::HeaderMap)?.headers()[sent_in].clone();
    let brought_in: HeaderName = brought_in.parse().unwrap();
    exchange.request.append(brought_in, token);
    exchange.work = Arc::new(move |session| use_of(session, touch));
    for (name, value) in &vector.fields {
        let name: HeaderName = name.parse().unwrap();
        exchange
            .response
            .append(name, HeaderValue::from_str(value).unwrap());
    }
    let mut response = exchange.through(adapter)?;
    let carries = response.headers_mut().remove(sent_in).is_some();
    let mut fields: Vec<_> = response.headers().iter().map(written).collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok((comparable(fields), carries))
}

fn carrier(vector: &Vector, may_share: bool) -> Carrier<Map> {
    let key = EncryptionKey::generate().unwrap();
    if vector.brought_in == "cookie" {
        let mut builder = SessionCookie::encrypted(key).refresh_after(RefreshAfter::Always);
        if may_share {
            builder = builder.danger_allow_shared_caching(true);
        }
        Carrier::Cookie(builder.build().unwrap())
    } else {
        let builder = SessionHeader::encrypted(key, &vector.brought_in);
        let builder = builder.refresh_after(RefreshAfter::Always);
        Carrier::Header(builder.build().unwrap())
    }
}

fn use_of(session: &Session, touch: Touch) {
    match touch {
        Touch::Untouched => {}
        Touch::Touched => assert!(!session.is_new()),
        Touch::Written => session.insert("b", 2).unwrap(),
    }
}

fn written((name, value): (&HeaderName, &HeaderValue)) -> (String, String) {
    (name.to_string(), value.to_str().unwrap().to_owned())
}

/// Puts the lines of `Vary` in one, which is the same field, and the case of its names does not count.
fn comparable(fields: Vec<(String, String)>) -> Vec<(String, String)> {
    let mut joined: Vec<(String, String)> = Vec::new();
    for (name, mut value) in fields {
        if name == "vary" {
            value.make_ascii_lowercase();
            if let Some((_, line)) = joined.iter_mut().find(|(name, _)| name == "vary") {
                *line = format!("{line}, {value}");
                continue;
            }
        }
        joined.push((name, value));
    }
    joined
}

const NO_CACHES: &str = "it adds no fields for caches";
