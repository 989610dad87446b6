//! Sites in every suite, each with a new key and all defaults.
//!
//! Sessions that are full and never expire.

use std::time::Duration;

use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionToken, SigningKey,
    carrier::{SessionBuilder, SessionCookieBuilder, SessionTokenBuilder},
};

pub(crate) fn encrypted() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

pub(crate) fn xchacha() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate_xchacha20().unwrap())
}

pub(crate) fn signed() -> SessionCookieBuilder {
    SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap())
}

pub(crate) fn encrypted_tokens(purpose: &str) -> SessionTokenBuilder {
    SessionToken::encrypted(purpose, EncryptionKey::generate().unwrap())
}

pub(crate) fn signed_tokens(purpose: &str) -> SessionTokenBuilder {
    SessionToken::unencrypted_but_signed(purpose, SigningKey::generate().unwrap())
}

/// A policy under which no session expires.
pub(crate) fn long_lived<C>(site: SessionBuilder<C>) -> SessionBuilder<C> {
    site.idle_timeout(None).absolute_timeout(CENTURY)
}

/// Fills a dictionary to its last byte.
pub(crate) fn fill(session: &Session) {
    session.remove("full").unwrap();
    // An entry has a marker, 4 letters, and 3 bytes before a long text; the dictionary has a marker.
    let map = usize::from(session.is_empty());
    let len = session.remaining_bytes() - 5 - 3 - map;
    session.insert("full", "x".repeat(len)).unwrap();
    assert_eq!(session.remaining_bytes(), 0);
}

/// The last age that takes one byte, and the first that take two, three and four.
pub(crate) const AGES: [u64; 4] = [127, 128, 16_384, 2_097_152];
pub(crate) const CENTURY: Duration = Duration::from_secs(4_200_000_000);
