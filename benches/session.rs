//! What a session costs: opening one that arrived, and saving one that changed.
//!
//! `cargo bench`. Figures are per request. S is a typed payload of 33 bytes, M one of 210. Compare rows of
//! one run with each other; the machine decides the rest.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use divan::{Bencher, black_box};
use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionData, SigningKey,
    carrier::SessionCookieBuilder,
    session::{Map, Payload},
};
use serde::{Deserialize, Serialize};

fn main() {
    divan::main();
}

/// One owned value whose size is chosen.
#[derive(Serialize, Deserialize, Default)]
struct Note {
    text: String,
}

impl SessionData for Note {
    const LABEL: &str = "note";
    const SCHEMA: u32 = 1;
}

/// Bytes of postcard: a text of up to 127 bytes takes one byte more, a longer one two.
const SMALL: usize = 33 - 1;
const MEDIUM: usize = 210 - 2;

#[derive(Clone, Copy, Debug)]
enum Suite {
    Xaes,
    XChaCha20,
    Signed,
}

const SUITES: [Suite; 3] = [Suite::Xaes, Suite::XChaCha20, Suite::Signed];
const SIZES: [usize; 2] = [SMALL, MEDIUM];

fn cookie(suite: Suite) -> SessionCookieBuilder {
    let failure = "the system has random bytes";
    match suite {
        Suite::Xaes => SessionCookie::encrypted(EncryptionKey::generate().expect(failure)),
        Suite::XChaCha20 => {
            SessionCookie::encrypted(EncryptionKey::generate_xchacha20().expect(failure))
        }
        Suite::Signed => {
            SessionCookie::unencrypted_but_signed(SigningKey::generate().expect(failure))
        }
    }
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn typed(suite: Suite) -> SessionCookie<Note> {
    cookie(suite)
        .typed()
        .build()
        .expect("a sound configuration")
}

fn text(len: usize) -> String {
    "x".repeat(len)
}

/// The `Cookie` field that a browser sends after a session was written by `fill`.
fn field<T: Payload>(cookie: &SessionCookie<T>, fill: impl FnOnce(&Session<T>)) -> String {
    let session = cookie.load(None::<&str>, now());
    fill(&session);
    let saved = cookie.save(&session).expect("a session that can be saved");
    let line = saved.iter().next().expect("a session that was written");
    line.split(';').next().unwrap_or_default().to_owned()
}

#[divan::bench(args = SUITES, consts = SIZES)]
fn open_typed<const SIZE: usize>(bencher: Bencher<'_, '_>, suite: Suite) {
    let cookie = typed(suite);
    let field = field(&cookie, |session| {
        session.replace(Note { text: text(SIZE) }).expect("it fits");
    });
    bencher.bench(|| {
        cookie
            .load([black_box(&field)], now())
            .read(|note| note.text.len())
    });
}

#[divan::bench(args = SUITES, consts = SIZES)]
fn open_change_and_save_typed<const SIZE: usize>(bencher: Bencher<'_, '_>, suite: Suite) {
    let cookie = typed(suite);
    let field = field(&cookie, |session| {
        session.replace(Note { text: text(SIZE) }).expect("it fits");
    });
    bencher.bench(|| {
        let session = cookie.load([black_box(&field)], now());
        session
            .update(|note| note.text.replace_range(..1, "y"))
            .expect("it fits");
        cookie.save(&session).expect("it is written")
    });
}

#[divan::bench(args = SUITES, consts = SIZES)]
fn open_dictionary<const SIZE: usize>(bencher: Bencher<'_, '_>, suite: Suite) {
    let cookie: SessionCookie<Map> = cookie(suite).build().expect("a sound configuration");
    let field = field(&cookie, |session| {
        session.insert("note", text(SIZE)).expect("it fits")
    });
    bencher.bench(|| {
        cookie
            .load([black_box(&field)], now())
            .get::<String>("note")
    });
}

#[divan::bench]
fn untouched(bencher: Bencher<'_, '_>) {
    let cookie = typed(Suite::Xaes);
    let field = field(&cookie, |session| {
        session
            .replace(Note { text: text(MEDIUM) })
            .expect("it fits");
    });
    bencher.bench(|| cookie.load([black_box(&field)], now()));
}

/// A key is found by its id, so the number of keys hardly counts.
#[divan::bench(args = [1, 8, 64])]
fn open_under_the_oldest_of(bencher: Bencher<'_, '_>, count: usize) {
    let keys = keys(count);
    let oldest = keys[count - 1].expose_secret();
    load_under(bencher, oldest.parse().expect("our own text"), keys);
}

#[divan::bench(args = [1, 8, 64])]
fn refuse_under_a_key_that_is_none_of(bencher: Bencher<'_, '_>, count: usize) {
    let stranger = keys(1).remove(0);
    load_under(bencher, stranger, keys(count));
}

fn keys(count: usize) -> Vec<EncryptionKey> {
    let key = |_| EncryptionKey::generate().expect("the system has random bytes");
    (0..count).map(key).collect()
}

/// Loads a session that was sealed under `key`, with a ring of `keys`.
fn load_under(bencher: Bencher<'_, '_>, key: EncryptionKey, keys: Vec<EncryptionKey>) {
    let site = |keys: KeyRing<EncryptionKey>| {
        let cookie = SessionCookie::encrypted(keys).typed::<Note>();
        cookie.build().expect("a sound configuration")
    };
    let field = field(&site(key.into()), |session| {
        session
            .replace(Note { text: text(MEDIUM) })
            .expect("it fits");
    });
    let cookie = site(KeyRing::from_keys(keys).expect("distinct keys"));
    bencher.bench(|| {
        cookie
            .load([black_box(&field)], now())
            .read(|note| note.text.len())
    });
}

/// A session that is bound to a device, with its bound cookie beside it.
#[cfg(feature = "device-bound")]
mod bound {
    use super::*;
    use hardtack::{device::DeviceBound, session::DeviceBinding};

    /// The cost of a bound request is that of one more token.
    #[divan::bench(args = [false, true])]
    fn read(bencher: Bencher<'_, '_>, is_device_bound: bool) {
        let mut builder = cookie(Suite::Xaes);
        if is_device_bound {
            builder = builder.device_bound(DeviceBound::at("/.session"));
        }
        let cookie = builder.build().expect("a sound configuration");
        let field = if is_device_bound {
            registered(&cookie)
        } else {
            field(&cookie, |session| _ = session.insert("user", 42))
        };
        bencher.bench(|| {
            let session = cookie.load([black_box(&field)], now());
            let expected = match is_device_bound {
                true => DeviceBinding::Bound,
                false => DeviceBinding::Unbound,
            };
            assert_eq!(session.binding(), expected);
            session
        });
    }

    /// The `Cookie` field of a browser that has registered a key, and whose session is bound.
    fn registered(cookie: &SessionCookie) -> String {
        use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
        use p256::ecdsa::{Signature, SigningKey, signature::Signer};

        const SOUND: &str = "a sound flow";
        let session = cookie.load(None::<&str>, now());
        session.renew().expect(SOUND);
        session.insert("user", 42).expect(SOUND);
        let fields = cookie.save(&session).expect(SOUND);
        let offer = fields.registration().expect(SOUND);
        let (_, challenge) = offer.split_once("challenge=\"").expect(SOUND);
        let challenge = challenge.trim_end_matches('"');

        let key = SigningKey::from_slice(&[7; 32]).expect(SOUND);
        let point = key.verifying_key().to_sec1_point(false);
        let [x, y] = [point.x(), point.y()].map(|c| URL_SAFE_NO_PAD.encode(c.expect(SOUND)));
        let jwk = format!(r#"{{"kty":"EC","crv":"P-256","x":"{x}","y":"{y}"}}"#);
        let header = format!(r#"{{"alg":"ES256","typ":"dbsc+jwt","jwk":{jwk}}}"#);
        let parts = [header, format!(r#"{{"jti":"{challenge}"}}"#)];
        let signed = parts.map(|part| URL_SAFE_NO_PAD.encode(part)).join(".");
        let signature: Signature = key.sign(signed.as_bytes());
        let proof = format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()));
        let request = http::Request::post("/.session/register");
        let request = request.header("secure-session-response", proof);
        let (request, ()) = request.body(()).expect(SOUND).into_parts();
        let response = cookie.answer_device(&request, now()).expect(SOUND);
        let bound = response.headers()["set-cookie"].to_str().expect(SOUND);

        let pair = |field: &str| field.split(';').next().unwrap_or_default().to_owned();
        let session = pair(fields.iter().next().expect(SOUND));
        let both = format!("{session}; {}", pair(bound));
        // The request that binds it.
        let promoted = cookie.load([&both], now());
        assert_eq!(promoted.binding(), DeviceBinding::Bound);
        let fields = cookie.save(&promoted).expect(SOUND);
        let session = pair(fields.iter().next().expect(SOUND));
        format!("{session}; {}", pair(bound))
    }
}
