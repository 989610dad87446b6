//! Any body with a valid tag: never a panic, and a session that opens is the same after it was saved.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, SessionCookie, fuzzing::seal_body, session::Outcome};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|body: &[u8]| {
    let key = || KEY.parse::<EncryptionKey>().unwrap();
    let cookie = SessionCookie::encrypted(key()).build().unwrap();
    let field = format!(
        "__Host-session={}",
        seal_body(key(), "__Host-session", body)
    );

    // The second of the last activity, if it can be read, so that most sessions are alive.
    let issued = body.get(1..5).and_then(|bytes| bytes.try_into().ok());
    let issued = u64::from(issued.map_or(0, u32::from_be_bytes));
    let age = u64::from(body.get(5).map_or(0, |age| age & 0x7F));
    let now = UNIX_EPOCH + Duration::from_secs(1_767_225_600 + issued + age);

    let session = cookie.load([&field], now);
    if !matches!(session.outcome(), Outcome::Opened { .. }) {
        assert!(session.is_empty() && session.is_new() && session.id().is_none());
        return;
    }
    let (keys, id) = (session.keys(), session.id());
    if session.save().is_err() {
        // It arrived larger than this cookie may be.
        assert_eq!(session.remaining_bytes(), 0);
        return;
    }
    let Ok(saved) = cookie.save(&session) else {
        return;
    };
    let line = saved.iter().next().unwrap();
    assert!(line.len() <= 3072 || line.len() <= field.len() + 64);
    let again = cookie.load([line.split(';').next().unwrap()], now);
    assert_eq!((again.keys(), again.id()), (keys, id));
    assert_eq!(again.created_at(), session.created_at());
});

// A key of the test vectors, which is public.
const KEY: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
