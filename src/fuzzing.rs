//! Functions for fuzz targets beyond the public API, only under `--cfg fuzzing`.

use crate::{
    EncryptionKey, KeyRing, SigningKey,
    cookie::Finder,
    keys::{Purpose, SharedKeyRing},
    token::{self, Context, LONGEST_TOKEN},
};

/// Returns the values of `name` in the `Cookie` fields `fields`.
#[must_use]
pub fn cookie_values<F>(fields: F, name: &str) -> Vec<Vec<u8>>
where
    F: IntoIterator<Item: AsRef<[u8]>>,
{
    let values = Finder::new(name).find(fields, LONGEST_TOKEN);
    values.iter().map(<[u8]>::to_vec).collect()
}

/// Returns the same values, each with the token that it makes with its parts, if any.
#[must_use]
pub fn cookie_tokens<F>(fields: F, name: &str) -> Vec<(Vec<u8>, Option<Vec<u8>>)>
where
    F: IntoIterator<Item: AsRef<[u8]>>,
{
    let values = Finder::new(name).find(fields, LONGEST_TOKEN);
    let tokens = values
        .whole(LONGEST_TOKEN)
        .map(|token| token.ok().map(|whole| whole.text.into_owned()));
    values.iter().map(<[u8]>::to_vec).zip(tokens).collect()
}

/// Returns a token of the cookie `name` with a valid tag over any body.
#[must_use]
pub fn seal_body(key: EncryptionKey, name: &str, body: &[u8]) -> String {
    seal(KeyRing::from(key), name, body)
}

/// Like [`seal_body`], for a cookie whose sessions are only signed.
#[must_use]
pub fn sign_body(key: SigningKey, name: &str, body: &[u8]) -> String {
    seal(KeyRing::from(key), name, body)
}

fn seal(ring: KeyRing, name: &str, body: &[u8]) -> String {
    let ring = SharedKeyRing::from(ring);
    let slot = ring
        .serve(Purpose::cookie(name), None)
        .expect("one key never retires");
    let keys = slot.keys();
    let mut token = String::new();
    let write = |blob: &mut Vec<u8>| blob.extend_from_slice(body);
    let context = Context::default();
    token::seal(
        keys.sealing(0),
        &context,
        &[0; 24],
        body.len(),
        write,
        &mut token,
    );
    token
}
