//! Values as texts that are the same in both languages.

use std::{collections::BTreeSet, fmt};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

/// A value of any kind, as a text.
pub struct Canonical(pub String);

/// Returns a text as its bytes, which hold no space.
pub fn text(text: &str) -> String {
    format!("t{}", hex(text.as_bytes()))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// JavaScript has one type of numbers, in which 1.0 is 1.
fn float(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else if value.fract() == 0.0 && value.abs() <= SAFE {
        (value as i64).to_string()
    } else {
        format!("f{:016x}", value.to_bits())
    }
}

impl<'de> Deserialize<'de> for Canonical {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Canonical, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

macro_rules! visit {
    ($visit:ident, $of:ty, $value:ident, $text:expr) => {
        fn $visit<E>(self, $value: $of) -> Result<Canonical, E> {
            Ok(Canonical($text))
        }
    };
}

impl<'de> Visitor<'de> for Any {
    type Value = Canonical;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    visit!(visit_bool, bool, value, value.to_string());
    visit!(visit_i64, i64, value, value.to_string());
    visit!(visit_u64, u64, value, value.to_string());
    visit!(visit_f32, f32, value, float(value.into()));
    visit!(visit_f64, f64, value, float(value));
    visit!(visit_str, &str, value, text(value));
    visit!(visit_bytes, &[u8], value, format!("b{}", hex(value)));

    fn visit_unit<E>(self) -> Result<Canonical, E> {
        Ok(Canonical("null".to_owned()))
    }

    fn visit_none<E>(self) -> Result<Canonical, E> {
        Ok(Canonical("null".to_owned()))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Canonical, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Canonical, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Canonical, A::Error> {
        let mut values = Vec::new();
        while let Some(Canonical(value)) = seq.next_element()? {
            values.push(value);
        }
        Ok(Canonical(format!("[{}]", values.join(","))))
    }

    /// In the order of the texts. Of numbers that are the same in JavaScript, the last counts.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Canonical, A::Error> {
        let mut entries = Vec::new();
        while let Some((Canonical(key), Canonical(value))) = map.next_entry()? {
            entries.push((key, value));
        }
        let mut seen = BTreeSet::new();
        let mut kept: Vec<_> = entries
            .into_iter()
            .rev()
            .filter(|(key, _)| !is_number(key) || seen.insert(key.clone()))
            .map(|(key, value)| format!("{key}:{value}"))
            .collect();
        kept.sort_unstable();
        Ok(Canonical(format!("{{{}}}", kept.join(","))))
    }
}

fn is_number(text: &str) -> bool {
    let is_float = text.starts_with('f') && text != "false";
    text == "nan" || is_float || text.starts_with(|c: char| c == '-' || c.is_ascii_digit())
}

const SAFE: f64 = 9_007_199_254_740_991.0;
