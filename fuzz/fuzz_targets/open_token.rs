//! Any cookie value: it opens where it is a token that was sealed under a key of the site, with the sealed content, and
//! nowhere else.
#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{KeyRing, SessionCookie, SigningKey, fuzzing::cookie_tokens, session::Outcome};
use libfuzzer_sys::fuzz_target;

/// A cookie, and the tokens that were sealed under its keys.
struct Site {
    cookie: SessionCookie,
    sealed: &'static [&'static [u8]],
}

static SITES: LazyLock<[Site; 4]> = LazyLock::new(|| {
    let encrypted = |ring: &str, sealed| {
        let ring: KeyRing = ring.parse().unwrap();
        let cookie = SessionCookie::encrypted(ring).build().unwrap();
        Site { cookie, sealed }
    };
    let key: SigningKey = SIGN.parse().unwrap();
    let signed = SessionCookie::unencrypted_but_signed(key);
    let both = format!("{XCHA},{XAES}");
    [
        encrypted(XAES, &[SEALED_XAES]),
        encrypted(XCHA, &[SEALED_XCHA]),
        encrypted(&both, &[SEALED_XAES, SEALED_XCHA]),
        Site {
            cookie: signed.build().unwrap(),
            sealed: &[SEALED_SIGN],
        },
    ]
});

fuzz_target!(|value: &[u8]| {
    let field = [b"__Host-session=", value].concat();
    // After a `;` there may be further values, and the parts of one.
    let tokens = cookie_tokens([&field], "__Host-session");
    for Site { cookie, sealed } in SITES.iter() {
        let mut whole = tokens.iter().filter_map(|(_, token)| token.as_deref());
        let is_sealed = whole.any(|token| sealed.contains(&token));
        let session = cookie.load([&field], now());
        match session.outcome() {
            Outcome::Opened { .. } | Outcome::OpenedUnderAcceptedKey { .. } => {
                assert!(is_sealed, "a token that nobody sealed opens");
                assert_eq!(session.keys(), ["user"]);
                assert_eq!(session.get("user").unwrap(), Some(42));
                assert_eq!((session.id(), session.created_at()), (None, Some(now())));
            }
            Outcome::Rejected { .. } => {
                assert!(!is_sealed, "a sealed token does not open");
                assert!(session.is_empty() && session.is_new());
            }
            other => panic!("{other:?}, and a value is there"),
        }
        let is_earlier = matches!(session.outcome(), Outcome::OpenedUnderAcceptedKey { .. });
        assert_eq!(cookie.save(&session).unwrap().is_empty(), !is_earlier);
    }
});

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

// Keys of the test vectors, which are public.
const XAES: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
const XCHA: &str = "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5";
const SIGN: &str = "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg";

// Nothing else was sealed under these keys for a cookie of this name, so nobody can find another one.
const SEALED_XAES: &[u8] =
    b"eDBjtm7f3Le1V9NYUMMs3g6ViMSBZGNzvySVwCLqKe6K7-rk9LVVGg4bFhSdBhxYi_gUxsZRl7u_NA";
const SEALED_XCHA: &[u8] =
    b"eSCN4Dabc5mFI6UagF_zBOsi2JjJYudPYukKpzrAt9JrWLXwdlNnwaK8BH__8zRNnnQCiSQByCYRMA";
const SEALED_SIGN: &[u8] = b"sDvxXr8AAfQZAACBpHVzZXIqulm1tIGJpGl6nKk-Z0Wbzg";
