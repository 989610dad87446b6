//! error: `typed` is called after `revoked_if` or `revalidate_after`, which would look for content of another type
//! label: call `typed` before them

use hardtack::{EncryptionKey, SessionCookie, SessionData};
use serde::{Deserialize, Serialize};

#[derive(Default, Serialize, Deserialize)]
struct Login;

impl SessionData for Login {
    const LABEL: &'static str = "login";
    const SCHEMA: u32 = 1;
}

fn build(key: EncryptionKey) {
    let builder = SessionCookie::encrypted(key).revoked_if(|session| session.id.is_none());
    let _ = builder.typed::<Login>();
}

fn main() {
    let _ = build;
}
