//! Sessions begin, are refreshed and end at the right second (SPEC.md § 7.7, § 8).

mod clocks;
mod keys;
mod policies;
mod returning;

use crate::common::browser;
use crate::common::cases;
use crate::common::is_valid;
use crate::common::reason;
use crate::common::times;

use browser::Browser;
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionToken,
    carrier::{SessionCookieBuilder, SessionTokenBuilder},
    keys::SharedKeyRing,
    session::Reason,
};

/// Sites with one key and different options.
struct SharedSites {
    ring: SharedKeyRing,
}

impl SharedSites {
    fn new() -> SharedSites {
        SharedSites {
            ring: EncryptionKey::generate().unwrap().into(),
        }
    }

    fn site(&self) -> SessionCookieBuilder {
        SessionCookie::encrypted(self.ring.clone())
    }
}

/// A site with a key of its own.
fn site() -> SessionCookieBuilder {
    SharedSites::new().site()
}

/// Bare tokens with a key of their own.
fn tokens() -> SessionTokenBuilder {
    SessionToken::encrypted(EncryptionKey::generate().unwrap(), "mobile")
}

fn write(session: &Session) {
    session.insert("a", 1).unwrap();
}

/// A session that is written once is alive at `end - 1` and dead at `end`.
#[track_caller]
fn check_end(site: SessionCookieBuilder, end: u64, reason: Reason) {
    let mut browser = Browser::from(site);
    browser.visit(write);
    let jar = browser.jar.clone();
    browser.now = end - 1;
    assert!(!browser.visit(Session::is_new));
    browser.jar = jar;
    browser.now = end;
    assert_rejected(&mut browser, reason);
}

#[track_caller]
fn assert_rejected(browser: &mut Browser, expected: Reason) {
    assert_eq!(browser.visit(reason), Some(expected));
    assert_eq!(browser.sent.len(), 0);
}
