//! Conditions that a text fits which is given as a key or a ring and is none.

use crate::format::keys::key::info::KEY_PREFIX;

pub(super) struct Look {
    /// Conditions of which one is enough. Without any, each text fits.
    pub(super) fits: &'static [Fits],
    /// It is asked of the whole text of a ring, and not of an entry.
    pub(super) is_of_rings: bool,
    pub(super) says: &'static str,
    /// [`NEW_KEY`] follows.
    pub(super) has_new_key: bool,
}

pub(super) enum Fits {
    Is(&'static [&'static str]),
    Begins(&'static [&'static str]),
    Has(&'static [&'static str]),
    Like(fn(&str) -> bool),
}

impl Fits {
    pub(super) fn fits(&self, text: &str) -> bool {
        match self {
            Fits::Is(words) => words.iter().any(|word| text.eq_ignore_ascii_case(word)),
            Fits::Begins(words) => words.iter().any(|word| text.starts_with(word)),
            Fits::Has(words) => words.iter().any(|word| text.contains(word)),
            Fits::Like(is_like) => is_like(text),
        }
    }
}

pub(super) fn has_no_line_ends(text: &str) -> bool {
    let begins = ["#", "not_before=", KEY_PREFIX]
        .iter()
        .any(|start| text.starts_with(start));
    begins && ["\\n", "%0A", "%0a"].iter().any(|end| text.contains(end))
}

/// Returns `true` for `NAME=value` and `NAME:`. The padding of base64 is no value.
pub(super) fn has_a_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rest = text.trim_start_matches(is_of_name);
    let value = rest.trim_start_matches('=');
    rest.len() < text.len() && (rest == ":" || value.len() < rest.len() && !value.is_empty())
}

/// Without a `.`, a `/` makes a path only at the start, because base64 contains `/` too.
pub(super) fn is_path(text: &str) -> bool {
    let is_of_windows = text.as_bytes().get(1..3) == Some(b":\\");
    let has_file = text.contains('/') && text.contains('.');
    is_of_windows || has_file || text.starts_with(['/', '~'])
}
