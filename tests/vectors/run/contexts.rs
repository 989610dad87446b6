use serde::Deserialize;

use super::{for_each, hex};
use crate::token::Context;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    context: Vec<(String, String)>,
    ctx: Option<String>,
    error: Option<String>,
}

#[test]
fn contexts_are_written_to_the_byte_and_refused_as_specified() {
    for_each("contexts", |name, vector: Vector| {
        let found = ctx(&vector);
        assert_eq!(found.as_ref().ok(), vector.ctx.as_ref(), "{name}");
        assert_eq!(found.err(), vector.error.as_deref(), "{name}");
    });
}

fn ctx(vector: &Vector) -> Result<String, &'static str> {
    let pairs = vector.context.iter().map(|(label, value)| (label, value));
    let context = Context::new(pairs).map_err(|error| {
        let sentence = error.to_string();
        let words = ["label", "value"];
        let word = words.into_iter().find(|word| sentence.contains(word));
        word.unwrap_or_else(|| panic!("{sentence}"))
    })?;
    Ok(hex(&context.encoded()[LENGTH_LEN..]))
}

/// The length field before ctx.
const LENGTH_LEN: usize = 4;
