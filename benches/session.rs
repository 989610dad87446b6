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
