#[path = "../jwt.rs"]
#[allow(dead_code, reason = "its program prints")]
mod example;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    EncryptionKey,
    session::{Outcome, Reason},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};

const SECRET: &[u8] = b"a secret of at least 32 characters";

fn token(algorithm: Algorithm, secret: &[u8], claims: &Value) -> String {
    encode(
        &Header::new(algorithm),
        claims,
        &EncodingKey::from_secret(secret),
    )
    .unwrap()
}

#[test]
fn a_token_goes_on_as_a_session_and_a_forged_or_an_old_one_does_not() {
    let now = SystemTime::now();
    let day = Duration::from_secs(86_400);
    let keys = EncryptionKey::generate().unwrap();
    let cookie = example::cookie(keys.into(), SECRET, now - day..now + day).unwrap();
    let seconds = now.duration_since(UNIX_EPOCH).unwrap().as_secs();
    let claims = json!({ "user": 7, "iat": seconds - 60, "exp": seconds + 3600 });
    let good = token(Algorithm::HS256, SECRET, &claims);

    let session = cookie.load([format!("token={good}")], now);
    assert_eq!(session.outcome(), Outcome::Migrated);
    assert_eq!(
        session.deserialize::<Value>().unwrap(),
        json!({ "user": 7 })
    );
    let began = session.created_at().unwrap();
    assert_eq!(began, UNIX_EPOCH + Duration::from_secs(seconds - 60));
    let fields: Vec<String> = cookie.save(&session).unwrap().into_iter().collect();
    assert!(fields[1].starts_with("token=; ") && fields.len() == 2);

    let head = "eyJhbGciOiJub25lIn0"; // {"alg":"none"}
    let body = good.split('.').nth(1).unwrap();
    let ended = json!({ "user": 7, "iat": seconds - 7200, "exp": seconds - 3600 });
    let endless = json!({ "user": 7 });
    for refused in [
        format!("{head}.{body}."),
        format!("{good}x"),
        token(Algorithm::HS512, SECRET, &claims),
        token(Algorithm::HS256, b"another secret", &claims),
        token(Algorithm::HS256, SECRET, &ended),
        token(Algorithm::HS256, SECRET, &endless),
    ] {
        let session = cookie.load([format!("token={refused}")], now);
        let reason = Reason::Auth;
        assert_eq!(
            session.outcome(),
            Outcome::NotMigrated { reason },
            "{refused}"
        );
        assert!(session.is_empty());
    }
    // Later than both the range and the token.
    let late = cookie.load([format!("token={good}")], now + 2 * day);
    assert_eq!(late.outcome(), Outcome::Absent);
}

/// As Python's `time.time()` writes them.
#[test]
fn times_with_a_fraction_count_too_and_one_that_no_clock_has_does_not() {
    let now = SystemTime::now();
    let day = Duration::from_secs(86_400);
    let keys = EncryptionKey::generate().unwrap();
    let cookie = example::cookie(keys.into(), SECRET, now - day..now + day).unwrap();
    let seconds = now.duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    let load = |claims| {
        let token = token(Algorithm::HS256, SECRET, &claims);
        cookie.load([format!("token={token}")], now)
    };
    let session = load(json!({ "user": 7, "iat": seconds - 60.5, "exp": seconds + 60.5 }));
    let age = now.duration_since(session.created_at().unwrap()).unwrap();
    assert!((60..=61).contains(&age.as_secs()));
    // `jsonwebtoken` takes a token for a minute more.
    let issued = (seconds - 60.5).floor() as u64;
    let session = load(json!({ "user": 7, "iat": issued, "exp": seconds - 30.5 }));
    assert!(session.is_empty());
    load(json!({ "user": 7, "exp": u64::MAX }));
}
