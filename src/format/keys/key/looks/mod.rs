//! What a text looks like that is given as a key or a ring and is none. `src/settings/settings.toml` has the sentences, which
//! JavaScript shares. They repeat no part of the text, which may be a secret.

mod fits;
mod table;

use self::table::LOOKS;
use super::error::NEW_KEY;

/// Says what a text looks like that does not begin like a key, and what to do.
pub(super) fn of_key(text: &str) -> String {
    find(text, false).unwrap_or_default()
}

/// Says what a store may have made of the whole text of a ring, and what to do.
pub(crate) fn of_ring(text: &str) -> Option<String> {
    find(text, true)
}

fn find(text: &str, is_of_rings: bool) -> Option<String> {
    let mut looks = LOOKS.iter().filter(|look| look.is_of_rings == is_of_rings);
    let look =
        looks.find(|look| look.fits.is_empty() || look.fits.iter().any(|it| it.fits(text)))?;
    let new_key = if look.has_new_key { NEW_KEY } else { "" };
    Some(format!("{}{new_key}", look.says))
}
