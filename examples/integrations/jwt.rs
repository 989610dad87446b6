//! Visitors with a JSON Web Token in a cookie, taken over as sessions until a date. The token's own end counts at the
//! takeover; from then on the session has the lifetime of the builder, and a sign-out ends it.
//!
//! ```text
//! cargo run --manifest-path examples/integrations/Cargo.toml --example jwt    # prints a session that began as a token
//! ```

use std::{
    error::Error,
    ops::Range,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie,
    migrate::{OldCookie, OldSession, Reader},
    session::Reason,
};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde_json::{Map, Value, json};

struct Jwt {
    key: DecodingKey,
    rules: Validation,
}

impl Reader for Jwt {
    fn read(&self, _: &str, value: &str, _: &[Option<&str>]) -> Result<OldSession, Reason> {
        let token = decode::<Map<String, Value>>(value, &self.key, &self.rules);
        let mut entries = token.map_err(|_| Reason::Auth)?.claims;
        // The seconds may have a fraction.
        let mut take = |name| {
            let seconds = entries.remove(name)?.as_f64()?;
            UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)
        };
        let (issued, end) = (take("iat"), take("exp"));
        let session = OldSession::new(entries);
        let session = issued.into_iter().fold(session, OldSession::created_at);
        Ok(end.into_iter().fold(session, OldSession::expires_at))
    }
}

/// Sessions that begin as what `token` holds, signed by HMAC with `secret`, in the cookie `token`.
pub(crate) fn cookie(
    keys: KeyRing,
    secret: &[u8],
    range: Range<SystemTime>,
) -> Result<SessionCookie, Box<dyn Error>> {
    let reader = Jwt {
        key: DecodingKey::from_secret(secret),
        // It names the algorithm: the token must not choose it.
        rules: Validation::new(Algorithm::HS256),
    };
    let old = OldCookie::new("token", reader);
    Ok(SessionCookie::encrypted(keys)
        .migrate_from(old, range)
        .build()?)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (now, secret) = (SystemTime::now(), b"a secret of at least 32 characters");
    let seconds = now.duration_since(UNIX_EPOCH)?.as_secs();
    let claims = json!({ "user": 7, "iat": seconds - 60, "exp": seconds + 3600 });
    let token = encode(
        &Header::default(),
        &claims,
        &EncodingKey::from_secret(secret),
    )?;
    let day = Duration::from_secs(86_400);
    let cookie = cookie(
        EncryptionKey::generate()?.into(),
        secret,
        now - day..now + day,
    )?;
    let session = cookie.load([format!("token={token}")], now);
    println!(
        "{:?}, user {:?}",
        session.outcome(),
        session.get::<u64>("user")?
    );
    for field in cookie.save(&session)? {
        println!("set-cookie: {field}");
    }
    Ok(())
}
