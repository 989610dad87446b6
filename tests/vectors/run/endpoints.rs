//! The answers of the two endpoints of devices.

use std::time::Duration;

use http::{HeaderValue, Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    adapters::lines_of,
    hardtack_device::{DeviceBound, Initiators},
    hex,
    scene::{Carrier, Scene, set},
    types::{Expects, typed},
    writes::{came_with, starred, stored},
};
use crate::{
    base::time::system_time,
    state::{Map, Payload},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Vector {
    #[serde(flatten)]
    scene: Scene,
    #[serde(default)]
    expects: Expects,
    method: String,
    host: Option<String>,
    path: String,
    /// `null`: the request is to another place.
    expect: Option<Value>,
}

pub(super) fn check(name: &str, vector: &Vector) {
    let Vector { scene, .. } = vector;
    let mut request = Request::new(());
    *request.method_mut() = vector.method.parse().unwrap();
    *request.uri_mut() = vector.path.parse().unwrap();
    *request.headers_mut() = scene.request();
    if let Some(host) = &vector.host {
        let host = HeaderValue::from_str(host).unwrap();
        request.headers_mut().insert("host", host);
    }
    match (
        typed!(&vector.expects, answer(scene, request)),
        &vector.expect,
    ) {
        (None, None) => {}
        (Some(answer), Some(expect)) => assert_eq!(told(scene, &answer, expect), *expect, "{name}"),
        (answer, expect) => panic!("{name}: {answer:?}, expected {expect:?}"),
    }
}

fn answer<T: Payload>(scene: &Scene, request: Request<()>) -> Option<Response<String>> {
    let Ok(Carrier::Cookie(cookie)) = scene.carrier::<T>() else {
        panic!("sessions in a header are not bound");
    };
    let (parts, ()) = request.into_parts();
    if scene.context.is_some() {
        return cookie.respond(&parts, system_time(scene.now));
    }
    // None was chosen for the request.
    let companion = cookie.companion_for(parts.method.as_str(), parts.uri.path())?;
    Some(companion.respond(&parts, None))
}

/// What a response says, as `expect` tells it, whose `word` is for logs.
fn told(scene: &Scene, answer: &Response<String>, expect: &Value) -> Value {
    let fields = FIELDS.iter().flat_map(|name| {
        lines_of(answer.headers(), name).map(move |line| answer_starred(&(*name, line)))
    });
    let mut body: Value = serde_json::from_str(answer.body()).unwrap_or_default();
    let identifier = body.get("session_identifier").cloned();
    if body.get("credentials").is_some() {
        body["session_identifier"] = "*".into();
    }
    let mut told = json!({
        "status": answer.status().as_u16(),
        "word": expect["word"],
        "fields": fields.collect::<Vec<_>>(),
        "body": body,
    });

    let session = scene.purpose().name().to_owned();
    let bound = format!("{session}.b-");
    let token_of = |is_its: &dyn Fn(&str) -> bool| {
        let mut tokens = lines_of(answer.headers(), "set-cookie").filter_map(|line| {
            let (name, token) = line.split_once(';')?.0.split_once('=')?;
            (is_its(name) && !token.is_empty()).then(|| token.to_owned())
        });
        tokens.next().unwrap()
    };
    let sealed = |what: &str, expected: &Value| {
        let token = match what {
            "session" => {
                let token = token_of(&|name| name == session);
                let came = came_with(scene, &scene.carrier::<Map>().unwrap());
                return stored(scene, came, &[&token]);
            }
            "bound" => token_of(&|name| name.starts_with(&bound)),
            "identifier" => identifier.as_ref().unwrap().as_str().unwrap().to_owned(),
            "challenge" => {
                let field = answer.headers()["secure-session-challenge"].to_str();
                field.unwrap().split('"').nth(1).unwrap().to_owned()
            }
            other => panic!("{other}"),
        };
        let content = scene.opened(scene.purpose().device(what), &token);
        let mut found = json!({
            "key_id": content.key_id.to_string(),
            "issued": content.metadata.issued,
            "sid": content.metadata.sid.map(|sid| hex(&sid)),
            "payload": hex(&content.payload),
        });
        if expected.get("age").is_some() {
            found["age"] = content.metadata.age.into();
        }
        found
    };
    if let Some(Value::Object(expected)) = expect.get("sealed") {
        let found = expected
            .iter()
            .map(|(what, expected)| (what.clone(), sealed(what, expected)));
        told["sealed"] = Value::Object(found.collect());
    }
    told
}

/// The fields that the vectors have, in their order.
const FIELDS: [&str; 4] = [
    "cache-control",
    "content-type",
    "secure-session-challenge",
    "set-cookie",
];

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

/// The settings of devices. One that is left out has its default.
#[derive(Clone, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct DevicesOf {
    path: String,
    bound_for: Option<u64>,
    challenge_for: Option<u64>,
    required_after: Option<u64>,
    initiators: Option<String>,
    excluded: Vec<String>,
    origin: Option<String>,
    offers: Option<bool>,
}

impl DevicesOf {
    pub(super) fn at(path: &str) -> DevicesOf {
        let path = path.to_owned();
        DevicesOf {
            path,
            ..DevicesOf::default()
        }
    }

    pub(super) fn settings(&self) -> DeviceBound {
        let mut device = DeviceBound::at(&self.path);
        set!(device;
            bound_for(self.bound_for.map(Duration::from_secs)),
            challenge_for(self.challenge_for.map(Duration::from_secs)),
            required_after(self.required_after.map(Duration::from_secs)),
            origin(&self.origin),
            initiators(self.initiators.as_deref().map(|word| match word {
                "any" => Initiators::Any,
                "same-site" => Initiators::SameSite,
                other => panic!("{other}"),
            })),
        );
        for path in &self.excluded {
            device = device.exclude(path);
        }
        match self.offers {
            Some(false) => device.without_offers(),
            _ => device,
        }
    }
}
