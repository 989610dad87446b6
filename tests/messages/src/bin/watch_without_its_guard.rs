//! warning: unused `WatchGuard` that must be used
//! note: the watching ends when this is dropped: give it a name, such as `_watching`, and not `_`

use hardtack::{
    EncryptionKey,
    keys::{RingSource, WatchedKeyRing},
};

fn main() -> std::io::Result<()> {
    let source = RingSource::file("keys");
    let watched =
        WatchedKeyRing::<EncryptionKey>::from_sources([source]).map_err(std::io::Error::other)?;
    watched.spawn()?;
    Ok(())
}
