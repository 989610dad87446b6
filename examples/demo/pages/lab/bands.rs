//! The parts of a token (SPEC.md § 4).

use hardtack::keys::{KeyId, Mode};

use crate::{pages::visit::Visit, site::Site};

/// Bytes of a token that belong together.
pub(super) struct Band {
    pub(super) name: &'static str,
    pub(super) purpose: &'static str,
    pub(super) value: Option<String>,
    pub(super) colour: &'static str,
    pub(super) len: usize,
}

/// Returns `None` if these are too few bytes for a token.
pub(super) fn of(bytes: &[u8], visit: &Visit) -> Option<Vec<Band>> {
    let id = bytes.get(1..5)?.iter().map(|byte| format!("{byte:02x}"));
    let id: String = id.collect();
    let accepted = visit.site.keys_in_use().accepts;
    let key = accepted.into_iter().find(|key| key.to_string() == id);
    let key_colour = key.map_or(UNKNOWN_KEY, |key| colour_of_key(&visit.site, key));
    let t = visit.texts();
    let bands = parts(bytes.len(), visit)?.into_iter();
    let bands = bands.filter(|(_, len)| *len > 0).map(|(part, len)| Band {
        name: t.of("part", part),
        purpose: t.of("part", &format!("{part}_purpose")),
        value: (part == "key").then(|| id.clone()),
        colour: match part {
            "format" => FORMAT,
            "key" => key_colour,
            "nonce" => NONCE,
            "tag" => TAG,
            _ => BODY,
        },
        len,
    });
    Some(bands.collect())
}

/// encrypted   format(1) || key id(4) || nonce(24) || ciphertext || tag(16)
/// signed      format(1) || key id(4) || body || tag(16)
fn parts(len: usize, visit: &Visit) -> Option<[(&'static str, usize); 5]> {
    let (nonce, body) = match visit.site.session.cookie.mode() {
        Mode::UnencryptedButSigned => (0, "body"),
        _ => (24, "ciphertext"),
    };
    let rest = len.checked_sub(1 + 4 + nonce + 16)?;
    Some([
        ("format", 1),
        ("key", 4),
        ("nonce", nonce),
        (body, rest),
        ("tag", 16),
    ])
}

/// Returns the name of the part that a byte of a token belongs to.
pub(in crate::pages) fn name_at(at: usize, len: usize, visit: &Visit) -> &'static str {
    let mut end = 0;
    let parts = parts(len, visit).into_iter().flatten();
    let mut parts = parts.skip_while(|(_, len)| {
        end += len;
        end <= at
    });
    let part = parts.next();
    part.map_or("?", |(part, _)| visit.texts().of("part", part))
}

/// Returns the colour of a key. The next one has another.
pub(super) fn colour_of_key(site: &Site, key: KeyId) -> &'static str {
    KEYS[site.keys.number_of(key) % KEYS.len()]
}

const FORMAT: &str = "#7d8590";
const NONCE: &str = "#5f92d6";
pub(super) const BODY: &str = "#e0962f";
const TAG: &str = "#3f9e6e";
const UNKNOWN_KEY: &str = "#000000";
const KEYS: [&str; 6] = [
    "#c94f9b", "#7a5fd8", "#1c97ab", "#cf5138", "#8a8a24", "#3b5cad",
];
