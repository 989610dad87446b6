//! What a text looks like that is given as a key or a ring and is none. `src/settings/settings.toml` has the sentences, which
//! JavaScript shares. They repeat no part of the text, which may be a secret.

mod table;

use self::table::LOOKS;
use super::{error::NEW_KEY, text::KEY_PREFIX};

struct Look {
    /// Conditions of which one is enough. Without any, each text fits.
    fits: &'static [Fits],
    /// It is asked of the whole text of a ring, and not of an entry.
    is_of_rings: bool,
    says: &'static str,
    /// [`NEW_KEY`] follows.
    has_new_key: bool,
}

enum Fits {
    Is(&'static [&'static str]),
    Begins(&'static [&'static str]),
    Has(&'static [&'static str]),
    Like(fn(&str) -> bool),
}

/// Says what a text looks like that does not begin like a key, and what to do.
pub(super) fn of_key(text: &str) -> String {
    find(text, false).unwrap_or_default()
}

/// Says what a store may have made of the whole text of a ring, and what to do.
pub(in crate::keys) fn of_ring(text: &str) -> Option<String> {
    find(text, true)
}

fn find(text: &str, is_of_rings: bool) -> Option<String> {
    let mut looks = LOOKS.iter().filter(|look| look.is_of_rings == is_of_rings);
    let look =
        looks.find(|look| look.fits.is_empty() || look.fits.iter().any(|it| it.fits(text)))?;
    let new_key = if look.has_new_key { NEW_KEY } else { "" };
    Some(format!("{}{new_key}", look.says))
}

impl Fits {
    fn fits(&self, text: &str) -> bool {
        match self {
            Fits::Is(words) => words.iter().any(|word| text.eq_ignore_ascii_case(word)),
            Fits::Begins(words) => words.iter().any(|word| text.starts_with(word)),
            Fits::Has(words) => words.iter().any(|word| text.contains(word)),
            Fits::Like(is_like) => is_like(text),
        }
    }
}

fn has_no_line_ends(text: &str) -> bool {
    let begins = ["#", "not_before=", KEY_PREFIX]
        .iter()
        .any(|start| text.starts_with(start));
    begins && ["\\n", "%0A", "%0a"].iter().any(|end| text.contains(end))
}

/// Returns `true` for `NAME=value` and `NAME:`. The padding of base64 is no value.
fn has_a_name(text: &str) -> bool {
    let is_of_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let rest = text.trim_start_matches(is_of_name);
    let value = rest.trim_start_matches('=');
    rest.len() < text.len() && (rest == ":" || value.len() < rest.len() && !value.is_empty())
}

/// Without a `.`, a `/` makes a path only at the start, because base64 contains `/` too.
fn is_path(text: &str) -> bool {
    let is_of_windows = text.as_bytes().get(1..3) == Some(b":\\");
    let has_file = text.contains('/') && text.contains('.');
    is_of_windows || has_file || text.starts_with(['/', '~'])
}
