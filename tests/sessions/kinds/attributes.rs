//! Attributes of serde under which the next request reads the same.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::{changed_in_a_dictionary, kept, refused_in_a_type, stored};

/// Defines a type, and stores values of it.
macro_rules! kept {
    ($type:item => $($value:expr),+ $(,)?) => {
        stored!($type => $(kept($value)),+);
    };
}

#[test]
fn names() {
    kept!(#[serde(rename = "Other")] struct Plain { a: u8, b: bool } => Plain { a: 1, b: true });
    kept!(#[serde(rename_all = "camelCase")] struct Camel { first_one: u8 } => Camel { first_one: 1 });
    kept!(struct Renamed { #[serde(rename = "b")] a: u8, #[serde(rename = "a")] b: u8 }
        => Renamed { a: 1, b: 2 });
    kept!(struct Aliased { #[serde(alias = "z", alias = "b")] a: u8, c: u8 } => Aliased { a: 1, c: 2 });
    kept!(#[serde(deny_unknown_fields)] struct Strict { a: u8 } => Strict { a: 1 });
    kept!(#[serde(rename_all = "lowercase")] enum Lower { One, Two(u8), Three { a: u8 } }
        => Lower::One, Lower::Two(2), Lower::Three { a: 3 });
    kept!(enum Aliases { #[serde(alias = "Z")] A, #[serde(alias = "Y")] B, C }
        => Aliases::A, Aliases::B, Aliases::C);
    kept!(#[serde(rename_all_fields = "UPPERCASE")] enum Fields { A { b: u8, c: u8 } }
        => Fields::A { b: 1, c: 2 });
}

#[test]
fn defaults() {
    kept!(#[serde(default)] #[derive(Default)] struct All { a: u8, b: Option<u8> }
        => All { a: 1, b: None }, All::default());
    kept!(struct One { #[serde(default)] a: Vec<u8>, b: u8 } => One { a: vec![], b: 2 });
    kept!(enum Other { A, B, #[serde(other)] Unknown } => Other::A, Other::B, Other::Unknown);
}

#[test]
fn shapes() {
    kept!(struct Unit; => Unit);
    kept!(struct Wrapper(u8); => Wrapper(1));
    kept!(struct Tuple(u8, String); => Tuple(1, "two".to_owned()));
    kept!(struct Empty {} => Empty {});
    kept!(#[serde(transparent)] struct Clear { inner: String } => Clear { inner: "a".to_owned() });
    kept!(struct Tree { left: Option<Box<Tree>>, right: Vec<Tree> }
        => Tree { left: Some(Box::new(Tree { left: None, right: vec![] })), right: vec![] });
    kept!(enum Every { Unit, One(u8), Two(u8, u8), Named { a: u8 }, Deep(Option<Box<Every>>) }
        => Every::Unit, Every::One(1), Every::Two(1, 2), Every::Named { a: 1 },
        Every::Deep(Some(Box::new(Every::Unit))), Every::Deep(None));
    kept!(enum Numbered { A = 7, B = 3 } => Numbered::A, Numbered::B);
    kept!(struct Generic<V> { value: V } => Generic { value: Some(1) }, Generic { value: None::<u8> });
}

#[test]
fn other_types_in_between() {
    kept!(#[serde(from = "u8", into = "u8")] struct Through(bool); => Through(true));
    impl From<u8> for Through {
        fn from(number: u8) -> Through {
            Through(number == 1)
        }
    }
    impl From<Through> for u8 {
        fn from(value: Through) -> u8 {
            value.0.into()
        }
    }
    kept!(struct With { #[serde(with = "as_text")] number: u64, after: u8 }
        => With { number: 7, after: 8 });
    kept!(struct Bytes { #[serde(serialize_with = "whole", deserialize_with = "part")] number: u64 }
        => Bytes { number: 7 });

    #[derive(Clone, Debug, PartialEq)]
    struct Foreign {
        a: u8,
        b: String,
    }
    #[derive(Serialize, Deserialize)]
    #[serde(remote = "Foreign")]
    struct Mirror {
        a: u8,
        b: String,
    }
    let foreign = Foreign {
        a: 1,
        b: "b".to_owned(),
    };
    kept!(struct Around { #[serde(with = "Mirror")] foreign: Foreign, after: u8 }
        => Around { foreign: foreign.clone(), after: 2 });
}

#[test]
fn what_is_never_stored_has_its_default() {
    kept!(struct Cached { a: u8, #[serde(skip)] cache: Option<u8>, b: u8 }
        => Cached { a: 1, cache: None, b: 2 });
    kept!(enum Last { A, B, #[serde(skip)] #[allow(dead_code)] Never } => Last::A, Last::B);
    kept!(enum Part { Named { a: u8, #[serde(skip)] cache: u8, b: u8 } }
        => Part::Named { a: 1, cache: 0, b: 2 });
}

#[test]
fn a_field_that_is_never_stored_keeps_no_other_value() {
    stored!(struct Cached { a: u8, #[serde(skip)] cache: u8 } =>
        refused_in_a_type(Cached { a: 1, cache: 2 }, "`skip`"),
        changed_in_a_dictionary(Cached { a: 1, cache: 2 }, Cached { a: 1, cache: 0 }));

    /// Its `PartialEq` says that the cache is no part of the value.
    #[derive(Serialize, Deserialize, Clone, Debug)]
    struct Ignored(Cached);
    impl PartialEq for Ignored {
        fn eq(&self, other: &Ignored) -> bool {
            self.0.a == other.0.a
        }
    }
    kept(Ignored(Cached { a: 1, cache: 2 }));
}

#[test]
fn values_that_an_attribute_does_not_touch() {
    kept!(struct Full { #[serde(skip_serializing_if = "Option::is_none")] a: Option<u8>, b: u8 }
        => Full { a: Some(1), b: 2 });
    kept!(enum Middle { A, #[serde(skip)] #[allow(dead_code)] Never, #[allow(dead_code)] B } => Middle::A);
}

mod as_text {
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
        String::deserialize(from)?.parse().map_err(D::Error::custom)
    }
}

fn whole<S: Serializer>(number: &u64, to: S) -> Result<S::Ok, S::Error> {
    number.to_be_bytes().serialize(to)
}

fn part<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    <[u8; 8]>::deserialize(from).map(u64::from_be_bytes)
}
