//! error: mismatched types
//! label: expected `SessionCookie<_>`, found `Result<SessionCookie, ConfigError>`

use hardtack::{EncryptionKey, SessionCookie, SessionLayer};

fn layer(key: EncryptionKey) {
    let _ = SessionLayer::new(SessionCookie::encrypted(key).build());
}

fn main() {
    let _ = layer;
}
