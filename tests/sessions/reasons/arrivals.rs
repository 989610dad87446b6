//! Requests whose session does not open.

use std::time::SystemTime;

use hardtack::{
    KeyRing, Session, SessionCookie, SessionData, SigningKey, carrier::TokenChange, keys::RingKey,
    session::Reason,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::common::{
    at, builder, cookie, key, ring, sealed, sealed_of, seconds, signed_in, token_builder, token_of,
};

/// One request to one application.
pub(crate) struct Arrival {
    pub(crate) name: &'static str,
    pub(crate) cookie: SessionCookie,
    pub(crate) now: SystemTime,
    pub(crate) cookie_field: String,
    pub(crate) expected: Reason,
}

#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Login {
    user: u32,
}

impl SessionData for Login {
    const LABEL: &str = "";
    const SCHEMA: u32 = 7;
}

/// At least one arrival for every reason but `Stale` and `Unvalidated`.
pub(crate) fn arrivals() -> Vec<Arrival> {
    let mut arrivals = unverified();
    arrivals.extend(verified());
    arrivals
}

/// Tokens that fail at the tag or before it.
fn unverified() -> Vec<Arrival> {
    let arrival = |name, value: String, expected| Arrival {
        name,
        cookie: cookie(),
        now: at(10),
        cookie_field: format!("__Host-session={value}"),
        expected,
    };
    let pair = signed_in(&cookie());
    let token = token_of(&pair);
    let changed =
        |at: usize, with: &str| format!("{}{with}{}", &token[..at], &token[at + with.len()..]);
    let signing = SigningKey::generate().unwrap();
    let signing = SessionCookie::unencrypted_but_signed(signing)
        .build()
        .unwrap();
    let elsewhere = |cookie: SessionCookie| token_of(&signed_in(&cookie)).to_owned();
    let of_other_key = SessionCookie::encrypted(key(1)).build().unwrap();
    let of_other_cookie = builder().name("__Host-other").build().unwrap();
    let of_other_context = builder().context("tenant", "acme").build().unwrap();
    let bare = token_builder("__Host-session").build().unwrap();
    let bare_session = bare.load(None::<&str>, at(0));
    bare_session.insert("user", 42).unwrap();
    let TokenChange::Store(bare) = bare.save(&bare_session).unwrap() else {
        panic!("the session is written");
    };
    let middle = token.len() / 2;
    let swapped = if token.as_bytes()[middle] == b'A' {
        "B"
    } else {
        "A"
    };
    vec![
        arrival("a megabyte", "e".repeat(1 << 20), Reason::TooLong),
        arrival("longer than any token", "A".repeat(32_769), Reason::TooLong),
        arrival(
            "a part is missing",
            format!("2.{token}"),
            Reason::Incomplete,
        ),
        arrival("a count too high", format!("9.{token}"), Reason::Incomplete),
        arrival("junk", "j%nk".to_owned(), Reason::Encoding),
        arrival("white space inside", changed(20, " "), Reason::Encoding),
        arrival(
            "a character outside ASCII",
            "é".to_owned(),
            Reason::Encoding,
        ),
        arrival("quotes inside", changed(20, "\""), Reason::Encoding),
        arrival("another alphabet", changed(20, "+"), Reason::Encoding),
        arrival("padding", format!("{token}="), Reason::Encoding),
        arrival(
            "a length that no bytes have",
            "eAAAA".to_owned(),
            Reason::Encoding,
        ),
        arrival("loose bits at the end", "eAB".to_owned(), Reason::Encoding),
        arrival("nothing", String::new(), Reason::TooShort),
        arrival("quoted nothing", "\"\"".to_owned(), Reason::TooShort),
        arrival("half a head", token[..4].to_owned(), Reason::TooShort),
        arrival("a head alone", token[..8].to_owned(), Reason::TooShort),
        arrival(
            "the longest token of zeros",
            "A".repeat(32_768),
            Reason::UnknownFormat,
        ),
        arrival(
            "a format of tomorrow",
            changed(0, "f"),
            Reason::UnknownFormat,
        ),
        arrival("signed only", elsewhere(signing), Reason::WrongMode),
        arrival(
            "under another key",
            elsewhere(of_other_key),
            Reason::UnknownKey,
        ),
        arrival(
            "with another key id",
            changed(3, "____"),
            Reason::UnknownKey,
        ),
        arrival("tampered with", changed(middle, swapped), Reason::Auth),
        arrival(
            "cut off",
            token[..(token.len() - 1) / 4 * 4].to_owned(),
            Reason::Auth,
        ),
        arrival("longer than it was", format!("{token}AAAA"), Reason::Auth),
        arrival(
            "of another cookie",
            elsewhere(of_other_cookie),
            Reason::Auth,
        ),
        arrival(
            "of another context",
            elsewhere(of_other_context),
            Reason::Auth,
        ),
        arrival("a bare token of that name", bare, Reason::Auth),
        retired(),
    ]
}

fn retired() -> Arrival {
    let earlier = RingKey::from(key(0)).accept_until(at(10));
    let ring = KeyRing::from_keys([RingKey::from(key(1)).seal_from(at(0)), earlier]).unwrap();
    Arrival {
        name: "under a retired key",
        cookie: SessionCookie::encrypted(ring).build().unwrap(),
        now: at(10),
        cookie_field: signed_in(&cookie()),
        expected: Reason::RetiredKey,
    }
}

/// Tokens with a good tag.
fn verified() -> Vec<Arrival> {
    let arrival = |name, cookie, seconds, cookie_field, expected| Arrival {
        name,
        cookie,
        now: at(seconds),
        cookie_field,
        expected,
    };
    let pair = || signed_in(&cookie());
    let later = sealed(&cookie(), at(1000), |session| {
        session.insert("user", 42).unwrap()
    });
    let restless = || builder().idle_timeout(None).build().unwrap();
    let revoking = builder().not_before(at(5)).build().unwrap();
    let ring_revoking = SessionCookie::encrypted(ring().with_not_before(at(5)))
        .build()
        .unwrap();
    let typed = sealed_of(at(0), |login: &Session<Login>| {
        login.update(|login| login.user = 42).unwrap();
    });
    let of_typed = builder().build().unwrap();
    // As long as the other name, so that the room is the same.
    let of_siblings = builder().name("__Secure-login").build().unwrap();
    let two = format!("{}; {}", signed_in(&of_siblings), signed_in(&of_siblings));
    vec![
        arrival("from the future", cookie(), 0, later, Reason::NotYetValid),
        arrival(
            "past its deadline",
            restless(),
            43_200,
            pair(),
            Reason::Expired,
        ),
        arrival(
            "long past it",
            cookie(),
            10_000_000,
            pair(),
            Reason::Expired,
        ),
        arrival("idle", cookie(), 1800, pair(), Reason::Idle),
        arrival("revoked", revoking, 10, pair(), Reason::Revoked),
        arrival(
            "revoked by the ring",
            ring_revoking,
            10,
            pair(),
            Reason::Revoked,
        ),
        arrival("of another type", of_typed, 10, typed, Reason::Payload),
        arrival("two that open", of_siblings, 10, two, Reason::Duplicate),
        malformed(),
    ]
}

/// Only a bug or another program with the key makes such a body, so it is taken from the test vectors.
fn malformed() -> Arrival {
    let file: Value = serde_json::from_str(include_str!("../../vectors/open.json")).unwrap();
    let is_wanted = |vector: &&Value| {
        vector["expect"]["rejected"] == "Malformed"
            && vector["mode"] == "encrypted"
            && vector["purpose"]["name"] == "__Host-session"
            && vector["context"] == Value::Array(Vec::new())
    };
    let vector = file["vectors"]
        .as_array()
        .unwrap()
        .iter()
        .find(is_wanted)
        .unwrap();
    let ring: KeyRing = vector["ring"].as_str().unwrap().parse().unwrap();
    Arrival {
        name: "a body that breaks the format",
        cookie: SessionCookie::encrypted(ring).build().unwrap(),
        now: SystemTime::UNIX_EPOCH + seconds(vector["now"].as_u64().unwrap()),
        cookie_field: format!(
            "__Host-session={}",
            vector["candidates"][0].as_str().unwrap()
        ),
        expected: Reason::Malformed,
    }
}
