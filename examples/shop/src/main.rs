//! `cargo run --manifest-path examples/shop/Cargo.toml`, then open <http://127.0.0.1:3000/> and create an account. The
//! first account is the admin's.
//!
//! The settings are in `shop.toml`, or in the file that the first argument names. Without the variable `SESSION_KEYS`, which
//! `hardtack keygen` makes, a new key is made at each start, and everybody has to sign in again.

use std::{env, error::Error, path::PathBuf};

use hardtack::{Clock, EncryptionKey, KeyRing};
use hardtack_shop::{Settings, Shop, router, session};
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let file = env::args_os().nth(1).map(PathBuf::from);
    let file = file.unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/shop.toml").into());
    let settings = Settings::read(&file)?;
    let keys = match env::var_os("SESSION_KEYS") {
        Some(_) => KeyRing::from_env("SESSION_KEYS")?,
        None => {
            eprintln!("SESSION_KEYS is not set, so the sessions end with this program");
            EncryptionKey::generate()?.into()
        }
    };
    let shop = Shop::open(&settings.database)?;
    let cookie = session::cookie(
        settings.session,
        keys,
        &shop.users,
        settings.check_users_every,
    )?;
    let listener = TcpListener::bind(settings.listen).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, router(shop, cookie, Clock::system())).await?;
    Ok(())
}
