//! The parts of a token (SPEC.md § 4).

use std::iter::repeat_n;

use hardtack::keys::Mode;

use crate::site::Site;

/// Bytes of a token that belong together.
pub(in crate::pages) struct Band {
    /// Name in the specification. The texts of the cookie's card have a sentence for it.
    pub(in crate::pages) name: &'static str,
    pub(super) len: usize,
    pub(super) colour: &'static str,
}

/// Returns `None` if these are too few bytes for a token.
///
/// encrypted   format(1) || key id(4) || nonce(24) || ciphertext || tag(16)
/// signed      format(1) || key id(4) || body || tag(16)
pub(in crate::pages) fn of(bytes: &[u8], site: &Site) -> Option<Vec<Band>> {
    let (nonce, body) = match site.session.mode() {
        Mode::UnencryptedButSigned => (0, "body"),
        _ => (24, "ciphertext"),
    };
    let rest = bytes.len().checked_sub(1 + 4 + nonce + 16)?;
    let parts = [
        ("format", 1, "#7d8590"),
        ("key id", 4, colour_of_key(site, &key_id(bytes))),
        ("nonce", nonce, "#5f92d6"),
        (body, rest, BODY),
        ("tag", 16, "#3f9e6e"),
    ];
    let parts = parts.into_iter().filter(|(_, len, _)| *len > 0);
    let bands = parts.map(|(name, len, colour)| Band { name, len, colour });
    Some(bands.collect())
}

pub(super) fn key_id(bytes: &[u8]) -> String {
    let id = bytes.iter().skip(1).take(4);
    id.map(|byte| format!("{byte:02x}")).collect()
}

/// Returns the name of the part that a byte of a token belongs to.
pub(in crate::pages) fn name_at(at: usize, bands: &[Band]) -> &'static str {
    let mut names = bands.iter().flat_map(|band| repeat_n(band.name, band.len));
    names.nth(at).unwrap_or("?")
}

/// Returns the colour of a key. The next one has another.
pub(super) fn colour_of_key(site: &Site, id: &str) -> &'static str {
    KEYS[site.keys.number_of(id) % KEYS.len()]
}

pub(super) const BODY: &str = "#e0962f";
const KEYS: [&str; 6] = [
    "#c94f9b", "#7a5fd8", "#1c97ab", "#cf5138", "#8a8a24", "#3b5cad",
];
