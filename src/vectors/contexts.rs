use serde::Deserialize;

use super::{for_each, hex};
use crate::token::{Context, Reserved};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    application: Option<String>,
    type_label: Option<String>,
    context: Vec<(String, String)>,
    ctx: Option<String>,
    error: Option<String>,
}

#[test]
fn contexts_are_written_to_the_byte_and_refused_as_specified() {
    for_each("contexts", |name, vector: Vector| {
        // A type's label is a constant, which is checked when it is compiled.
        if vector.error.as_deref() == Some("type") {
            return;
        }
        let (ctx, error) = match ctx(&vector) {
            Ok(ctx) => (Some(ctx), None),
            Err(error) => (None, Some(error)),
        };
        assert_eq!(ctx, vector.ctx, "{name}");
        assert_eq!(error, vector.error.as_deref(), "{name}");
    });
}

fn ctx(vector: &Vector) -> Result<String, &'static str> {
    let type_label = vector.type_label.as_deref().unwrap_or_default();
    let reserved = Reserved::new(vector.application.as_deref(), type_label);
    let reserved = reserved.map_err(|_| "application")?;
    let pairs = vector.context.iter().map(|(label, value)| (label, value));
    let context = Context::new(pairs).map_err(|error| {
        let sentence = error.to_string();
        let words = ["reserved", "label", "value"];
        let word = words.into_iter().find(|word| sentence.contains(word));
        word.unwrap_or_else(|| panic!("{sentence}"))
    })?;
    let written = reserved.before(&context);
    Ok(hex(&written.aad(&[])[LENGTH_LEN..]))
}

/// The length field before ctx in the associated data.
const LENGTH_LEN: usize = 4;
