//! Cookies under the right key, which a test makes itself.

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hardtack::{
    SessionCookie,
    migrate::{OldCookie, Reader},
    session::{Outcome, Reason},
};
use hardtack_migrate::{Beaker, Jar, JarKey, JarValue, Pyramid};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use miniz_oxide::deflate::compress_to_vec_zlib;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

use super::{DAY, builder, start};

pub(crate) const PASSWORD: &str = "a key that validates";
pub(crate) const MASTER: [u8; 64] = [7; 64];

/// Reads the cookie `old`, from ten days before `start` on.
pub(crate) fn cookie(old: OldCookie) -> SessionCookie {
    let range = start() - 10 * DAY..start() + 10 * DAY;
    let builder = builder().absolute_timeout(3000 * DAY);
    builder.migrate_from(old, range).build().unwrap()
}

pub(crate) fn cookie_of(reader: impl Reader) -> SessionCookie {
    cookie(OldCookie::new("old", reader))
}

pub(crate) fn signed_jar(value: JarValue) -> Jar {
    Jar::signed(JarKey::new(&MASTER).unwrap(), value)
}

pub(crate) fn beaker_reader() -> Beaker {
    Beaker::signed(PASSWORD)
}

pub(crate) fn pyramid_reader() -> Pyramid {
    Pyramid::new(PASSWORD).salt("")
}

pub(crate) fn outcome(cookie: &SessionCookie, value: &str) -> Outcome {
    cookie.load([format!("old={value}")], start()).outcome()
}

pub(crate) fn not_migrated(reason: Reason) -> Outcome {
    Outcome::NotMigrated { reason }
}

/// A cookie of a signed jar of cookie-rs, without percent-encoding.
pub(crate) fn in_jar(text: &str) -> String {
    BASE64_STANDARD.encode(tag::<Sha256>(&MASTER[..32], text.as_bytes())) + text
}

/// A signed cookie of Beaker with this JSON.
pub(crate) fn beaker(json: &str) -> String {
    let text = BASE64_STANDARD.encode(compress_to_vec_zlib(json.as_bytes(), 9));
    let tag = tag::<Sha1>(PASSWORD.as_bytes(), text.as_bytes());
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    tag + &text
}

/// A cookie of Pyramid with this JSON.
pub(crate) fn pyramid(json: &str) -> String {
    let tag = tag::<Sha512>(PASSWORD.as_bytes(), json.as_bytes());
    BASE64_URL_SAFE_NO_PAD.encode([&tag, json.as_bytes()].concat())
}

/// A cookie of tower-sessions with this record.
pub(crate) fn tower_sessions(envelope: &str) -> String {
    in_jar(&BASE64_URL_SAFE_NO_PAD.encode(envelope))
}

fn tag<H: EagerHash>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<H>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
