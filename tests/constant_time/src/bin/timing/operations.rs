//! What is timed: one operation with the one buffer that its inputs are in, whatever their class.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use fastrand::Rng;
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionData, SessionToken, SigningKey,
    carrier::{SessionTokenBuilder, TokenChange},
    session::Map,
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::Class;

pub(crate) struct Operation {
    pub(crate) name: &'static str,
    pub(crate) classes: &'static str,
    pub(crate) timed: Box<dyn Timed>,
}

pub(crate) trait Timed {
    /// Puts an input of `class` where the last one was.
    fn prepare(&mut self, class: Class, random: &mut Rng);

    /// Does what is timed.
    fn work(&self) -> bool;
}

pub(crate) fn all() -> Vec<Operation> {
    let mut all = Vec::new();
    let mut add = |name, places: Places, timed: Box<dyn Timed>| {
        all.push(Operation {
            name,
            classes: places.name,
            timed,
        });
    };
    add(EARLY_EXIT, FIRST_OR_LAST, Box::new(EarlyExit::new()));
    let signed = Token::new(signed(), FIRST_OR_LAST);
    add(
        EARLY_EXIT_OF_TAG,
        FIRST_OR_LAST,
        Box::new(TokenAndEarlyExit(signed)),
    );
    for places in [FIRST_OR_LAST, RIGHT_OR_LAST] {
        add(
            "open, XAES-256-GCM",
            places,
            Box::new(Token::new(xaes(), places)),
        );
        add(
            "open, XChaCha20-Poly1305",
            places,
            Box::new(Token::new(xchacha(), places)),
        );
        add(
            "open, HMAC-SHA-256",
            places,
            Box::new(Token::new(self::signed(), places)),
        );
    }
    for places in [FIRST_OR_LAST, RIGHT_OR_FIRST, RIGHT_OR_LAST] {
        add(
            "verify a CSRF token",
            places,
            Box::new(CsrfToken::new(places)),
        );
    }
    for places in [FIRST_OR_LAST, RIGHT_OR_FIRST, RIGHT_OR_LAST] {
        add("compare two keys", places, Box::new(Keys::new(places)));
    }
    all
}

const EARLY_EXIT: &str = "to be found: comparison of 16 bytes that ends early";
const EARLY_EXIT_OF_TAG: &str = "to be found: the same after `open, HMAC-SHA-256`";

/// Bytes of a secret value that are wrong in the inputs of each class.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    name: &'static str,
    first_byte: [u8; 2],
    last_byte: [u8; 2],
}

/// What an attacker would use, who learns a tag byte by byte.
const FIRST_OR_LAST: Places = Places {
    name: "wrong in the first byte, in the last",
    first_byte: [0xFF, 0],
    last_byte: [0, 0xFF],
};
const RIGHT_OR_FIRST: Places = Places {
    name: "right, wrong in the first byte",
    first_byte: [0, 0xFF],
    last_byte: [0, 0],
};
const RIGHT_OR_LAST: Places = Places {
    name: "right, wrong in the last byte",
    first_byte: [0, 0],
    last_byte: [0, 0xFF],
};

impl Places {
    /// Changes `secret` as inputs of `class` are.
    fn change(&self, class: Class, secret: &mut [u8], random: &mut Rng) {
        let difference = random.u8(1..);
        let last = secret.len() - 1;
        for (place, wrong) in [(0, self.first_byte), (last, self.last_byte)] {
            let [first, second] = wrong.map(|mask| difference & mask);
            secret[place] ^= class.choose(first, second);
        }
    }
}

/// A token whose tag, its last 16 bytes, is changed. It is a copy of one of many, drawn anew each time: base64 is not
/// constant in time, and the letters of one token could tell the classes apart.
struct Token {
    tokens: SessionToken<Login>,
    places: Places,
    pool: Vec<Vec<u8>>,
    good_tag: [u8; TAG_LEN],
    bytes: Vec<u8>,
    text: Vec<u8>,
}

impl Token {
    fn new(builder: SessionTokenBuilder<Map>, places: Places) -> Token {
        let tokens = builder.typed::<Login>().build().expect("good settings");
        let pool: Vec<_> = (0..POOL).map(|number| sealed(&tokens, number)).collect();
        let bytes = pool[0].clone();
        Token {
            tokens,
            places,
            text: URL_SAFE_NO_PAD.encode(&bytes).into_bytes(),
            good_tag: *tag(&bytes),
            bytes,
            pool,
        }
    }
}

fn sealed(tokens: &SessionToken<Login>, number: u64) -> Vec<u8> {
    let session = tokens.load(None::<&str>, now());
    session.replace(Login::new(number)).expect("it fits");
    let Ok(TokenChange::Store(token)) = tokens.save(&session) else {
        panic!("a changed session is written");
    };
    URL_SAFE_NO_PAD.decode(token).expect("base64url")
}

fn tag(token: &[u8]) -> &[u8; TAG_LEN] {
    token.last_chunk().expect("a token has a tag")
}

impl Timed for Token {
    fn prepare(&mut self, class: Class, random: &mut Rng) {
        self.bytes
            .copy_from_slice(&self.pool[random.usize(..self.pool.len())]);
        self.good_tag = *tag(&self.bytes);
        let start = self.bytes.len() - TAG_LEN;
        self.places.change(class, &mut self.bytes[start..], random);
        encode(&self.bytes, &mut self.text);
    }

    fn work(&self) -> bool {
        self.tokens.open(&self.text, now()).is_ok()
    }
}

/// What a comparison of tags that ends early would add to the time of a token.
struct TokenAndEarlyExit(Token);

impl Timed for TokenAndEarlyExit {
    fn prepare(&mut self, class: Class, random: &mut Rng) {
        self.0.prepare(class, random);
    }

    fn work(&self) -> bool {
        self.0.work() | is_equal_early(tag(&self.0.bytes), &self.0.good_tag)
    }
}

struct EarlyExit {
    good: [u8; TAG_LEN],
    bytes: [u8; TAG_LEN],
}

impl EarlyExit {
    fn new() -> EarlyExit {
        let good = std::array::from_fn(|i| i as u8);
        EarlyExit { good, bytes: good }
    }
}

impl Timed for EarlyExit {
    fn prepare(&mut self, class: Class, random: &mut Rng) {
        self.bytes = self.good;
        FIRST_OR_LAST.change(class, &mut self.bytes, random);
    }

    fn work(&self) -> bool {
        is_equal_early(&self.bytes, &self.good)
    }
}

#[inline(never)]
fn is_equal_early(one: &[u8; TAG_LEN], other: &[u8; TAG_LEN]) -> bool {
    for (a, b) in one.iter().zip(other) {
        if std::hint::black_box(a) != b {
            return false;
        }
    }
    true
}

/// A CSRF token, `mask || mask XOR secret`, with a new mask each time, and a changed secret.
struct CsrfToken {
    session: Session,
    places: Places,
    secret: [u8; TAG_LEN],
    text: Vec<u8>,
}

impl CsrfToken {
    fn new(places: Places) -> CsrfToken {
        let key = EncryptionKey::generate().expect("the system has random bytes");
        let cookie = SessionCookie::encrypted(key).build().expect("defaults");
        let session = cookie.load(None::<&str>, now());
        let token = session.csrf_token().expect("a new session gets an id");
        let bytes = URL_SAFE_NO_PAD.decode(&token).expect("base64url");
        CsrfToken {
            session,
            places,
            secret: std::array::from_fn(|i| bytes[i] ^ bytes[TAG_LEN + i]),
            text: token.into_bytes(),
        }
    }
}

impl Timed for CsrfToken {
    fn prepare(&mut self, class: Class, random: &mut Rng) {
        let mut secret = self.secret;
        self.places.change(class, &mut secret, random);
        let mask: [u8; TAG_LEN] = std::array::from_fn(|_| random.u8(..));
        let masked = std::array::from_fn(|i| mask[i] ^ secret[i]);
        encode([mask, masked].as_flattened(), &mut self.text);
    }

    fn work(&self) -> bool {
        let text = str::from_utf8(&self.text).expect("base64url is ASCII");
        self.session.verify_csrf(text)
    }
}

/// Two keys. The second is parsed anew each time, into the place of the one before.
struct Keys {
    key: EncryptionKey,
    other: EncryptionKey,
    places: Places,
    secret: [u8; SECRET_LEN],
}

impl Keys {
    fn new(places: Places) -> Keys {
        let secret = std::array::from_fn(|i| 100 + i as u8);
        Keys {
            key: key(&secret),
            other: key(&secret),
            places,
            secret,
        }
    }
}

impl Timed for Keys {
    fn prepare(&mut self, class: Class, random: &mut Rng) {
        let mut secret = self.secret;
        self.places.change(class, &mut secret, random);
        self.other = key(&secret);
    }

    fn work(&self) -> bool {
        self.key == self.other
    }
}

/// Parses the key of `secret` (SPEC.md § 3.3).
fn key(secret: &[u8; SECRET_LEN]) -> EncryptionKey {
    let hash = Sha256::digest([PREFIX.as_bytes(), secret].concat());
    let text = URL_SAFE_NO_PAD.encode([secret, &hash[..4]].concat());
    format!("{PREFIX}{text}").parse().expect("a key")
}

fn encode(bytes: &[u8], text: &mut [u8]) {
    let written = URL_SAFE_NO_PAD.encode_slice(bytes, text);
    written.expect("the text has the length of the one before");
}

fn xaes() -> SessionTokenBuilder<Map> {
    let key = EncryptionKey::generate().expect("the system has random bytes");
    SessionToken::encrypted(key).purpose("timing")
}

fn xchacha() -> SessionTokenBuilder<Map> {
    let key = EncryptionKey::generate_xchacha20().expect("the system has random bytes");
    SessionToken::encrypted(key).purpose("timing")
}

fn signed() -> SessionTokenBuilder<Map> {
    let key = SigningKey::generate().expect("the system has random bytes");
    SessionToken::unencrypted_but_signed(key).purpose("timing")
}

/// One time for all, so that no clock is asked while the time runs.
fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Login {
    words: [u64; 16],
}

impl Login {
    /// Of the same length for every number.
    fn new(number: u64) -> Login {
        Login {
            words: std::array::from_fn(|i| u64::MAX - (number << 20) - i as u64),
        }
    }
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;
}

const TAG_LEN: usize = 16;
const POOL: u64 = 1024;
const SECRET_LEN: usize = 32;
const PREFIX: &str = "hardtack_key_v1_xaes_";

#[cfg(test)]
mod tests {
    use super::*;

    /// Otherwise a row would compare inputs that are not what it says.
    #[test]
    fn the_right_input_alone_is_right() {
        let mut random = Rng::with_seed(1);
        for mut operation in all() {
            let is_right = operation.classes.starts_with("right");
            for (class, expected) in [(Class::FIRST, is_right), (Class::SECOND, false)] {
                operation.timed.prepare(class, &mut random);
                let row = format!("{}, {}", operation.name, operation.classes);
                assert_eq!(operation.timed.work(), expected, "{row}");
            }
        }
    }
}
