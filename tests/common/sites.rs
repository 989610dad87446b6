//! Sites in every suite, each with a new key and all defaults.

use hardtack::{
    EncryptionKey, SessionCookie, SessionToken, SigningKey,
    carrier::{SessionCookieBuilder, SessionTokenBuilder},
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
