use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use serde::Deserialize;

use super::for_each;
use crate::{
    EncryptionKey, Session, SessionCookie, SessionToken,
    base::time::{EPOCH, system_time},
    carrier::RefreshAfter,
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

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct Expected {
    shareable: bool,
    fields: Vec<(String, String)>,
}

#[test]
fn responses_are_kept_from_caches_as_specified() {
    for_each("caches", |name, mut vector: Vector| {
        vector.expect.fields = comparable(vector.expect.fields);
        // A refresh is left out of a response that others may store.
        let (_, is_refreshed) = respond(&vector, Touch::Touched, false);
        let (fields, _) = respond(&vector, vector.touch, vector.may_share);
        let found = Expected {
            shareable: !is_refreshed,
            fields,
        };
        assert_eq!(found, vector.expect, "{name}");
    });
}

/// Returns the fields of a response, and whether it carries the session.
fn respond(vector: &Vector, touch: Touch, may_share: bool) -> (Vec<(String, String)>, bool) {
    let mut response = HeaderMap::new();
    for (name, value) in &vector.fields {
        let name: HeaderName = name.parse().unwrap();
        response.append(name, HeaderValue::from_str(value).unwrap());
    }
    let key = EncryptionKey::generate().unwrap();
    let carrier = if vector.brought_in == "cookie" {
        answer_cookie(key, touch, may_share, &mut response)
    } else {
        answer_header(key, &vector.brought_in, touch, &mut response)
    };
    let carries = response.remove(carrier).is_some();
    let mut fields: Vec<_> = response.iter().map(written).collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    (comparable(fields), carries)
}

fn answer_cookie(
    key: EncryptionKey,
    touch: Touch,
    may_share: bool,
    response: &mut HeaderMap,
) -> &'static str {
    let mut builder = SessionCookie::encrypted(key).refresh_after(RefreshAfter::Always);
    if may_share {
        builder = builder.danger_allow_shared_caching();
    }
    let cookie = builder.build().unwrap();
    let arrived = cookie.load(None::<&str>, system_time(EPOCH));
    arrived.insert("a", 1).unwrap();
    let fields = cookie.save(&arrived).unwrap();
    let session = cookie.load(fields, system_time(EPOCH));
    use_of(&session, touch);
    cookie.save_to(&session, StatusCode::OK, response).unwrap();
    "set-cookie"
}

fn answer_header(
    key: EncryptionKey,
    name: &str,
    touch: Touch,
    response: &mut HeaderMap,
) -> &'static str {
    let builder = SessionToken::encrypted(key)
        .header(name)
        .refresh_after(RefreshAfter::Always);
    let header = builder.build().unwrap();
    let session = header.load([""], system_time(EPOCH));
    session.insert("a", 1).unwrap();
    let mut fields = HeaderMap::new();
    header
        .save_to(&session, StatusCode::OK, &mut fields)
        .unwrap();
    let session = header.load([fields["session-token"].as_bytes()], system_time(EPOCH));
    use_of(&session, touch);
    header.save_to(&session, StatusCode::OK, response).unwrap();
    "session-token"
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
