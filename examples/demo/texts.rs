//! The texts of the pages in two languages, one file each.

use std::{collections::HashMap, fmt::Display, ops::Index, sync::LazyLock};

/// The texts of one language, by their keys: `t["flip.title"]`. A test compares the files and the keys in use.
pub(crate) struct Texts(HashMap<String, String>);

/// A name in braces, and its value.
pub(crate) type Blank<'a> = (&'a str, &'a dyn Display);

/// The languages. English is the first.
pub(crate) static LANGUAGES: LazyLock<[Texts; 2]> = LazyLock::new(|| {
    [
        include_str!("texts/english.toml"),
        include_str!("texts/german.toml"),
    ]
    .map(|file| Texts(toml::from_str(file).unwrap_or_default()))
});

impl Texts {
    /// Returns the texts of the language with this code.
    pub(crate) fn of_code(code: &str) -> Option<&'static Texts> {
        LANGUAGES.iter().find(|t| &t["page.code"] == code)
    }

    /// Returns those of the first known language of an `Accept-Language` field. Browsers list them in order.
    pub(crate) fn accepted(field: &str) -> Option<&'static Texts> {
        let ranges = field.split(',').map(str::trim_ascii);
        let codes = ranges.filter_map(|range| range.split(['-', ';']).next());
        codes.filter_map(Texts::of_code).next()
    }

    /// Returns a text of a card, such as its `title`.
    pub(crate) fn of(&self, card: &str, part: &str) -> &str {
        &self[&*format!("{card}.{part}")]
    }

    /// Returns the sentence for a [`Reason`](hardtack::session::Reason) of this name.
    pub(crate) fn reason(&self, name: &str) -> &str {
        let sentence = self.0.get(&format!("reason.{name}"));
        sentence.map_or(&self["reason.other"], |text| text)
    }

    /// Returns a text, with each `{name}` replaced by its value.
    pub(crate) fn filled(&self, key: &str, values: &[Blank]) -> String {
        let text = self[key].to_owned();
        values.iter().fold(text, |text, (name, value)| {
            text.replace(&format!("{{{name}}}"), &value.to_string())
        })
    }
}

impl Default for &'static Texts {
    fn default() -> &'static Texts {
        &LANGUAGES[0]
    }
}

impl Index<&str> for Texts {
    type Output = str;

    fn index(&self, key: &str) -> &str {
        self.0.get(key).map_or("?", |text| text)
    }
}
