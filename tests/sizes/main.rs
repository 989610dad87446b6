//! How large a session may be, and how large what is sent is (SPEC.md § 9.5, § 9.6, § 11).

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/browser.rs"]
mod browser;
#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/moments.rs"]
mod moments;
#[path = "../common/sites.rs"]
mod sites;
#[path = "../common/token.rs"]
mod token;

mod any_options;
mod cost;
mod full;
mod room;
mod too_large_now;

use std::time::Duration;

use hardtack::{Session, SessionCookieBuilder, SessionData, SessionError, TooLarge};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize, Default, Clone, Debug, PartialEq)]
struct Bytes(Vec<u8>);

impl SessionData for Bytes {
    const SCHEMA: u32 = 1;
}

fn long_lived(site: SessionCookieBuilder) -> SessionCookieBuilder {
    site.idle_timeout(None).absolute_timeout(CENTURY)
}

/// Fills a dictionary to its last byte.
fn fill(session: &Session) {
    let _ = session.remove("full");
    // An entry has a marker, 4 letters, and 3 bytes before a long text; the dictionary has a marker.
    let map = usize::from(session.is_empty());
    let len = session.remaining_bytes() - 5 - 3 - map;
    session.insert("full", "x".repeat(len)).unwrap();
    assert_eq!(session.remaining_bytes(), 0);
}

#[track_caller]
fn assert_within(sent: &[String], limit: usize) {
    assert_eq!(sent.len(), 1);
    assert!(sent[0].len() <= limit, "{} bytes", sent[0].len());
}

#[track_caller]
fn assert_too_large<R: std::fmt::Debug>(
    result: Result<R, SessionError>,
    expected_needed: usize,
    expected_allowed: usize,
) {
    match result {
        Err(SessionError::TooLarge(TooLarge {
            needed, allowed, ..
        })) => {
            assert_eq!((needed, allowed), (expected_needed, expected_allowed));
        }
        other => panic!("{other:?}"),
    }
}

/// Where the age of a session takes one byte, and from where on it takes two, three and four.
const AGES: [u64; 4] = [127, 128, 16_384, 2_097_152];
const CENTURY: Duration = Duration::from_secs(4_200_000_000);
