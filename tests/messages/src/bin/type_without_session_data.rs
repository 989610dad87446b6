//! error: a session cannot hold `Login`: it does not implement `SessionData`
//! note: implement `SessionData` for `Login`, or use `Session` for a dictionary of values

use std::time::Duration;

use hardtack::{ConfigError, EncryptionKey, SessionCookie};

struct Login;

fn build(key: EncryptionKey) -> Result<(), ConfigError> {
    let builder = SessionCookie::encrypted(key).typed::<Login>();
    builder.idle_timeout(Duration::from_secs(900)).build()?;
    Ok(())
}

fn main() {
    let _ = (build, Login);
}
