//! Any value of an old cookie: without the key nothing is taken over. With it, any content is taken over whole or refused,
//! and the new cookie has the same content.
#![no_main]

use std::{
    ops::Range,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use hardtack::{
    EncryptionKey, SessionCookie,
    migrate::{OldCookie, Reader},
    session::Outcome,
};
use hardtack_migrate::{Beaker, Jar, JarKey, JarValue, Pyramid};
use hmac::{EagerHash, Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

static COOKIES: LazyLock<[SessionCookie; 6]> = LazyLock::new(|| {
    let key = JarKey::new(&[7; 64]).expect("the key is long enough");
    [
        cookie(Jar::signed(key.clone(), JarValue::Json)),
        cookie(Jar::signed(key.clone(), JarValue::ActixSession)),
        cookie(Jar::signed(key.clone(), JarValue::TowerSessions)),
        cookie(Pyramid::new("secret")),
        cookie(Beaker::signed("secret")),
        cookie(Jar::private(key, JarValue::Json)),
    ]
});

fuzz_target!(|data: &[u8]| {
    let Some((form, content)) = data.split_first() else {
        return;
    };
    let form = usize::from(*form) % COOKIES.len();
    check(form, content, false);
    let signed = match form {
        0..=2 => {
            let text = match form {
                2 => BASE64_URL_SAFE_NO_PAD.encode(content),
                _ => String::from_utf8_lossy(content).into_owned(),
            };
            let tag = BASE64_STANDARD.encode(hmac::<Sha256>(&[7; 32], text.as_bytes()));
            let value = format!("{tag}{text}");
            // As the library sends it.
            value
                .replace('%', "%25")
                .replace(';', "%3B")
                .replace(' ', "%20")
                .replace('\t', "%09")
                .replace('"', "%22")
        }
        3 => {
            let tag = hmac::<Sha512>(b"pyramid.session.secret", content);
            BASE64_URL_SAFE_NO_PAD.encode([&tag, content].concat())
        }
        4 => {
            let text = BASE64_STANDARD.encode(content);
            let tag = hmac::<Sha1>(b"secret", text.as_bytes());
            let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
            format!("{tag}{text}")
        }
        _ => return,
    };
    check(form, signed.as_bytes(), true);
});

fn check(form: usize, value: &[u8], is_signed: bool) {
    let cookie = &COOKIES[form];
    let field = [b"old=", value].concat();
    let session = cookie.load([field], now());
    let outcome = session.outcome();
    if outcome != Outcome::Migrated {
        assert!(session.is_new() && session.is_empty());
        return;
    }
    assert!(is_signed, "a forged cookie was taken over");
    let keys = session.keys();
    let fields: Vec<String> = cookie
        .save(&session)
        .expect("what was taken over is written")
        .into_iter()
        .collect();
    assert_eq!(fields.len(), 2);
    let again = cookie.load(&fields[1..], now());
    assert!(matches!(again.outcome(), Outcome::Opened { .. }));
    assert_eq!(again.keys(), keys);
    assert!(!keys.is_empty());
}

fn cookie(reader: impl Reader) -> SessionCookie {
    SessionCookie::encrypted(EncryptionKey::generate().expect("random bytes"))
        .idle_timeout(None)
        .absolute_timeout(Duration::from_secs(400 * 86_400))
        .migrate_from(OldCookie::new("old", reader), range())
        .build()
        .expect("the settings are right")
}

fn range() -> Range<SystemTime> {
    now() - Duration::from_secs(86_400)..now() + Duration::from_secs(86_400)
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn hmac<H: EagerHash>(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<H>::new_from_slice(key).expect("HMAC takes a key of any length");
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}
