//! error: a layer takes a `SessionCookie`, which this is not: `SessionBuilder<InCookie>`
//! label: not a `SessionCookie`
//! note: a builder becomes one by `.build()?`; sessions in a header have `SessionLayer::in_header`

use hardtack::{EncryptionKey, SessionCookie, SessionLayer};

fn layer(key: EncryptionKey) {
    let _ = SessionLayer::new(SessionCookie::encrypted(key));
}

fn main() {
    let _ = layer;
}
