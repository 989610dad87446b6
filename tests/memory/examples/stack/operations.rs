//! Operations, each prepared by the caller and done on a stack of its own.

use std::{
    hint::black_box,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SigningKey, carrier::SessionCookieBuilder,
    keys::SharedKeyRing,
};

/// Work on a stack of its own. It returns the token that it sealed or opened.
type Work = Box<dyn FnOnce() -> Option<String> + Send>;

/// Prepares the work with the key of a text.
type Prepare = fn(&'static str) -> Work;

pub(crate) const OPERATIONS: [(&str, Prepare); 12] = [
    ("nothing", |_| Box::new(|| None)),
    ("to be found: a copy of the secret", |text| {
        let secret = crate::secrets::secret_of(text);
        Box::new(move || {
            leave_a_copy(&secret);
            None
        })
    }),
    ("parse a ring", |text| {
        Box::new(move || {
            drop(black_box(ring(text)));
            None
        })
    }),
    ("parse a key", |text| {
        Box::new(move || {
            match is_signing(text) {
                true => drop(black_box(text.parse::<SigningKey>())),
                false => drop(black_box(text.parse::<EncryptionKey>())),
            }
            None
        })
    }),
    ("make a ring of a key", |text| {
        let (signing, encryption) = (text.parse::<SigningKey>(), text.parse::<EncryptionKey>());
        Box::new(move || {
            drop(black_box(signing.map(KeyRing::from)));
            drop(black_box(encryption.map(KeyRing::from)));
            None
        })
    }),
    ("write the text of a key", |text| {
        let (signing, encryption) = (text.parse::<SigningKey>(), text.parse::<EncryptionKey>());
        Box::new(move || {
            if let Ok(key) = &signing {
                black_box(key.expose_secret());
            }
            if let Ok(key) = &encryption {
                black_box(key.expose_secret());
            }
            None
        })
    }),
    ("compare two keys", |text| {
        let [one, other] = [0; 2].map(|_| text.parse::<SigningKey>());
        let [first, second] = [0; 2].map(|_| text.parse::<EncryptionKey>());
        Box::new(move || {
            black_box(one.is_ok_and(|one| other.is_ok_and(|other| one == other)));
            black_box(first.is_ok_and(|first| second.is_ok_and(|second| first == second)));
            None
        })
    }),
    ("derive: build a cookie", |text| {
        let builder = builder(text);
        Box::new(move || {
            black_box(builder.build().expect(DEFAULTS));
            None
        })
    }),
    ("seal", |text| {
        let cookie = cookie(text);
        Box::new(move || {
            let session = cookie.load(None::<&str>, now());
            session.insert("secret", CONTENT).expect("it fits");
            let fields = cookie.save(&session).expect("it is sealed");
            let field = fields.iter().next()?;
            Some(token_in(field))
        })
    }),
    ("open", |text| {
        let (cookie, field) = (cookie(text), field(text));
        Box::new(move || {
            let session = cookie.load([&field], now());
            assert!(session.contains_key("secret"));
            Some(token_in(&field))
        })
    }),
    ("open, tag wrong", |text| {
        let (cookie, field) = (cookie(text), field(text));
        // Another letter in the tag, which leaves the nonce and the ciphertext as they are.
        let place = field.len() - 8;
        let letter = if field[place..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        let wrong = [&field[..place], letter, &field[place + 1..]].concat();
        Box::new(move || {
            assert!(cookie.load([&wrong], now()).is_new());
            Some(token_in(&field))
        })
    }),
    ("make and verify a CSRF token", |text| {
        let cookie = cookie(text);
        Box::new(move || {
            let session = cookie.load(None::<&str>, now());
            let token = session.csrf_token().expect("a new session gets an id");
            assert!(session.verify_csrf(&token));
            None
        })
    }),
];

#[inline(never)]
fn leave_a_copy(secret: &[u8; 32]) {
    let mut copy = [0; 256];
    copy[100..132].copy_from_slice(secret);
    black_box(&mut copy);
}

fn ring(text: &str) -> KeyRing {
    text.parse().expect(KEY)
}

fn builder(text: &str) -> SessionCookieBuilder {
    match is_signing(text) {
        true => SessionCookie::unencrypted_but_signed(SharedKeyRing::from(ring(text))),
        false => SessionCookie::encrypted(SharedKeyRing::from(ring(text))),
    }
}

fn cookie(text: &str) -> SessionCookie {
    builder(text).build().expect(DEFAULTS)
}

/// `name=token` of a session with the content.
fn field(text: &str) -> String {
    let field = cookie(text).cookie_for(now(), |session| session.insert("secret", CONTENT));
    field.expect("it is sealed")
}

fn token_in(field: &str) -> String {
    let value = field.split(';').next().unwrap_or_default();
    value
        .split_once('=')
        .map_or(String::new(), |(_, token)| token.to_owned())
}

fn is_signing(text: &str) -> bool {
    text.contains("_sign_")
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

/// From tests/vectors/keys.json.
pub(crate) const SUITES: [(&str, &str); 3] = [
    (
        "xaes",
        "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2",
    ),
    (
        "xcha",
        "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5",
    ),
    (
        "sign",
        "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg",
    ),
];
/// With it the last block of the body is one byte short, and AES-GCM treats such a block on its own.
pub(crate) const CONTENT: &str = "Sixty-three letters, and no eight of them in a row occur twice!";
pub(crate) const COOKIE: &str = "__Host-session";
const KEY: &str = "the text of a key";
const DEFAULTS: &str = "defaults";
