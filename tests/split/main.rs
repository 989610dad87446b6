//! Sessions in several cookies (SPEC.md § 9.2, § 9.4 to § 9.7), and padding (§ 5.6).

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/cases.rs"]
mod cases;
#[path = "../common/moments.rs"]
mod moments;
#[path = "../common/outcome.rs"]
mod outcome;
#[path = "../common/sites.rs"]
mod sites;

mod arithmetic;
mod client;
mod options;
mod parts;

mod broken;
mod expiry;
mod formerly;
mod hostile;
mod narrowing;
mod padding;
mod refusals;
mod report;
mod sequences;
mod sizes;
mod tokens;

use std::time::Duration;

use hardtack::{Session, SessionCookieBuilder};

/// Sessions that no time ends.
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

/// Where the age of a session takes one byte, and from where on it takes two, three and four.
const AGES: [u64; 4] = [127, 128, 16_384, 2_097_152];
const CENTURY: Duration = Duration::from_secs(4_200_000_000);
