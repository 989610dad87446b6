//! Any value of an old cookie: without the key nothing is taken over. With it, the content that was sealed is taken over
//! whole or refused, and the new cookie has the same content.
#![no_main]

use std::{
    ops::Range,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use aes_gcm::{
    Aes256Gcm,
    aead::{Aead, Payload},
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
use miniz_oxide::{deflate::compress_to_vec_zlib, inflate::decompress_to_vec_zlib_with_limit};
use serde::Deserialize;
use serde_json::{Map, Value};
use sha1::Sha1;
use sha2::{Sha256, Sha512};

/// By the first byte of the input.
static COOKIES: LazyLock<[SessionCookie; 7]> = LazyLock::new(|| {
    let key = JarKey::new(&[7; 64]).expect("the key is long enough");
    [
        cookie(Jar::signed(key.clone(), JarValue::Json)),
        cookie(Jar::signed(key.clone(), JarValue::ActixSession)),
        cookie(Jar::signed(key.clone(), JarValue::TowerSessions)),
        cookie(Pyramid::new("secret")),
        cookie(Beaker::signed("secret")),
        cookie(Jar::private(key, JarValue::Json)),
        cookie(Beaker::encrypted("secret", "password")),
    ]
});

fuzz_target!(|data: &[u8]| {
    let Some((form, content)) = data.split_first() else {
        return;
    };
    let form = usize::from(*form) % COOKIES.len();
    let text;
    let content = match form {
        // What these libraries sign is text.
        0 | 1 => {
            text = String::from_utf8_lossy(content);
            text.as_bytes()
        }
        _ => content,
    };
    let forged = load(form, content);
    assert_eq!(forged, None, "a forged cookie was taken over");
    let taken_over = load(form, sealed(form, content).as_bytes());
    let expected = content_of(form, content);
    assert!(taken_over.is_none() || taken_over == expected);
    if is_plain(form, content) {
        assert_eq!(taken_over, expected.filter(|old| !old.entries.is_empty()));
    }
});

/// Content of an old session.
#[derive(Debug, PartialEq)]
struct Old {
    entries: Map<String, Value>,
    created_at: SystemTime,
}

/// Returns what a value is taken over as, and as what it comes back.
fn load(form: usize, value: &[u8]) -> Option<Old> {
    let cookie = &COOKIES[form];
    let field = [b"old=", value].concat();
    let session = cookie.load([field], now());
    if session.outcome() != Outcome::Migrated {
        assert!(session.is_new() && session.is_empty());
        return None;
    }
    let fields: Vec<String> = cookie
        .save(&session)
        .expect("what was taken over is written")
        .into_iter()
        .collect();
    assert_eq!(fields.len(), 2);
    let again = cookie.load(&fields, now());
    assert!(matches!(again.outcome(), Outcome::Opened { .. }));
    let [old, new] = [session, again].map(|session| Old {
        entries: session.deserialize().expect("it came from JSON"),
        created_at: session.created_at().expect("it is taken over"),
    });
    assert_eq!(old, new);
    assert!(!old.entries.is_empty());
    Some(old)
}

/// Returns the cookie that the library of this form makes of a content.
fn sealed(form: usize, content: &[u8]) -> String {
    match form {
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
        // The content is compressed already.
        4 => beaker(&BASE64_STANDARD.encode(content)),
        5 => {
            let (nonce, ciphertext, tag) = aes_gcm(&[7; 32], b"old", content);
            BASE64_STANDARD.encode([nonce, ciphertext, tag].concat())
        }
        _ => {
            let salt = "abcdefghijklmnopqrstuvwx";
            // PBKDF2 with one iteration: two blocks, of which the second is cut.
            let block = |number| {
                let salt = [b"secret", salt.as_bytes(), &[0, 0, 0, number]].concat();
                hmac::<Sha1>(b"password", &salt)
            };
            let key = [block(1), block(2)].concat();
            let key = key.first_chunk().expect("they have 40 bytes");
            let compressed = compress_to_vec_zlib(content, 6);
            let (nonce, ciphertext, tag) = aes_gcm(key, b"", &compressed);
            let encrypted = BASE64_STANDARD.encode([nonce, tag, ciphertext].concat());
            beaker(&format!("{salt}{encrypted}"))
        }
    }
}

fn beaker(text: &str) -> String {
    let tag = hmac::<Sha1>(b"secret", text.as_bytes());
    let tag: String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{tag}{text}")
}

/// Returns nonce, ciphertext and tag.
fn aes_gcm(key: &[u8; 32], aad: &[u8], message: &[u8]) -> (Vec<u8>, Vec<u8>, Vec<u8>) {
    let nonce = [9; 12];
    let payload = Payload { msg: message, aad };
    let sealed = Aes256Gcm::new(key.into()).encrypt(&nonce.into(), payload);
    let mut sealed = sealed.expect("it is short");
    let tag = sealed.split_off(message.len());
    (nonce.to_vec(), sealed, tag)
}

/// Returns the entries and the date of a content, in the form that the library of the old cookie gives it.
fn content_of(form: usize, content: &[u8]) -> Option<Old> {
    let unpacked;
    let mut created = None;
    let content = match form {
        4 => {
            unpacked = decompress_to_vec_zlib_with_limit(content, 1 << 16).ok()?;
            &unpacked
        }
        _ => content,
    };
    let mut entries: Map<String, Value> = match form {
        1 => actix_state(parse(content)?)?,
        2 => parse::<Envelope>(content)?.record.data,
        3 => {
            let (_, time, entries): (f64, f64, _) = parse(content)?;
            created = Some(time);
            entries
        }
        _ => parse(content)?,
    };
    if let 3 | 4 | 6 = form {
        entries.retain(|key, _| key != "_csrft_" && !key.starts_with("_f_"));
    }
    match form {
        4 | 6 => {
            created = entries
                .get("_creation_time")
                .map(|time| time.as_f64().unwrap_or_default());
            let own = [
                "_accessed_time",
                "_creation_time",
                "_domain",
                "_id",
                "_path",
            ];
            entries.retain(|key, _| !own.contains(&&**key));
        }
        _ => {}
    }
    let created_at = match created {
        Some(seconds) => UNIX_EPOCH.checked_add(Duration::from_secs(seconds as u64))?,
        None => range().start,
    };
    Some(Old {
        entries,
        created_at,
    })
}

/// Of the three forms in which actix-session reads a state.
fn actix_state(state: Map<String, Value>) -> Option<Map<String, Value>> {
    if let (Some(Value::Number(version)), Some(Value::Object(inner))) =
        (state.get("v"), state.get("state"))
    {
        return (version.as_u64() == Some(1)).then(|| inner.clone());
    }
    if !state.values().all(Value::is_string) {
        return Some(state);
    }
    let entries = state
        .into_iter()
        .map(|(key, text)| Some((key, parse(text.as_str()?.as_bytes())?)));
    entries.collect()
}

/// Of a record of tower-sessions.
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "v")]
    _version: Value,
    record: Record,
}

#[derive(Deserialize)]
struct Record {
    data: Map<String, Value>,
    #[serde(rename = "expiry_date")]
    _end: Value,
}

fn parse<V: for<'de> Deserialize<'de>>(json: &[u8]) -> Option<V> {
    serde_json::from_slice(json).ok()
}

/// Returns whether a content of this form has no reason to be refused: it is short and not deep, and has no dates and no
/// long numbers.
fn is_plain(form: usize, content: &[u8]) -> bool {
    let count = |of: &[u8]| content.iter().filter(|byte| of.contains(byte)).count();
    let may_be_dated = match form {
        0 | 1 | 5 => false,
        // Beaker's own keys begin with `_`, which JSON can also escape.
        6 => count(b"_\\") > 0,
        _ => true,
    };
    let has_short_numbers = count(b"0123456789") < 19;
    content.len() < 800 && count(b"[{") < 32 && has_short_numbers && !may_be_dated
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
