//! A link that works once, by which a visitor sets a new password: `cargo run --example link`.

use hardtack::{
    ConfigError, EncryptionKey, KeyRing, SessionToken, carrier::TokenChange, session::SessionId,
};
use std::{
    collections::HashSet,
    error::Error,
    sync::Mutex,
    time::{Duration, SystemTime},
};

struct Resets {
    links: SessionToken,
    used: Mutex<HashSet<SessionId>>, // a table; forget an id after 32 minutes, two clock skews more
}

impl Resets {
    fn new(keys: KeyRing) -> Result<Resets, ConfigError> {
        let links = SessionToken::encrypted(keys, "password reset")
            .absolute_timeout(Duration::from_secs(30 * 60))
            .idle_timeout(None)
            .build()?;
        let used = Mutex::default();
        Ok(Resets { links, used })
    }

    fn link_for(&self, user: u64) -> Result<String, Box<dyn Error>> {
        let link = self.links.load(None::<&str>, SystemTime::now());
        link.insert("user", user)?;
        link.ensure_id()?;
        let TokenChange::Store(token) = self.links.save(&link)? else {
            return Err("a link has content".into());
        };
        Ok(format!("https://example.com/reset?token={token}"))
    }

    /// Returns the user, once. Call it when the new password is posted: programs that check mail open links.
    fn user_of(&self, token: &str) -> Option<u64> {
        let link = self.links.load(Some(token), SystemTime::now());
        let user = link.get("user").ok()??;
        self.claim(link.id()?).then_some(user)
    }

    /// In one step, so that of two requests one gets it: `insert … on conflict do nothing`, and whether it inserted a row.
    fn claim(&self, id: SessionId) -> bool {
        self.used.lock().expect("no thread panics").insert(id)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let resets = Resets::new(KeyRing::from(EncryptionKey::generate()?))?;
    let link = resets.link_for(7)?;
    let (_, token) = link.split_once("token=").ok_or("a link has a token")?;
    for _ in 0..2 {
        println!("{:?}", resets.user_of(token)); // `Some(7)`, then `None`
    }
    Ok(())
}
