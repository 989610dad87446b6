//! Operations with secrets, each run in a process of its own under valgrind.

use std::{
    hint::black_box,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{
    Engine,
    engine::general_purpose::{STANDARD as BASE64_STANDARD, URL_SAFE_NO_PAD},
};
use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SigningKey,
    carrier::SessionCookieBuilder, migrate::Reader,
};
use hardtack_migrate::{Beaker, Jar, JarKey, JarValue, Pyramid};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{SeqAccess, Visitor},
    ser::SerializeTuple,
};
use sha2::{Digest, Sha256};

use crate::memcheck::{hide, hide_inside, show, shown};

/// Names of all operations. `control_` are those that test the test.
pub(crate) fn names() -> Vec<String> {
    let of_suite = |work: &str| SUITES.map(|(suite, _)| format!("{work} {suite}"));
    let suites = WORKS.iter().flat_map(|(name, _)| of_suite(name));
    let controls = CONTROLS.iter().map(|(name, _)| (*name).to_owned());
    let old = OLD_COOKIES.iter().map(|(name, _)| (*name).to_owned());
    controls.chain(suites).chain(old).collect()
}

/// Does the operation of this name.
pub(crate) fn run(name: &str) {
    let mut alone = CONTROLS.iter().chain(&OLD_COOKIES);
    if let Some((_, work)) = alone.find(|(known, _)| *known == name) {
        return work();
    }
    let (work, suite) = name.split_once(' ').expect("a work and a suite");
    let (_, work) = WORKS
        .iter()
        .find(|(known, _)| *known == work)
        .expect("a work");
    let (_, text) = SUITES
        .iter()
        .find(|(known, _)| *known == suite)
        .expect("a suite");
    work(text);
}

const CONTROLS: [(&str, fn()); 4] = [
    ("control_nothing_is_hidden", || {
        let cookie = cookie(XAES);
        seal(&cookie, Secret::filled());
        open(&cookie, &field(XAES, |_| ()));
    }),
    ("control_lookup", || {
        let secret = black_box([7_u8; 32]);
        hide(&secret);
        let table: [u8; 256] = std::array::from_fn(|i| i as u8 ^ 0x5A);
        black_box(black_box(&table)[usize::from(secret[3])]);
    }),
    ("control_early_exit", || {
        let (secret, given) = black_box(([7_u8; 32], [7_u8; 32]));
        hide(&secret);
        let mut pairs = secret.iter().zip(&given);
        black_box(pairs.all(|(a, b)| black_box(a) == b));
    }),
    ("control_memcmp", || {
        let (secret, given) = black_box((vec![7_u8; 32], vec![7_u8; 32]));
        hide(&secret);
        black_box(secret == given);
    }),
];

/// Takes the text of a key.
type Work = fn(&str);

const WORKS: [(&str, Work); 13] = [
    ("parse_key", |text| {
        let is_signing = is_signing(text);
        let text = text.to_owned();
        hide(&text.as_bytes()[PREFIX_LEN..]);
        if is_signing {
            _ = black_box(text.parse::<SigningKey>().is_ok())
        } else {
            _ = black_box(text.parse::<EncryptionKey>().is_ok())
        }
    }),
    ("write_key", |text| {
        if is_signing(text) {
            _ = black_box(signing(text).expose_secret())
        } else {
            _ = black_box(encryption(text).expose_secret())
        }
    }),
    ("compare_keys_same", |text| compare(text, |_| ())),
    ("compare_keys_first_byte", |text| {
        compare(text, |secret| secret[0] ^= 1)
    }),
    ("compare_keys_last_byte", |text| {
        compare(text, |secret| secret[31] ^= 1)
    }),
    ("derive", |text| drop(hidden_cookie(text))),
    ("seal", |text| {
        let cookie = hidden_cookie(text);
        seal(&cookie, Secret::filled());
    }),
    ("seal_hidden_content", |text| {
        let content = Secret::filled();
        hide(&content.0);
        seal(&cookie(text), content);
    }),
    ("open", |text| {
        let is_new = open(&hidden_cookie(text), &field(text, |_| ()));
        assert!(!is_new);
    }),
    ("open_tag_wrong_in_first_byte", |text| {
        let wrong = field(text, |bytes| {
            let tag = bytes.len() - 16;
            bytes[tag] ^= 1;
        });
        assert!(open(&hidden_cookie(text), &wrong));
    }),
    ("open_tag_wrong_in_last_byte", |text| {
        let wrong = field(text, |bytes| *bytes.last_mut().expect("a tag") ^= 1);
        assert!(open(&hidden_cookie(text), &wrong));
    }),
    ("make_csrf_token", |text| {
        let cookie = hidden_cookie(text);
        let session = cookie.load(None::<&str>, now());
        show(
            session
                .csrf_token()
                .expect("a new session gets an id")
                .as_bytes(),
        );
    }),
    ("verify_csrf_token", |text| {
        let cookie = hidden_cookie(text);
        let session = cookie.load(None::<&str>, now());
        let token = session.csrf_token().expect("a new session gets an id");
        show(token.as_bytes());
        let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64url");
        assert!(shown(session.verify_csrf(&token).is_ok()));
        for place in [16, 31] {
            let mut wrong = bytes.clone();
            wrong[place] ^= 1;
            let wrong = URL_SAFE_NO_PAD.encode(wrong);
            assert!(!shown(session.verify_csrf(&wrong).is_ok()));
        }
    }),
];

/// Cookies of other libraries with wrong tags, read with hidden keys.
const OLD_COOKIES: [(&str, fn()); 5] = [
    ("old_cookie_of_a_private_jar", || {
        let jar = Jar::private(hidden_jar_key(), JarValue::Json);
        refuse(&jar, &BASE64_STANDARD.encode([7; 64]));
    }),
    ("old_cookie_of_a_signed_jar", || {
        let jar = Jar::signed(hidden_jar_key(), JarValue::Json);
        refuse(&jar, &format!("{}{{}}", BASE64_STANDARD.encode([7; 32])));
    }),
    ("old_cookie_of_pyramid", || {
        let pyramid = Pyramid::new(hidden_password());
        refuse(&pyramid, &URL_SAFE_NO_PAD.encode([7; 80]));
    }),
    ("old_cookie_of_beaker_signed", || {
        let beaker = Beaker::signed(hidden_password());
        refuse(&beaker, &format!("{}e30=", "ab".repeat(20)));
    }),
    ("old_cookie_of_beaker_encrypted", || {
        let beaker = Beaker::encrypted(hidden_password(), hidden_password());
        refuse(&beaker, &format!("{}e30=", "ab".repeat(20)));
    }),
];

fn hidden_jar_key() -> JarKey {
    let master = [7; 64];
    hide(&master);
    JarKey::new(&master).expect("64 bytes")
}

fn hidden_password() -> String {
    let password = "a password of the old site".to_owned();
    hide(password.as_bytes());
    password
}

fn refuse(reader: &impl Reader, value: &str) {
    assert!(shown(reader.read("id", value, &[]).is_err()));
}

fn compare(text: &str, change: fn(&mut [u8])) {
    let other = changed_key(text, change);
    let is_equal = if is_signing(text) {
        shown(signing(text) == signing(&other))
    } else {
        shown(encryption(text) == encryption(&other))
    };
    assert_eq!(is_equal, text == other);
}

fn seal(cookie: &SessionCookie<Secret>, content: Secret) {
    let session = cookie.load(None::<&str>, now());
    session.replace(content).expect("it fits");
    let fields = cookie.save(&session).expect("it is sealed");
    assert_eq!(fields.iter().len(), 1);
}

/// Returns whether the session is new, which is the outcome that a visitor sees.
fn open(cookie: &SessionCookie<Secret>, field: &str) -> bool {
    let session: Session<Secret> = cookie.load([field], now());
    shown(session.is_new())
}

/// `name=token`, the bytes of the token changed. Made with a key that is not hidden.
fn field(text: &str, change: impl Fn(&mut Vec<u8>)) -> String {
    let cookie = cookie(text);
    let field = cookie.cookie_for(now(), |session| session.replace(Secret::filled()));
    let field = field.expect("it is sealed");
    let (name, token) = field.split_once('=').expect("a name and a token");
    let mut bytes = URL_SAFE_NO_PAD.decode(token).expect("base64url");
    change(&mut bytes);
    format!("{name}={}", URL_SAFE_NO_PAD.encode(bytes))
}

fn cookie(text: &str) -> SessionCookie<Secret> {
    build(if is_signing(text) {
        SessionCookie::unencrypted_but_signed(text.parse::<SigningKey>().expect(KEY))
    } else {
        SessionCookie::encrypted(text.parse::<EncryptionKey>().expect(KEY))
    })
}

/// Returns a cookie whose keys are all derived from a hidden secret.
fn hidden_cookie(text: &str) -> SessionCookie<Secret> {
    build(if is_signing(text) {
        SessionCookie::unencrypted_but_signed(KeyRing::from(signing(text)))
    } else {
        SessionCookie::encrypted(KeyRing::from(encryption(text)))
    })
}

fn build(builder: SessionCookieBuilder) -> SessionCookie<Secret> {
    builder.typed::<Secret>().build().expect("defaults")
}

/// Returns a key with a hidden secret.
fn encryption(text: &str) -> EncryptionKey {
    let key = text.parse().expect(KEY);
    assert_eq!(hide_inside(&key, &secret_of(text)), 1);
    key
}

fn signing(text: &str) -> SigningKey {
    let key = text.parse().expect(KEY);
    assert_eq!(hide_inside(&key, &secret_of(text)), 1);
    key
}

fn is_signing(text: &str) -> bool {
    text.contains("_sign_")
}

fn secret_of(text: &str) -> Vec<u8> {
    let mut bytes = URL_SAFE_NO_PAD.decode(&text[PREFIX_LEN..]).expect(KEY);
    bytes.truncate(32);
    bytes
}

/// Returns the text of the key whose secret is changed (SPEC.md § 3.3).
fn changed_key(text: &str, change: fn(&mut [u8])) -> String {
    let mut secret = secret_of(text);
    change(&mut secret);
    let prefix = &text[..PREFIX_LEN];
    let hash = Sha256::digest([prefix.as_bytes(), &secret].concat());
    let encoded = URL_SAFE_NO_PAD.encode([&secret, &hash[..4]].concat());
    format!("{prefix}{encoded}")
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// A session that serde writes byte for byte, without a look at any.
#[derive(Clone, Debug, PartialEq)]
struct Secret([u8; LEN]);

impl Secret {
    fn filled() -> Secret {
        Secret(std::array::from_fn(|i| 31 * i as u8))
    }
}

impl Default for Secret {
    fn default() -> Secret {
        Secret([0; LEN])
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(LEN)?;
        for byte in &self.0 {
            tuple.serialize_element(byte)?;
        }
        tuple.end()
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        struct Bytes;
        impl<'de> Visitor<'de> for Bytes {
            type Value = Secret;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                write!(f, "{LEN} bytes")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut bytes: A) -> Result<Secret, A::Error> {
                let mut secret = Secret::default();
                for byte in &mut secret.0 {
                    *byte = bytes.next_element()?.unwrap_or_default();
                }
                Ok(secret)
            }
        }
        deserializer.deserialize_tuple(LEN, Bytes)
    }
}

impl SessionData for Secret {
    const LABEL: &str = "secret";
    const SCHEMA: u32 = 1;
}

/// From tests/vectors/keys.json.
const SUITES: [(&str, &str); 3] = [
    ("xaes", XAES),
    (
        "xcha",
        "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5",
    ),
    (
        "sign",
        "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg",
    ),
];
const XAES: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
const LEN: usize = 100;
const KEY: &str = "the text of a key";
const PREFIX_LEN: usize = "hardtack_key_v1_xaes_".len();
