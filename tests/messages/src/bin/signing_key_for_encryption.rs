//! error: `SigningKey` is neither a `EncryptionKey` nor a ring of such keys
//! note: `SessionCookie::encrypted` takes an `EncryptionKey`, and `unencrypted_but_signed` a `SigningKey`

use hardtack::{SessionCookie, SigningKey};

fn build(key: SigningKey) {
    let _ = SessionCookie::encrypted(key);
}

fn main() {
    let _ = build;
}
