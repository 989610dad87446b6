//! base64url in its only spelling: no padding, no white space, unused bits zero (SPEC.md § 4.5).

use std::sync::LazyLock;

use base64::{Engine, engine};

/// Appends the characters of `bytes` to `text`.
pub(crate) fn encode(bytes: &[u8], text: &mut String) {
    ENGINE.encode_string(bytes, text);
}

/// Decodes into the beginning of `bytes`, which is long enough for anything, and returns how many they
/// are.
pub(crate) fn decode(text: &[u8], bytes: &mut [u8]) -> Option<usize> {
    ENGINE.decode_slice(text, bytes).ok()
}

pub(crate) const fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// Room for what this many characters may decode to.
pub(crate) const fn longest_decoded(characters: usize) -> usize {
    characters.div_ceil(4) * 3
}

/// Uses AVX2 or NEON where the machine has it, which is found out once.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: LazyLock<engine::Simd> =
    LazyLock::new(|| engine::Simd::url_safe(engine::general_purpose::NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: LazyLock<engine::GeneralPurpose> = LazyLock::new(|| {
    engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, engine::general_purpose::NO_PAD)
});
