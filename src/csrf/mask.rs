//! CSRF tokens: a tag over what names a session, under a mask (SPEC.md § 13).

use ctutils::CtEq;

use crate::{
    base::time::UnixSeconds,
    crypto::{base64url, mac::TAG_LEN},
    keys::{PurposeKey, PurposeKeys},
    token::Binding,
};

/// Renders a token for `session` under the key that seals at `now`. `mask` is fresh at every call, so
/// that the same bytes never appear twice in a compressed page (BREACH).
pub(crate) fn render(
    keys: &PurposeKeys,
    binding: Binding<'_>,
    now: UnixSeconds,
    session: &[u8],
    mask: [u8; TAG_LEN],
) -> String {
    let secret = secret(keys.sealing(now), binding, session);
    let mut bytes = [0; 2 * TAG_LEN];
    bytes[..TAG_LEN].copy_from_slice(&mask);
    bytes[TAG_LEN..].copy_from_slice(&xor(mask, secret));
    let mut token = String::with_capacity(TOKEN_LEN);
    base64url::encode(&bytes, &mut token);
    token
}

/// Whether `token` was rendered for `session` under a key that is accepted at `now`. In constant time,
/// once the token has the right form.
pub(crate) fn check(
    keys: &PurposeKeys,
    binding: Binding<'_>,
    now: UnixSeconds,
    session: &[u8],
    token: &str,
) -> bool {
    let mut bytes = [0; base64url::longest_decoded(TOKEN_LEN)];
    if token.len() != TOKEN_LEN || base64url::decode(token.as_bytes(), &mut bytes).is_none() {
        return false;
    }
    let mask: [u8; TAG_LEN] = std::array::from_fn(|i| bytes[i]);
    let masked: [u8; TAG_LEN] = std::array::from_fn(|i| bytes[TAG_LEN + i]);
    let given = xor(mask, masked);
    let mut is_right = false;
    for key in keys.accepted(now) {
        is_right |= bool::from(secret(key, binding, session).ct_eq(&given));
    }
    is_right
}

/// `HMAC(K_csrf, u32(len ctx) || ctx || session)`, cut to 16 bytes.
fn secret(key: &PurposeKey, binding: Binding<'_>, session: &[u8]) -> [u8; TAG_LEN] {
    key.csrf.compute(&[&binding.aad(&[]), session])
}

fn xor(left: [u8; TAG_LEN], right: [u8; TAG_LEN]) -> [u8; TAG_LEN] {
    std::array::from_fn(|i| left[i] ^ right[i])
}

const TOKEN_LEN: usize = 43;
