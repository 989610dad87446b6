//! Strict base64url: no padding, no white space, unused bits zero (SPEC.md § 4.5).

use std::mem;

use base64::{Engine, engine};

/// Encodes `bytes` and appends them to `text`.
pub(crate) fn encode(bytes: &[u8], text: &mut String) {
    // The library's `encode_string` would copy through a buffer of 1 KiB.
    let mut whole = mem::take(text).into_bytes();
    let start = whole.len();
    whole.resize(start + encoded_len(bytes.len()), 0);
    let written = ENGINE.encode_slice(bytes, &mut whole[start..]);
    written.expect("the slice is as long as the text");
    *text = String::from_utf8(whole).expect("base64url is ASCII");
}

/// Decodes into the start of `bytes`, which has room for [`longest_decoded`] bytes, and returns the decoded length, or
/// `None` if `text` is not strict.
pub(crate) fn decode(text: &[u8], bytes: &mut [u8]) -> Option<usize> {
    ENGINE.decode_slice(text, bytes).ok()
}

/// Returns the number of characters for this many bytes.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    (bytes * 4).div_ceil(3)
}

/// Returns an upper bound for the bytes in this many characters, for whole groups of four.
pub(crate) const fn longest_decoded(characters: usize) -> usize {
    characters.div_ceil(4) * 3
}

/// Uses AVX2 or NEON if the machine has them, which is detected once.
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
static ENGINE: std::sync::LazyLock<engine::Simd> =
    std::sync::LazyLock::new(|| engine::Simd::url_safe(engine::general_purpose::NO_PAD));
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
static ENGINE: engine::GeneralPurpose = engine::general_purpose::URL_SAFE_NO_PAD;
