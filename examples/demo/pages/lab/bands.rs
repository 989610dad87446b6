//! The parts of a token (SPEC.md § 4).

use hardtack::keys::Mode;

use crate::{
    pages::visit::Visit,
    texts::{Named, Texts},
};

/// Bytes of a token that belong together.
pub(in crate::pages) struct Band {
    pub(in crate::pages) name: &'static str,
    pub(in crate::pages) purpose: &'static str,
    pub(in crate::pages) value: Option<String>,
    pub(in crate::pages) colour: &'static str,
    pub(in crate::pages) len: usize,
}

/// Returns `None` if these are too few bytes for a token.
pub(super) fn of(bytes: &[u8], visit: &Visit) -> Option<Vec<Band>> {
    let mode = visit.site.session.cookie.mode();
    let id = bytes.get(1..5)?.iter().map(|byte| format!("{byte:02x}"));
    let id: String = id.collect();
    let (_, accepted) = visit.site.keys.roles(visit.site.clock.now());
    let key = accepted.into_iter().find(|key| key.to_string() == id);
    let key_colour = key.map_or(UNKNOWN_KEY, |key| {
        colour_of_key(visit.site.keys.number_of(key))
    });
    let parts = parts(bytes.len(), mode, visit.texts())?;
    let bands = parts
        .into_iter()
        .zip([FORMAT, key_colour, NONCE, BODY, TAG]);
    let bands = bands
        .filter(|((_, len), _)| *len > 0)
        .map(|((named, len), colour)| Band {
            name: named.name,
            purpose: named.text,
            value: (colour == key_colour).then(|| id.clone()),
            colour,
            len,
        });
    Some(bands.collect())
}

/// encrypted   format(1) || key id(4) || nonce(24) || ciphertext || tag(16)
/// signed      format(1) || key id(4) || body || tag(16)
fn parts(len: usize, mode: Mode, texts: &Texts) -> Option<[(&Named, usize); 5]> {
    let (nonce, body) = match mode {
        Mode::UnencryptedButSigned => (0, &texts.body),
        _ => (24, &texts.ciphertext),
    };
    let rest = len.checked_sub(1 + 4 + nonce + 16)?;
    Some([
        (&texts.format, 1),
        (&texts.key, 4),
        (&texts.nonce, nonce),
        (body, rest),
        (&texts.tag, 16),
    ])
}

/// The name of the part that this byte of a token belongs to.
pub(in crate::pages) fn name_at(
    at: usize,
    len: usize,
    mode: Mode,
    texts: &'static Texts,
) -> &'static str {
    let mut end = 0;
    let parts = parts(len, mode, texts).into_iter().flatten();
    let mut parts = parts.skip_while(|(_, len)| {
        end += len;
        end <= at
    });
    parts.next().map_or("?", |(named, _)| named.name)
}

/// The colour of the key with this number. The next one has another.
pub(super) fn colour_of_key(number: usize) -> &'static str {
    KEYS[number % KEYS.len()]
}

const FORMAT: &str = "#7d8590";
const NONCE: &str = "#5f92d6";
pub(super) const BODY: &str = "#e0962f";
const TAG: &str = "#3f9e6e";
const UNKNOWN_KEY: &str = "#000000";
const KEYS: [&str; 6] = [
    "#c94f9b", "#7a5fd8", "#1c97ab", "#cf5138", "#8a8a24", "#3b5cad",
];
