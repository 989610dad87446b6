//! Values of a settings file, and the forms in which they are read.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::SeqAccessDeserializer},
};
use zeroize::Zeroizing;

use crate::{
    base::{EPOCH, Sentence, duration::parse_duration, mistakes, parse_time, system_time},
    keys::looks_like_a_key,
};

/// Value of any format. No scalar, list or map is refused, because the format's error might quote a text that contains
/// keys.
#[derive(Clone)]
pub(super) enum Value {
    /// A text. It is overwritten when it is dropped, because it may be a key.
    Text(Zeroizing<String>),
    /// A number or a flag, written as text, or a word for a value that no setting has. A missing value is the empty text.
    Bare(Zeroizing<String>),
    List(Vec<Value>),
    Table(Table),
}

pub(super) type Table = Vec<(String, Value)>;

impl Value {
    /// Returns a text, a number or a flag without the spaces around it. For a list or a table, returns a word that no
    /// setting accepts.
    fn word(&self) -> &str {
        match self {
            Value::Text(word) | Value::Bare(word) => word.trim(),
            Value::List(_) | Value::Table(_) => "several values",
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.word().is_empty()
    }

    pub(super) fn holds_a_key(&self) -> bool {
        match self {
            Value::Text(text) | Value::Bare(text) => looks_like_a_key(text),
            Value::List(values) => values.iter().any(Value::holds_a_key),
            Value::Table(entries) => entries
                .iter()
                .any(|(name, value)| looks_like_a_key(name) || value.holds_a_key()),
        }
    }

    /// Returns `true` if quotes stand around a text or a part of it, as in a file of variables that no shell reads.
    pub(super) fn is_quoted(&self) -> bool {
        match self {
            Value::Text(text) => is_quoted(text),
            Value::Bare(_) => false,
            Value::List(values) => values.iter().any(Value::is_quoted),
            Value::Table(entries) => entries
                .iter()
                .any(|(name, value)| is_quoted(name) || value.is_quoted()),
        }
    }

    pub(super) fn text(&self) -> Result<String, Sentence> {
        match self {
            Value::Text(text) => Ok(text.to_string()),
            _ => Err(mistakes::NO_TEXT.into()),
        }
    }

    /// Reads a text of one line. A mistake in another system's file may have joined several lines, including a
    /// password.
    pub(super) fn line(&self) -> Result<String, Sentence> {
        let text = self.text()?;
        if text.contains(['\n', '\r']) {
            Err(mistakes::SEVERAL_LINES.into())
        } else {
            Ok(text)
        }
    }

    pub(super) fn flag(&self) -> Result<bool, Sentence> {
        match &*self.word().to_ascii_lowercase() {
            "true" | "yes" | "on" | "y" | "t" | "1" => Ok(true),
            "false" | "no" | "off" | "n" | "f" | "0" => Ok(false),
            _ => Err(mistakes::NO_FLAG.into()),
        }
    }

    pub(super) fn is_on(&self) -> bool {
        self.flag().is_ok_and(|is_on| is_on)
    }

    /// Returns a flag that is always on. `why` refuses any other value.
    pub(super) fn only_true(&self, why: &'static str) -> Result<bool, Sentence> {
        self.is_on().then_some(true).ok_or(why.into())
    }

    /// Reads one of several words, ignoring case.
    pub(super) fn choice<T: Copy>(&self, choices: &[(&str, T)]) -> Result<T, String> {
        let given = self.word();
        let mut all = choices.iter();
        let chosen = all.find(|(word, _)| word.eq_ignore_ascii_case(given));
        chosen.map(|(_, choice)| *choice).ok_or_else(|| {
            let words = choices.iter().map(|(word, _)| format!("`{word}`"));
            format!("must be {}", either(words))
        })
    }

    /// Reads a duration: `30m`, `1h 30m`, or a number of seconds.
    pub(super) fn duration(&self) -> Result<Duration, String> {
        let word = self.word();
        let duration = if word.bytes().all(|byte| byte.is_ascii_digit()) {
            word.parse().ok().map(Duration::from_secs)
        } else {
            parse_duration(word)
        };
        duration.ok_or_else(|| format!("must be {}", mistakes::A_DURATION))
    }

    /// Reads a duration of at least a second.
    pub(super) fn interval(&self) -> Result<Duration, String> {
        match self.duration()? {
            Duration::ZERO => Err(mistakes::NO_INTERVAL.to_owned()),
            interval => Ok(interval),
        }
    }

    /// Reads one of several words, or a duration.
    pub(super) fn choice_or_duration<T: Copy>(
        &self,
        choices: &[(&str, T)],
        of_duration: fn(Duration) -> T,
    ) -> Result<T, String> {
        self.choice(choices).or_else(|mistake| {
            let duration = self.duration().map(of_duration);
            duration.map_err(|_| format!("{mistake}, or {}", mistakes::A_DURATION))
        })
    }

    /// Reads a time. No session began before 2026.
    pub(super) fn time(&self) -> Result<SystemTime, Sentence> {
        let time = parse_time(self.word()).map(|time| time.max(system_time(EPOCH)));
        time.ok_or(mistakes::NO_TIME.into())
    }

    /// Returns the tables of a list, or a single table. A text may have several tables, with commas between them, and
    /// `split` divides each into pairs like `name=value`. A value of another form is refused with `no_tables`.
    ///
    /// Each table is sorted by its names, because formats do not guarantee an order.
    pub(super) fn tables(
        &self,
        split: fn(&str) -> Vec<&str>,
        no_tables: &'static str,
    ) -> Result<Vec<Table>, Sentence> {
        let pair = |text: &str| {
            let (name, value) = text.split_once('=')?;
            Some((name.trim().to_owned(), value.trim().to_owned().into()))
        };
        let pairs = |table| split(table).into_iter().map(pair).collect();
        let read: Option<Vec<Table>> = match self {
            Value::Text(text) => text.split(',').map(pairs).collect(),
            Value::List(values) => values.iter().map(Value::to_table).collect(),
            value => value.to_table().map(|table| vec![table]),
        };
        let mut tables = read.ok_or(no_tables)?;
        for table in &mut tables {
            table.sort_by(|(a, _), (b, _)| a.cmp(b));
            if table.windows(2).any(|pairs| pairs[0].0 == pairs[1].0) {
                return Err(mistakes::NAME_TWICE.into());
            }
        }
        Ok(tables)
    }

    /// Returns a table, or a pair like `["name", "value"]`.
    fn to_table(&self) -> Option<Table> {
        match self {
            Value::Table(table) => Some(table.clone()),
            Value::List(pair) => match &pair[..] {
                [Value::Text(name), value] => Some(vec![(name.to_string(), value.clone())]),
                _ => None,
            },
            _ => None,
        }
    }
}

impl From<String> for Value {
    fn from(text: String) -> Value {
        Value::Text(text.into())
    }
}

fn is_quoted(text: &str) -> bool {
    let mut parts = text.split([',', '=']).map(str::trim);
    parts.any(|part| part.starts_with(QUOTES) || part.ends_with(QUOTES))
}

const QUOTES: [char; 7] = ['"', '\'', '`', '“', '”', '‘', '’'];

/// Joins words for a sentence: `` `a`, `b` or `c` ``.
pub(super) fn either(words: impl Iterator<Item = String>) -> String {
    let words = words.collect::<Vec<_>>().join(", ");
    match words.rsplit_once(", ") {
        Some((first, last)) => format!("{first} or {last}"),
        None => words,
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(AnyValue)
    }
}

struct AnyValue;

/// Takes a flag or a number in its `Debug` form, in which `1.0` differs from the whole number `1`.
macro_rules! bare {
    ($($visit:ident($of:ty)),+) => {$(
        fn $visit<E>(self, value: $of) -> Result<Value, E> {
            Ok(Value::Bare(format!("{value:?}").into()))
        }
    )+};
}

impl<'de> Visitor<'de> for AnyValue {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("settings of a session cookie")
    }

    bare!(visit_bool(bool), visit_i64(i64), visit_i128(i128));
    bare!(visit_u64(u64), visit_u128(u128), visit_f64(f64));

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(text.to_owned().into())
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(text.into())
    }

    fn visit_bytes<E>(self, _: &[u8]) -> Result<Value, E> {
        Ok(Value::Bare("bytes".to_owned().into()))
    }

    fn visit_none<E>(self) -> Result<Value, E> {
        Ok(Value::Bare(Zeroizing::default()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Bare(Zeroizing::default()))
    }

    fn visit_some<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, inner: D) -> Result<Value, D::Error> {
        inner.deserialize_any(self)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<Value, A::Error> {
        Vec::deserialize(SeqAccessDeserializer::new(seq)).map(Value::List)
    }

    /// Reads a table. A name that is not a text makes it another kind of value.
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut table = Some(Vec::new());
        while let Some((name, value)) = map.next_entry::<Value, Value>()? {
            match (&mut table, name) {
                (Some(table), Value::Text(name)) => table.push((name.to_string(), value)),
                _ => table = None,
            }
        }
        Ok(table.map_or(Value::Bare("a table".to_owned().into()), Value::Table))
    }
}
