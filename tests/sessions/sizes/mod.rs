//! The size of sessions: in one cookie or in several, padded or not (docs/spec/carriers.md § 9.2, § 9.4 to § 9.7,
//! docs/spec/writer.md § 9.5, § 9.6, § 11, SPEC.md § 5.6).

mod options;

use std::time::Duration;

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionData, SessionToken, SigningKey,
    carrier::{SessionBuilder, SessionCookieBuilder, SessionTokenBuilder},
};
use serde::{Deserialize, Serialize};

use crate::common::{browser, cases, reason, times};

mod broken;
mod expiry;
mod fields;
mod hostile;
mod narrowing;
mod refusals;
mod report;
mod room;
mod tokens;

#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl SessionData for Bytes {
    const LABEL: &str = "bytes";
    const SCHEMA: u32 = 1;
}

fn encrypted() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

fn xchacha() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate_xchacha20().unwrap())
}

fn signed() -> SessionCookieBuilder {
    SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap())
}

fn encrypted_tokens(purpose: &str) -> SessionTokenBuilder {
    SessionToken::encrypted(EncryptionKey::generate().unwrap(), purpose)
}

/// A policy under which no session expires.
fn long_lived<C>(site: SessionBuilder<C>) -> SessionBuilder<C> {
    site.idle_timeout(None).absolute_timeout(CENTURY)
}

/// Fills a dictionary to its last byte.
fn fill(session: &Session) {
    session.remove("full").unwrap();
    // An entry has a marker, 4 letters, and 3 bytes before a long text; the dictionary has a marker.
    let map = usize::from(session.is_empty());
    let len = session.remaining_bytes() - 5 - 3 - map;
    session.insert("full", "x".repeat(len)).unwrap();
    assert_eq!(session.remaining_bytes(), 0);
}

/// The last age that takes one byte, and the first that take two, three and four.
const AGES: [u64; 4] = [127, 128, 16_384, 2_097_152];
const CENTURY: Duration = Duration::from_secs(4_200_000_000);
