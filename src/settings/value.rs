//! The values of a settings file, and the simple forms in which they are read.

use std::{
    borrow::Cow,
    fmt,
    time::{Duration, SystemTime},
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};

use crate::{
    base::{moment, span},
    keys::looks_like_a_key,
};

/// The rest of a sentence that begins with the setting's name.
pub(super) type Refusal = Cow<'static, str>;

/// A value of any format. Deserializing it never fails, because the error of a format may quote the text, with the
/// keys in it.
pub(super) enum Value {
    Nothing,
    Flag(bool),
    Integer(u64),
    Text(String),
    List(Vec<Value>),
    Table(Vec<(Value, Value)>),
    Other,
}

impl Value {
    pub(super) fn is_empty(&self) -> bool {
        match self {
            Value::Nothing => true,
            Value::Text(text) => text.trim().is_empty(),
            _ => false,
        }
    }

    pub(super) fn holds_a_key(&self) -> bool {
        match self {
            Value::Text(text) => looks_like_a_key(text),
            Value::List(values) => values.iter().any(Value::holds_a_key),
            Value::Table(entries) => entries
                .iter()
                .any(|(key, value)| key.holds_a_key() || value.holds_a_key()),
            _ => false,
        }
    }

    /// The tables of a list, one alone, or those of a text in which `pairs` reads what stands between commas.
    pub(super) fn entries(
        self,
        pairs: impl Fn(&str) -> Option<Vec<(String, String)>>,
    ) -> Option<Vec<Value>> {
        let text = |(key, value)| (Value::Text(key), Value::Text(value));
        let table = |entry| Some(Value::Table(pairs(entry)?.into_iter().map(text).collect()));
        match self {
            Value::List(entries) => Some(entries),
            Value::Text(entries) => entries.split(',').map(table).collect(),
            entry => Some(vec![entry]),
        }
    }

    pub(super) fn text(self) -> Result<String, Refusal> {
        match self {
            Value::Text(text) => Ok(text),
            _ => Err("must be a text in quotes".into()),
        }
    }

    pub(super) fn flag(self) -> Result<bool, Refusal> {
        match self {
            Value::Flag(flag) => Ok(flag),
            Value::Integer(1) => Ok(true),
            Value::Integer(0) => Ok(false),
            Value::Text(text) => match &*text.trim().to_ascii_lowercase() {
                "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
                "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
                _ => Err(NO_FLAG.into()),
            },
            _ => Err(NO_FLAG.into()),
        }
    }

    /// One of several words, in any case.
    pub(super) fn choice<T: Copy>(self, choices: &[(&str, T)]) -> Result<T, Refusal> {
        self.word(choices).ok_or_else(|| {
            let words = list(choices.iter().map(|(word, _)| *word), "or");
            format!("must be {words}").into()
        })
    }

    pub(super) fn word<T: Copy>(&self, choices: &[(&str, T)]) -> Option<T> {
        let Value::Text(text) = self else {
            return None;
        };
        let is_it = |(word, _): &&(&str, T)| word.eq_ignore_ascii_case(text.trim());
        choices.iter().find(is_it).map(|(_, choice)| *choice)
    }

    /// `30m`, `1h 30m`; a number is seconds.
    pub(super) fn span(self) -> Result<Duration, Refusal> {
        match self {
            Value::Integer(seconds) => Ok(Duration::from_secs(seconds)),
            Value::Text(text) => parse_span(text.trim()).ok_or(NO_SPAN.into()),
            _ => Err(NO_SPAN.into()),
        }
    }

    /// A span, or `off`, which YAML reads as `false`.
    pub(super) fn span_or_off(self) -> Result<Option<Duration>, Refusal> {
        match self {
            Value::Flag(false) => Ok(None),
            Value::Text(text) if text.trim().eq_ignore_ascii_case("off") => Ok(None),
            value => value.span().map(Some).map_err(|_| NO_SPAN_OR_OFF.into()),
        }
    }

    pub(super) fn moment(self) -> Result<SystemTime, Refusal> {
        match self {
            Value::Text(text) => moment::parse(text.trim()).ok_or(NO_MOMENT.into()),
            _ => Err(NO_MOMENT.into()),
        }
    }
}

/// A text of digits alone is a number of seconds, as every number may be a text.
fn parse_span(text: &str) -> Option<Duration> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok().map(Duration::from_secs);
    }
    span::parse(text)
}

/// `label=value`
pub(super) fn pair_of(text: &str) -> Option<(String, String)> {
    let (label, value) = text.split_once('=')?;
    Some((label.trim().to_owned(), value.trim().to_owned()))
}

/// Words in a sentence: `` `a`, `b` and `c` ``.
pub(super) fn list<'a>(words: impl Iterator<Item = &'a str>, conjunction: &str) -> String {
    let quoted: Vec<_> = words.map(|word| format!("`{word}`")).collect();
    match &*quoted {
        [first @ .., last] if !first.is_empty() => {
            format!("{} {conjunction} {last}", first.join(", "))
        }
        words => words.concat(),
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings of a session cookie")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(Value::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(u64::try_from(number).map_or(Value::Other, Value::Integer))
    }

    fn visit_i128<E>(self, _: i128) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::Integer(number))
    }

    fn visit_u128<E>(self, _: u128) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::Text(text))
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Value, E> {
        Ok(Value::Other)
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Nothing)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(value) = seq.next_element()? {
            values.push(value);
        }
        Ok(Value::List(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Value::Table(entries))
    }
}

const NO_FLAG: &str = "must be `true` or `false`";
const NO_SPAN: &str =
    "must be a span of time like `30m`, `12h` or `30days`, in lower case, or a number of seconds";
const NO_SPAN_OR_OFF: &str = "must be a span of time like `30m` or `12h`, in lower case, or a number \
    of seconds; or `off` for none";
const NO_MOMENT: &str = "must be a moment like `2026-12-15T00:00:00Z`, as a text in quotes";
