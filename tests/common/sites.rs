//! Sites in every suite, each with a new key and all defaults.

use hardtack::{EncryptionKey, SessionCookie, SessionCookieBuilder, SigningKey};

pub(crate) fn encrypted() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

pub(crate) fn xchacha() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate_xchacha20().unwrap())
}

pub(crate) fn signed() -> SessionCookieBuilder {
    SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap())
}
