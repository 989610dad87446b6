//! error: mismatched types
//! label: expected `SessionCookie<_>`, found `SessionBuilder<InCookie>`

use hardtack::{EncryptionKey, SessionCookie, SessionLayer};

fn layer(key: EncryptionKey) {
    let _ = SessionLayer::new(SessionCookie::encrypted(key));
}

fn main() {
    let _ = layer;
}
