//! Any body with a valid tag, for a dictionary and for a type: never a panic, and a session that opens has the same bytes
//! after it was saved, and after an entry and a message were put in and taken out.
#![no_main]

use std::{
    collections::BTreeMap,
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Session, SessionCookie, SessionData, SigningKey,
    fuzzing::sign_body,
    session::{Map, Outcome, Payload},
};
use libfuzzer_sys::fuzz_target;
use serde::{Deserialize, Serialize};

static DICTIONARIES: LazyLock<SessionCookie> = LazyLock::new(|| {
    let builder = SessionCookie::unencrypted_but_signed(key());
    builder.build().unwrap()
});

static TYPED: LazyLock<SessionCookie<Typed>> = LazyLock::new(|| {
    let builder = SessionCookie::unencrypted_but_signed(key()).typed();
    builder.build().unwrap()
});

#[derive(Default, Serialize, Deserialize, PartialEq)]
struct Typed {
    user: u64,
    names: Vec<Option<String>>,
    counts: BTreeMap<char, i16>,
}

impl SessionData for Typed {
    const LABEL: &'static str = "";
    const SCHEMA: u32 = 3;
}

fuzz_target!(|body: &[u8]| {
    let field = format!("{NAME}={}", sign_body(key(), NAME, body));
    let now = now(body);
    if let Some(saved) = check(&*DICTIONARIES, body, &field, now) {
        check_edits(&saved, body, now);
    }
    let has_schema = body.first().is_some_and(|flags| flags & SCHEMA != 0);
    if has_schema {
        check(&*TYPED, body, &field, now);
    }
});

/// Returns the field that comes back, if the session opens and can be saved.
fn check<T: Payload>(
    cookie: &SessionCookie<T>,
    body: &[u8],
    field: &str,
    now: SystemTime,
) -> Option<String> {
    let session = cookie.load([field], now);
    if !matches!(session.outcome(), Outcome::Opened { .. }) {
        assert!(session.is_new() && session.id().is_none() && session.flashes("").is_empty());
        return None;
    }
    let (id, created_at) = (session.id(), session.created_at());
    if session.save().is_err() {
        // It arrived larger than this cookie may be.
        assert_eq!(session.remaining_bytes(), 0);
        return None;
    }
    let active_at = session.last_active_at().max(Some(now));
    let line = cookie.save(&session).ok()?.into_iter().next().unwrap();
    assert!(line.len() <= 3072 || line.len() <= field.len() + 64);
    let saved = line.split(';').next().unwrap();
    assert_eq!(Kept::of(&body_of(saved)), Kept::of(body));
    let again = cookie.load([saved], now);
    assert!(matches!(again.outcome(), Outcome::Opened { .. }));
    assert_eq!((again.id(), again.created_at()), (id, created_at));
    assert_eq!(again.last_active_at(), active_at);
    Some(saved.to_owned())
}

/// What is put in and taken out leaves no trace (SPEC.md § 5.4.9).
fn check_edits(field: &str, body: &[u8], now: SystemTime) {
    let edit = |field: &str, edit: fn(&Session<Map>) -> bool| {
        let session = DICTIONARIES.load([field], now);
        edit(&session).then(|| {
            let fields = DICTIONARIES.save(&session).unwrap();
            let field = fields.iter().next().unwrap();
            field.split(';').next().unwrap().to_owned()
        })
    };
    let put = |session: &Session<Map>| {
        // Without these it is empty, and dropped.
        let is_kept = !session.is_empty() || session.id().is_some();
        let is_new = !session.contains_key("k") && session.flashes("k").is_empty();
        is_kept && is_new && session.insert("k", 7).is_ok() && session.flash("k", "v").is_ok()
    };
    let take = |session: &Session<Map>| {
        assert_eq!(session.take("k").unwrap(), Some(7));
        assert_eq!(session.take_flashes("k").unwrap(), ["v"]);
        true
    };
    if let Some(field) = edit(field, put).and_then(|field| edit(&field, take)) {
        assert_eq!(Kept::of(&body_of(&field)), Kept::of(body));
    }
}

/// What a save leaves as it is: all but age and padding (SPEC.md § 5.1).
#[derive(Debug, PartialEq)]
struct Kept {
    flags: u8,
    issued: Vec<u8>,
    rest: Vec<u8>,
}

impl Kept {
    fn of(body: &[u8]) -> Kept {
        let age_len = 1 + body[5..].iter().position(|byte| byte & 0x80 == 0).unwrap();
        let end = match body[0] & PADDING {
            0 => body.len(),
            _ => body.iter().rposition(|byte| *byte != 0).unwrap(),
        };
        Kept {
            flags: body[0] & !PADDING,
            issued: body[1..5].to_vec(),
            rest: body[5 + age_len..end].to_vec(),
        }
    }
}

/// Returns the body, which everyone can read in a signed token: `head (5 bytes) || body || tag (16 bytes)`.
fn body_of(field: &str) -> Vec<u8> {
    let (_, token) = field.split_once('=').unwrap();
    let blob = BASE64_URL_SAFE_NO_PAD.decode(token).unwrap();
    blob[5..blob.len() - 16].to_vec()
}

/// Returns the second of the last activity, if it can be read, so that most sessions are alive.
fn now(body: &[u8]) -> SystemTime {
    let issued = body.get(1..5).and_then(|bytes| bytes.try_into().ok());
    let issued = u64::from(issued.map_or(0, u32::from_be_bytes));
    let age = u64::from(body.get(5).map_or(0, |age| age & 0x7F));
    UNIX_EPOCH + Duration::from_secs(1_767_225_600 + issued + age)
}

fn key() -> SigningKey {
    SIGN.parse().unwrap()
}

const NAME: &str = "__Host-session";
const PADDING: u8 = 0x04;
const SCHEMA: u8 = 0x20;

// A key of the test vectors, which is public.
const SIGN: &str = "hardtack_key_v1_sign_bOUVgCG21b_AFfs8gXCU9P3xAysTOitOQf3aJBuUc3yhnXPg";
