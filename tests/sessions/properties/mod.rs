//! Properties of every session, every token and every input.

mod attributes;
mod bindings;
mod bodies;
mod counting;
mod round_trips;
mod values;

use crate::common::browser;
use crate::common::cases;
use crate::common::reason;
use crate::common::times;

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use browser::Browser;
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionToken, SigningKey, Size,
    carrier::{SessionCookieBuilder, SessionTokenBuilder},
};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use times::at;

fn suite() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&SUITES[..])
}

fn site(suite: &str) -> SessionCookieBuilder {
    site_of(suite, 0)
}

/// In one process a name has sessions of one type, so these have their own application.
fn site_of_profiles(suite: &str) -> SessionCookieBuilder<values::Profile> {
    site(suite).application("profiles").typed()
}

fn site_of(suite: &str, key: u8) -> SessionCookieBuilder {
    let text = key_text(suite, secret(key));
    match suite {
        "sign" => SessionCookie::unencrypted_but_signed(text.parse::<SigningKey>().unwrap()),
        _ => SessionCookie::encrypted(text.parse::<EncryptionKey>().unwrap()),
    }
}

fn tokens_of(suite: &str, key: u8, purpose: &str) -> SessionTokenBuilder {
    let text = key_text(suite, secret(key));
    match suite {
        "sign" => {
            SessionToken::unencrypted_but_signed(text.parse::<SigningKey>().unwrap(), purpose)
        }
        _ => SessionToken::encrypted(text.parse::<EncryptionKey>().unwrap(), purpose),
    }
}

/// SPEC.md § 3.3. The same secrets in every run, so that a failure can be repeated.
fn key_text(suite: &str, secret: [u8; 32]) -> String {
    let start = format!("hardtack_key_v1_{suite}_");
    let check = Sha256::digest([start.as_bytes(), &secret].concat());
    start + &BASE64_URL_SAFE_NO_PAD.encode([&secret[..], &check[..4]].concat())
}

fn secret(key: u8) -> [u8; 32] {
    Sha256::digest([key]).into()
}

fn small_token(suite: &str) -> String {
    token_of(suite, |session| {
        session.insert("user_id", 42).unwrap();
        session.insert("name", "Ada").unwrap();
        session.ensure_id().unwrap();
    })
}

fn token_of(suite: &str, fill: impl FnOnce(&Session)) -> String {
    let mut browser = Browser::from(site(suite).size(Size::Browser));
    browser.now = NOW;
    browser.visit(fill);
    browser.token().to_owned()
}

fn blob_of(token: &str) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.decode(token).unwrap()
}

fn encode(blob: &[u8]) -> Vec<u8> {
    BASE64_URL_SAFE_NO_PAD.encode(blob).into_bytes()
}

fn random(len: std::ops::Range<usize>) -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), len)
}

#[track_caller]
fn assert_refused(suite: &'static str, token: &(impl AsRef<[u8]> + ?Sized)) {
    thread_local! {
        static SITES: [SessionCookie; 3] = SUITES.map(|suite| site(suite).build().unwrap());
    }
    let position = SUITES.iter().position(|&known| known == suite).unwrap();
    SITES.with(|sites| {
        let session = load(&sites[position], token.as_ref());
        assert!(reason(&session).is_some());
        assert!(session.is_new() && session.is_empty() && session.id().is_none());
    });
}

fn load(site: &SessionCookie, token: &[u8]) -> Session {
    site.load([[&b"__Host-session="[..], token].concat()], at(NOW))
}

const SUITES: [&str; 3] = ["xaes", "xcha", "sign"];
const HEAD_LEN: usize = 5;
const TAG_LEN: usize = 16;
/// The time at which tokens that no browser holds are opened.
const NOW: u64 = 50_000;
