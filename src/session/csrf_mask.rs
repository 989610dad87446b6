//! CSRF tokens: a masked tag over the name of a session (SPEC.md § 13).

use ctutils::CtEq;

use crate::{
    base::time::UnixSeconds,
    crypto::{base64url, suite::TAG_LEN},
    keys::{PurposeKey, PurposeKeys},
    token::Context,
};

/// Renders a token for `session` under the key that seals at `now`. Each call needs a fresh `mask`, so that a
/// compressed page never repeats the same bytes (BREACH).
pub(crate) fn render(
    keys: &PurposeKeys,
    context: &Context,
    now: UnixSeconds,
    session: &[u8],
    mask: [u8; TAG_LEN],
) -> String {
    let secret = secret(keys.sealing(now), context, session);
    let mut token = String::with_capacity(TOKEN_LEN);
    let masked = std::array::from_fn(|i| mask[i] ^ secret[i]);
    base64url::encode([mask, masked].as_flattened(), &mut token);
    token
}

/// Returns `true` if `token` was rendered for `session` under a key that is accepted at `now`. Constant time for every
/// token of the right form.
pub(crate) fn check(
    keys: &PurposeKeys,
    context: &Context,
    now: UnixSeconds,
    session: &[u8],
    token: &str,
) -> bool {
    let mut bytes = [0; base64url::longest_decoded(TOKEN_LEN)];
    if token.len() != TOKEN_LEN || base64url::decode(token.as_bytes(), &mut bytes).is_none() {
        return false;
    }
    let given: [u8; TAG_LEN] = std::array::from_fn(|i| bytes[i] ^ bytes[TAG_LEN + i]);
    keys.accepted(now).fold(false, |is_right, key| {
        is_right | bool::from(secret(key, context, session).ct_eq(&given))
    })
}

/// `HMAC(K_csrf, u32(len ctx) || ctx || session)`, cut to 16 bytes.
fn secret(key: &PurposeKey, context: &Context, session: &[u8]) -> [u8; TAG_LEN] {
    key.material.csrf.compute(&[context.encoded(), session])
}

const TOKEN_LEN: usize = 43;
