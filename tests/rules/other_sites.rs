//! Requests of other sites, from which the browser hides the cookie: a session that begins there must not replace the one
//! that the browser has. `tests/vectors/writes.json` has every case.

use hardtack::{SameSite, Session, SessionCookie};
use http::HeaderName;

use super::{
    Work,
    common::{READ, Visit, WRITTEN, builder, check, cookie, signed_in},
};

/// A request with these fields, of which `-` stands for none.
fn asking(cookie: &SessionCookie, fields: [&str; 4]) -> Visit {
    let names = [
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
        "origin",
    ];
    let fields = names.into_iter().zip(fields);
    fields
        .filter(|(_, value)| *value != "-")
        .fold(Visit::to(cookie), |visit, (name, value)| {
            visit.asking(HeaderName::from_static(name), value)
        })
}

const STORE: Work = |session| session.insert("user", 42);
const OTHER: &str = "https://other.example";

/// What browsers send with a request of another site, but for a page that is opened by a link.
const HIDDEN: [[&str; 4]; 3] = [
    ["cross-site", "navigate", "document", OTHER],
    ["cross-site", "navigate", "iframe", "-"],
    [" cross-site ", "-", "-", "-"],
];

/// What they send with a request that has the cookie, if there is one.
const OPEN: [[&str; 4]; 4] = [
    // A link of a search engine.
    [" cross-site", " navigate", "document ", "-"],
    ["same-origin", "cors", "empty", "https://example.com"],
    // Older browsers, programs, and pages without TLS.
    ["-", "navigate", "document", OTHER],
    ["-", "-", "-", OTHER],
];

#[test]
fn no_session_begins_in_a_request_from_which_the_browser_hides_the_cookie() {
    let cookie = cookie();
    let works: [Work; 3] = [
        STORE,
        |session| {
            session.invalidate()?;
            session.flash("notice", "signed out")
        },
        |session| {
            STORE(session)?;
            assert!(!session.has_changed());
            Ok(())
        },
    ];
    for fields in HIDDEN {
        for work in works {
            check(&asking(&cookie, fields), work, READ);
            check(&asking(&cookie, fields).answered(403), work, READ);
        }
    }
    for fields in OPEN {
        check(&asking(&cookie, fields), STORE, WRITTEN);
    }
}

/// Chromium sends these fields, and no `Lax` cookie, if a link of another site waits for the refresh.
#[test]
fn no_session_begins_in_a_request_by_which_the_browser_proves_a_device() {
    let cookie = cookie();
    for name in ["sec-secure-session-id", "secure-session-response"] {
        let name = HeaderName::from_static(name);
        for value in ["eDBj", ""] {
            let asking = || asking(&cookie, OPEN[1]).asking(name.clone(), value);
            check(&asking(), STORE, READ);
            let visit = asking().with(&signed_in(&cookie));
            check(&visit, |session| session.insert("user", 43), WRITTEN);
        }
    }
}

#[test]
fn a_sign_in_begins_a_session_in_a_request_of_any_site() {
    let cookie = cookie();
    for fields in HIDDEN {
        let sign_in = |session: &Session| {
            session.sign_in()?;
            STORE(session)
        };
        check(&asking(&cookie, fields), sign_in, WRITTEN);
    }
}

#[test]
fn a_cookie_that_came_was_not_hidden() {
    let cookie = cookie();
    for came in [&*signed_in(&cookie), "__Host-session=junk"] {
        for fields in HIDDEN {
            let visit = asking(&cookie, fields).with(came);
            check(&visit, |session| session.insert("user", 43), WRITTEN);
        }
    }
}

#[test]
fn a_cookie_for_all_sites_is_hidden_from_none() {
    let cookie = builder().same_site(SameSite::None).build().unwrap();
    for fields in HIDDEN {
        let answer = asking(&cookie, fields).run(STORE);
        assert_eq!(answer.lines().len(), WRITTEN.len(), "{fields:?}");
    }
}
