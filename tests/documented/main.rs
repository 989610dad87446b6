//! What the documentation of Beaker, Pylons, pyramid_beaker, Akhet and Pyramid shows of sessions, one
//! test for each example. The tables in README.md, in the directory above, say which is whose; each
//! module has the name of one of them.

#![allow(clippy::unwrap_used, reason = "tests")]

#[path = "../common/browser.rs"]
mod browser;
#[path = "../common/moments.rs"]
mod moments;
#[path = "../common/outcome.rs"]
mod outcome;
#[path = "../common/sites.rs"]
mod sites;
#[path = "../common/token.rs"]
mod token;

mod cookie;
mod csrf;
mod dictionary;
mod flash;
mod keys;
mod loading_and_saving;
mod remember;
mod says_of_itself;
mod several_places;
mod signing_in_and_out;
mod timeouts;

use browser::Browser;
use serde::Serialize;
use serde_json::Value;
use sites::encrypted;

impl Browser {
    fn new() -> Browser {
        Browser::from(encrypted())
    }

    /// One that comes back with a session of these entries.
    fn with<V: Serialize, const N: usize>(entries: [(&str, V); N]) -> Browser {
        let mut browser = Browser::new();
        browser.visit(|session| {
            for (key, value) in entries {
                session.insert(key, value).unwrap();
            }
        });
        browser
    }

    /// Everything in the session, read on another visit.
    fn content(&mut self) -> Value {
        self.visit(|session| session.to().unwrap())
    }
}
