use serde::Deserialize;

use super::{PurposeOf, context, for_each, mode_of, slot, unhex};
use crate::{
    keys::Purpose,
    token::{self, Context},
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    key: String,
    purpose: PurposeOf,
    context: Vec<(String, String)>,
    application: Option<String>,
    type_label: Option<String>,
    random: String,
    body: String,
    token: Option<String>,
    error: Option<String>,
}

/// The worked example of SPEC.md § 12.2.
#[test]
fn the_example_of_the_specification_is_right() {
    let words: Vec<_> = include_str!("../../../SPEC.md")
        .split_whitespace()
        .collect();
    let find = |is_it: &dyn Fn(&str) -> bool| *words.iter().find(|word| is_it(word)).unwrap();
    let random = "404142434445464748494a4b4c4d4e4f5051525354555657";
    assert_eq!(find(&|word| word == random), random);
    for (suite, start) in [("xaes", "eEVk"), ("sign", "sBvZ")] {
        let key = find(&|word| word.len() == 69 && word.contains(suite));
        let token = find(&|word| word.starts_with(start));
        let purpose = Purpose::cookie("__Host-session");
        let body = "02004dc880ac02a0a1a2a3a4a5a6a781a676697369747307";
        let sealed = seal(key, purpose, &Context::default(), random, body);
        assert_eq!(sealed, token);
    }
}

#[test]
fn bodies_are_sealed_to_the_byte() {
    for_each("seal", |name, vector: Vector| {
        let token_len = token::token_len(mode_of(&vector.key).into(), vector.body.len() / 2);
        // A session this large is refused long before it is sealed, by its size profile.
        let error = (token_len > token::LONGEST_TOKEN).then_some("size");
        assert_eq!(vector.error.as_deref(), error, "{name}");
        if error.is_some() {
            return;
        }
        let purpose = vector
            .purpose
            .with(&vector.application, &vector.type_label)
            .unwrap();
        let context = context(&vector.context);
        let token = seal(&vector.key, purpose, &context, &vector.random, &vector.body);
        assert_eq!(token_len, token.len(), "{name}");
        assert_eq!(Some(token), vector.token, "{name}");
    });
}

fn seal(key: &str, purpose: Purpose, context: &Context, random: &str, body: &str) -> String {
    let keys = slot(mode_of(key), key, purpose).keys();
    let (body, random) = (unhex(body), unhex(random).try_into().unwrap());
    let (len, mut token) = (body.len(), String::new());
    let write = |blob: &mut Vec<u8>| blob.extend_from_slice(&body);
    token::seal(keys.sealing(0), context, &random, len, write, &mut token);
    token
}
