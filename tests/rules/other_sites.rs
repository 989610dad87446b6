//! Requests of other sites, from which the browser hides the cookie: a session that begins there must not replace the one
//! that the browser has.

use hardtack::{SameSite, Session, SessionCookie};
use http::HeaderName;

use super::{
    Work,
    common::{READ, Visit, WRITTEN, at, builder, check, cookie, pair_of, set_cookies, signed_in},
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
const HIDDEN: [[&str; 4]; 9] = [
    // A form that is posted, also after a redirect that keeps the method, and from a page with an origin of its own.
    ["cross-site", "navigate", "document", OTHER],
    ["cross-site", "navigate", "document", "null"],
    ["cross-site", "navigate", "iframe", "-"],
    ["cross-site", "navigate", "frame", OTHER],
    ["cross-site", "no-cors", "image", "-"],
    ["cross-site", "no-cors", "empty", "-"],
    ["cross-site", "cors", "empty", OTHER],
    ["cross-site", "websocket", "websocket", OTHER],
    [" cross-site ", "-", "-", "-"],
];

/// What they send with a request that has the cookie, if there is one.
const OPEN: [[&str; 4]; 9] = [
    // A link of a search engine, also after a redirect.
    ["cross-site", "navigate", "document", "-"],
    [" cross-site", " navigate", "document ", "-"],
    [
        "same-site",
        "navigate",
        "document",
        "https://www.example.com",
    ],
    ["same-origin", "cors", "empty", "https://example.com"],
    ["same-origin", "no-cors", "image", "-"],
    ["none", "navigate", "document", "-"],
    // Older browsers, programs, and pages without TLS.
    ["-", "navigate", "document", OTHER],
    ["-", "-", "-", OTHER],
    ["Cross-Site", "cors", "empty", OTHER],
];

#[test]
fn no_session_begins_in_a_request_from_which_the_browser_hides_the_cookie() {
    for same_site in [SameSite::Lax, SameSite::Strict, SameSite::Omit] {
        let cookie = builder().same_site(same_site).build().unwrap();
        let works: [Work; 5] = [
            STORE,
            |session| session.flash("notice", "sent"),
            |session| session.ensure_id().map(drop),
            |session| {
                STORE(session)?;
                session.save()
            },
            |session| {
                session.invalidate()?;
                session.flash("notice", "signed out")
            },
        ];
        for fields in HIDDEN {
            for work in works {
                check(&asking(&cookie, fields), work, READ);
                check(&asking(&cookie, fields).answered(403), work, READ);
                check(&asking(&cookie, fields).with("other=1"), work, READ);
            }
        }
        for fields in OPEN {
            let answer = asking(&cookie, fields).run(STORE);
            assert_eq!(answer.lines().len(), WRITTEN.len(), "{fields:?}");
        }
    }
}

#[test]
fn a_sign_in_begins_a_session_in_a_request_of_any_site() {
    let cookie = cookie();
    let sign_ins: [Work; 4] = [
        |session| session.sign_in().map(drop),
        |session| session.renew(),
        |session| {
            session.sign_in()?;
            STORE(session)
        },
        |session| {
            STORE(session)?;
            session.renew()
        },
    ];
    for fields in HIDDEN {
        for work in sign_ins {
            check(&asking(&cookie, fields), work, WRITTEN);
        }
        // What was begun in place of it is no sign-in.
        let again = |session: &Session| {
            session.sign_in()?;
            session.invalidate()?;
            STORE(session)
        };
        check(&asking(&cookie, fields), again, READ);
    }
}

#[test]
fn a_cookie_that_came_was_not_hidden() {
    let cookie = cookie();
    for fields in HIDDEN {
        let visit = asking(&cookie, fields);
        check(&visit.clone().with(&signed_in(&cookie)), STORE, READ);
        check(
            &visit.clone().with(&signed_in(&cookie)),
            |session| session.insert("a", 1),
            WRITTEN,
        );
        for came in [
            "__Host-session=junk",
            "__Host-session=",
            "__Host-session.1=x",
        ] {
            let answer = visit.clone().with(came).run(STORE);
            let field = pair_of(set_cookies(&answer.headers)[0]).to_owned();
            assert_eq!(
                cookie.load([field], at(0)).get("user").unwrap(),
                Some(42),
                "{came}"
            );
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

#[test]
fn nothing_is_dropped_of_what_the_browser_hides() {
    let cookie = cookie();
    let ends: [Work; 2] = [
        |session| session.invalidate().map(drop),
        |session| session.clear(),
    ];
    for fields in HIDDEN {
        for end in ends {
            check(&asking(&cookie, fields), end, READ);
        }
    }
}
