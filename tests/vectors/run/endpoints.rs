//! The answers of the two endpoints of devices.

use std::time::Duration;

use http::{HeaderMap, HeaderValue, Request, Response};
use serde::Deserialize;
use serde_json::{Map as JsonMap, Value, json};

use super::{
    hardtack_device::{DeviceBound, Initiators},
    hex,
    open::Visit,
    scene::{Scene, cookie, read},
    writes::{came_with, starred, stored},
};
use crate::{
    SessionCookie,
    base::time::system_time,
    state::{Map, Payload},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EndpointOf {
    method: String,
    host: Option<String>,
    path: String,
    expect: Option<AnswerOf>,
}

#[derive(Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
struct AnswerOf {
    status: u16,
    /// For logs.
    #[serde(rename = "word")]
    _word: String,
    fields: Vec<(String, String)>,
    body: Value,
    #[serde(default)]
    sealed: JsonMap<String, Value>,
}

pub(super) fn check(name: &str, scene: &Scene, vector: JsonMap<String, Value>) {
    let vector: EndpointOf = read(vector);
    let mut request = Request::new(());
    *request.method_mut() = vector.method.parse().unwrap();
    *request.uri_mut() = vector.path.parse().unwrap();
    *request.headers_mut() = scene.request();
    if let Some(host) = &vector.host {
        let host = HeaderValue::from_str(host).unwrap();
        request.headers_mut().insert("host", host);
    }
    let answer = match &scene.expects {
        None => answer(&cookie::<Map>(name, scene), scene, request),
        Some(expects) => {
            assert_eq!(*expects, json!({"schema": 2}), "{name}");
            answer(&cookie::<Visit<2>>(name, scene), scene, request)
        }
    };
    match (answer, vector.expect) {
        (None, None) => {}
        (Some(answer), Some(expect)) => check_answer(name, scene, answer, expect),
        (answer, expect) => panic!("{name}: {answer:?}, expected {expect:?}"),
    }
}

fn answer<T: Payload>(
    cookie: &SessionCookie<T>,
    scene: &Scene,
    request: Request<()>,
) -> Option<Response<String>> {
    let (parts, ()) = request.into_parts();
    if scene.context.is_some() {
        return cookie.respond(&parts, system_time(scene.now));
    }
    // None was chosen for the request.
    let companion = cookie.companion_for(parts.method.as_str(), parts.uri.path())?;
    Some(companion.respond(&parts, None))
}

fn check_answer(name: &str, scene: &Scene, answer: Response<String>, expect: AnswerOf) {
    assert_eq!(answer.status(), expect.status, "{name}");
    let fields = in_order(answer.headers());
    let starred: Vec<_> = fields.iter().map(answer_starred).collect();
    assert_eq!(starred, expect.fields, "{name}");
    let mut body: Value = serde_json::from_str(answer.body()).unwrap_or_default();
    let identifier = body.get("session_identifier").cloned();
    if body.get("credentials").is_some() {
        body["session_identifier"] = "*".into();
    }
    assert_eq!(body, expect.body, "{name}");

    let device_token = |word: &str, token: &str, tells_age: bool| {
        let content = scene.opened(scene.purpose().device(word), token);
        let mut found = json!({
            "key_id": content.key_id.to_string(),
            "issued": content.metadata.issued,
            "sid": content.metadata.sid.map(|sid| hex(&sid)),
            "payload": hex(&content.payload),
        });
        if tells_age {
            found["age"] = content.metadata.age.into();
        }
        found
    };
    let session = scene.purpose().name().to_owned();
    let token_of = |prefix: &str| {
        let fields = fields.iter().filter(|(name, _)| *name == "set-cookie");
        let mut tokens = fields.filter_map(|(_, value)| {
            let (pair, _) = value.split_once(';')?;
            let (name, token) = pair.split_once('=')?;
            let is_whole = prefix.ends_with('-') && name.starts_with(prefix) || name == prefix;
            (is_whole && !token.is_empty()).then(|| token.to_owned())
        });
        tokens.next()
    };
    for (what, expected) in expect.sealed {
        let tells_age = expected.get("age").is_some();
        let found = match &*what {
            "bound" => {
                let token = token_of(&format!("{session}.b-")).unwrap();
                device_token("bound", &token, tells_age)
            }
            "identifier" => {
                let identifier = identifier.clone().unwrap();
                device_token("identifier", identifier.as_str().unwrap(), tells_age)
            }
            "challenge" => {
                let field = &answer.headers()["secure-session-challenge"];
                device_token(
                    "challenge",
                    field.to_str().unwrap().split('"').nth(1).unwrap(),
                    tells_age,
                )
            }
            "session" => {
                let token = token_of(&session).unwrap();
                let came = came_with(scene, &scene.carrier::<Map>());
                serde_json::to_value(stored(scene, came, &[&token])).unwrap()
            }
            other => panic!("{name}: {other}"),
        };
        assert_eq!(found, expected, "{name}: {what}");
    }
}

/// The fields that the vectors have, in their order.
fn in_order(map: &HeaderMap) -> Vec<(&'static str, String)> {
    let names = [
        "cache-control",
        "content-type",
        "secure-session-challenge",
        "set-cookie",
    ];
    let fields = names.into_iter().flat_map(|name| {
        let values = map.get_all(name).into_iter();
        values.map(move |value| (name, value.to_str().unwrap().to_owned()))
    });
    fields.collect()
}

fn answer_starred(field: &(&str, String)) -> (String, String) {
    match field.0 {
        "set-cookie" => starred(field),
        "secure-session-challenge" => {
            let (_, identifier) = field.1.split_once("\";id=").unwrap();
            (field.0.to_owned(), format!("\"*\";id={identifier}"))
        }
        name => (name.to_owned(), field.1.clone()),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    path: String,
    bound_for: Option<u64>,
    challenge_for: Option<u64>,
    required_after: Option<u64>,
    initiators: Option<String>,
    #[serde(default)]
    excluded: Vec<String>,
    origin: Option<String>,
    offers: Option<bool>,
}

/// The settings of devices. One that is left out has its default.
pub(super) fn settings(settings: &Value) -> DeviceBound {
    let settings: Settings = serde_json::from_value(settings.clone()).unwrap();
    let seconds = Duration::from_secs;
    let mut device = DeviceBound::at(settings.path);
    if let Some(duration) = settings.bound_for {
        device = device.bound_for(seconds(duration));
    }
    if let Some(duration) = settings.challenge_for {
        device = device.challenge_for(seconds(duration));
    }
    if let Some(initiators) = settings.initiators {
        device = device.initiators(match &*initiators {
            "any" => Initiators::Any,
            "same-site" => Initiators::SameSite,
            other => panic!("{other}"),
        });
    }
    if let Some(grace) = settings.required_after {
        device = device.required_after(seconds(grace));
    }
    for path in settings.excluded {
        device = device.exclude(path);
    }
    if let Some(origin) = settings.origin {
        device = device.origin(origin);
    }
    match settings.offers {
        Some(false) => device.without_offers(),
        _ => device,
    }
}
