//! The texts of the pages in three languages, one file each.

use std::{collections::HashMap, ops::Index, sync::LazyLock};

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Language {
    #[default]
    English,
    German,
    Swedish,
}

impl Language {
    pub(crate) const ALL: [Language; 3] = [Language::English, Language::German, Language::Swedish];

    pub(crate) fn of_code(code: &str) -> Option<Language> {
        Language::ALL.into_iter().find(|known| known.code() == code)
    }

    /// Returns the first known language of an `Accept-Language` field. Browsers list them in order.
    pub(crate) fn accepted(field: &str) -> Option<Language> {
        let ranges = field.split(',').map(str::trim_ascii);
        let codes = ranges.filter_map(|range| range.split(['-', ';']).next());
        codes.filter_map(Language::of_code).next()
    }

    pub(crate) fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::German => "de",
            Language::Swedish => "sv",
        }
    }

    /// Returns the name of the language, in that language.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Language::English => "English",
            Language::German => "Deutsch",
            Language::Swedish => "Svenska",
        }
    }

    pub(crate) fn texts(self) -> &'static Texts {
        &TEXTS[self as usize]
    }
}

/// The texts of one language, by their keys: `t["flip.title"]`. A test compares the files and the keys in use.
pub(crate) struct Texts(HashMap<String, String>);

impl Texts {
    fn parse(file: &str) -> Texts {
        let table: toml::Table = file.parse().unwrap_or_default();
        let entries = table.into_iter().flat_map(|(key, value)| match value {
            toml::Value::Table(card) => {
                let entries = card.into_iter();
                entries
                    .map(|(part, text)| (format!("{key}.{part}"), text))
                    .collect()
            }
            text => vec![(key, text)],
        });
        let texts = entries.filter_map(|(key, text)| Some((key, text.as_str()?.to_owned())));
        Texts(texts.collect())
    }
}

impl Texts {
    /// Returns a text of a card, such as its `title`.
    pub(crate) fn of(&self, card: &str, part: &str) -> &str {
        &self[&*format!("{card}.{part}")]
    }
}

impl Index<&str> for Texts {
    type Output = str;

    fn index(&self, key: &str) -> &str {
        self.0.get(key).map_or("?", |text| text)
    }
}

/// Replaces `{name}` in `text` by each value.
pub(crate) fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let fill =
        |text: String, (name, value): &(&str, &str)| text.replace(&format!("{{{name}}}"), value);
    values.iter().fold(text.to_owned(), fill)
}

static TEXTS: LazyLock<[Texts; 3]> = LazyLock::new(|| {
    [
        include_str!("texts/english.toml"),
        include_str!("texts/german.toml"),
        include_str!("texts/swedish.toml"),
    ]
    .map(Texts::parse)
});
