use http::{HeaderName, HeaderValue};
use serde::Deserialize;

use super::{
    PurposeOf,
    adapters::{Adapter, Exchange},
    for_each,
    scene::{Scene, fields_of},
    skips::Tally,
};
use crate::{Session, base::time::EPOCH};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    fields: Vec<(String, String)>,
    touch: String,
    brought_in: String,
    #[serde(default)]
    may_share: bool,
    expect: Expected,
}

type Fields = Vec<(String, String)>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    shareable: bool,
    fields: Fields,
}

#[test]
fn responses_are_kept_from_caches_as_specified() {
    let tally = Tally::of("caches");
    for_each("caches", |name, mut vector: Vector| {
        vector.expect.fields = comparable(vector.expect.fields);
        for adapter in Adapter::all() {
            // A refresh is left out of a response that others may store.
            let refreshed = respond(adapter, &vector, "touched", false, &tally);
            let answered = respond(adapter, &vector, &vector.touch, vector.may_share, &tally);
            if let (Some((_, is_refreshed)), Some((fields, _))) = (refreshed, answered) {
                assert_eq!(fields, vector.expect.fields, "{name}, {adapter:?}");
                assert_eq!(
                    !is_refreshed, vector.expect.shareable,
                    "{name}, {adapter:?}"
                );
            }
        }
    });
    tally.check();
}

/// Returns the fields of a response, and whether it carries the session.
fn respond(
    adapter: Adapter,
    vector: &Vector,
    touch: &str,
    may_share: bool,
    tally: &Tally,
) -> Option<(Fields, bool)> {
    let mut scene = Scene {
        ring: Some(KEY.to_owned()),
        context: Some(Vec::new()),
        may_share,
        now: EPOCH,
        ..Scene::default()
    };
    scene.policy.refresh_after = Some("always".into());
    let mut sent_in = "set-cookie";
    if vector.brought_in != "cookie" {
        scene.purpose = PurposeOf::Header(vector.brought_in.clone());
        sent_in = "session-token";
    }
    let begin = Exchange::new(&scene, |session: &Session| session.insert("a", 1).unwrap());
    let begun = begin.through(Adapter::HeaderMap).unwrap();
    let token = begun.headers()[sent_in].to_str().unwrap().to_owned();
    scene.request.push((vector.brought_in.clone(), token));
    let touch = touch.to_owned();
    let exchange = Exchange {
        response: fields_of(&vector.fields),
        ..Exchange::new(&scene, move |session| use_of(session, &touch))
    };
    let mut response = tally.through(adapter, &exchange)?;
    let carries = response.headers_mut().remove(sent_in).is_some();
    let mut fields: Vec<_> = response.headers().iter().map(written).collect();
    fields.sort_by(|(one, _), (other, _)| one.cmp(other));
    Some((comparable(fields), carries))
}

fn use_of(session: &Session, touch: &str) {
    match touch {
        "untouched" => {}
        "touched" => assert!(!session.is_new()),
        "written" => session.insert("b", 2).unwrap(),
        other => panic!("{other}"),
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

const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
