//! Tokens in header fields, and the room in one.

use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    PurposeOf,
    cookies::latin1,
    for_each,
    open::{check_adapters, outcome_of},
    padding,
    scene::{Carrier, Scene},
    skips::Tally,
    types::{Acts, Expects, typed},
};
use crate::{
    ConfigError, Session,
    base::time::{system_time, unix_seconds},
    state::{Allowed, Map, Overhead, SizeBudget},
    token,
};

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Vector {
    Open {
        #[serde(flatten)]
        scene: Box<Scene>,
        field: String,
        lines: Vec<String>,
        expect: Value,
    },
    Room {
        #[serde(flatten)]
        scene: Box<Scene>,
        limit: usize,
        parts: Option<usize>,
        #[serde(default)]
        expects: Expects,
        payload: Option<usize>,
    },
}

#[test]
fn tokens_are_found_in_header_fields_as_specified() {
    let tally = Tally::of("headers");
    for_each("headers", |name, vector: Vector| match vector {
        Vector::Open {
            mut scene,
            field,
            lines,
            expect,
        } => {
            let of_request = lines.iter().map(|line| (field.clone(), line.clone()));
            let of_request = of_request.collect();
            scene.purpose = PurposeOf::Header(field);
            let scene = scene.with_request(of_request);
            let Ok(Carrier::Header(header)) = scene.carrier::<Map>() else {
                panic!("{name}: is a header");
            };
            let session = header.load(
                lines.iter().map(|line| latin1(line)),
                system_time(scene.now),
            );
            assert_eq!(seen(&session, &expect), expect, "{name}");
            check_adapters::<Map>(name, &scene, &expect, &tally, seen);
        }
        Vector::Room {
            mut scene,
            limit,
            parts,
            expects,
            payload,
        } => {
            let len = parts.unwrap_or(1) * limit;
            scene.purpose = PurposeOf::Header("x-session".to_owned());
            scene.most_characters = Some(len);
            let is_accepted = typed!(&expects, build(&scene)).is_ok();
            let padding = padding(scene.padding.as_deref());
            let (allowed, overhead) = (Allowed::new(1, len), Overhead::default());
            let budget = SizeBudget::new(
                allowed,
                overhead,
                token::overhead(scene.mode.into()),
                padding,
            );
            let room = budget.map(|budget| budget.room);
            assert_eq!(room.filter(|_| is_accepted), payload, "{name}");
        }
    });
    tally.check();
}

fn build<T: Acts>(scene: &Scene) -> Result<(), ConfigError> {
    scene.carrier::<T>().map(drop)
}

fn seen<T: Acts>(session: &Session<T>, _: &Value) -> Value {
    outcome_of(
        session,
        |key_id| json!({"key_id": key_id.to_string(), "issued": session.created_at().map(unix_seconds)}),
    )
}
