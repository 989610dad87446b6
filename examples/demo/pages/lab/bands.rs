//! The parts of a token (SPEC.md § 4).

use hardtack::keys::Mode;

use crate::site::Site;

/// Bytes of a token that belong together.
pub(super) struct Band {
    /// As in the specification. Its text is that of the cookie with this key.
    pub(super) name: &'static str,
    pub(super) len: usize,
    pub(super) colour: &'static str,
    /// The key id, in its own band.
    pub(super) id: Option<String>,
}

/// Returns `None` if these are too few bytes for a token.
pub(super) fn of(bytes: &[u8], site: &Site) -> Option<Vec<Band>> {
    let id = bytes.get(1..5)?.iter().map(|byte| format!("{byte:02x}"));
    let id: String = id.collect();
    let parts = parts(bytes.len(), site)?.into_iter();
    let bands = parts.filter(|(_, len)| *len > 0).map(|(name, len)| Band {
        name,
        len,
        colour: match name {
            "format" => "#7d8590",
            "key id" => colour_of_key(site, &id),
            "nonce" => "#5f92d6",
            "tag" => "#3f9e6e",
            _ => BODY,
        },
        id: (name == "key id").then(|| id.clone()),
    });
    Some(bands.collect())
}

/// encrypted   format(1) || key id(4) || nonce(24) || ciphertext || tag(16)
/// signed      format(1) || key id(4) || body || tag(16)
fn parts(len: usize, site: &Site) -> Option<[(&'static str, usize); 5]> {
    let (nonce, body) = match site.session.mode() {
        Mode::UnencryptedButSigned => (0, "body"),
        _ => (24, "ciphertext"),
    };
    let rest = len.checked_sub(1 + 4 + nonce + 16)?;
    Some([
        ("format", 1),
        ("key id", 4),
        ("nonce", nonce),
        (body, rest),
        ("tag", 16),
    ])
}

/// Returns the name of the part that a byte of a token belongs to.
pub(in crate::pages) fn name_at(at: usize, len: usize, site: &Site) -> &'static str {
    let mut end = 0;
    let mut parts = parts(len, site).into_iter().flatten();
    let part = parts.find(|(_, len)| {
        end += len;
        at < end
    });
    part.map_or("?", |(name, _)| name)
}

/// Returns the colour of a key. The next one has another.
pub(super) fn colour_of_key(site: &Site, id: &str) -> &'static str {
    KEYS[site.keys.number_of(id) % KEYS.len()]
}

pub(super) const BODY: &str = "#e0962f";
const KEYS: [&str; 6] = [
    "#c94f9b", "#7a5fd8", "#1c97ab", "#cf5138", "#8a8a24", "#3b5cad",
];
