//! Any cookie value: it opens only if it was sealed, and with the sealed content.
#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{EncryptionKey, SessionCookie, SigningKey, session::Outcome};
use libfuzzer_sys::fuzz_target;

static COOKIES: LazyLock<[SessionCookie; 3]> = LazyLock::new(|| {
    let key = |text: &str| text.parse::<EncryptionKey>().unwrap();
    let sign: SigningKey = SIGN.parse().unwrap();
    let builders = [
        SessionCookie::encrypted(key(XAES)),
        SessionCookie::encrypted(key(XCHA)),
        SessionCookie::unencrypted_but_signed(sign),
    ];
    builders.map(|builder| builder.build().unwrap())
});

fuzz_target!(|token: &[u8]| {
    let field = [b"__Host-session=", token].concat();
    for cookie in COOKIES.iter() {
        let session = cookie.load([&field], now());
        match session.outcome() {
            // Only the seeds can open, and this is their content.
            Outcome::Opened { .. } => assert_eq!(session.get("user").unwrap(), Some(42)),
            Outcome::Rejected { .. } => assert!(session.is_empty() && session.is_new()),
            other => assert_eq!(other, Outcome::Absent),
        }
        assert!(cookie.save(&session).unwrap().is_empty());
    }
});

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

// Keys of the test vectors, which are public.
const XAES: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
const XCHA: &str = "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5";
const SIGN: &str = "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg";
