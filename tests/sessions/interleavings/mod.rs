//! Two requests of one browser at the same time. Both carry the same cookie; the responses arrive one after the
//! other, and the browser keeps the cookie of the last one. Some outcomes are losses, which a session without a
//! backend cannot prevent. They are documented here.

use crate::common;

use std::sync::{Arc, Mutex};

use common::{Jar, at, builder, cookie, is_valid, key, sealed, seconds, set_cookies, signed_in};
use hardtack::{
    KeyRing, Session, SessionCookie, SessionError,
    carrier::SessionCookieBuilder,
    session::{Outcome, Reason, SessionId, Validity},
};
use http::{
    HeaderMap, HeaderValue, StatusCode,
    header::{COOKIE, HeaderName},
};

type Work = fn(&Session) -> Result<(), SessionError>;

/// One of the two requests.
#[derive(Clone, Copy)]
struct Request {
    work: Work,
    status: u16,
    destination: &'static str,
}

fn page(work: Work) -> Request {
    Request {
        work,
        status: 200,
        destination: "document",
    }
}

/// The jar after both responses arrived, in this order.
#[track_caller]
fn race(cookie: &SessionCookie, start: &str, now: u64, requests: [Request; 2]) -> Jar {
    let mut jar = Jar::of(start);
    let answers = requests.map(|request| {
        let mut fields = HeaderMap::new();
        fields.insert(COOKIE, start.parse().unwrap());
        let destination = HeaderName::from_static("sec-fetch-dest");
        fields.insert(destination, request.destination.parse().unwrap());
        let session = cookie.load_from(&fields, at(now));
        (request.work)(&session).unwrap();
        let mut answer = HeaderMap::new();
        let status = StatusCode::from_u16(request.status).unwrap();
        cookie.save_to(&session, status, &mut answer).unwrap();
        answer
    });
    for answer in &answers {
        jar.receive(set_cookies(answer));
    }
    jar
}

/// The session of the next request.
fn next(cookie: &SessionCookie, jar: &Jar, now: u64) -> Session {
    cookie.load([&jar.field()], at(now))
}

fn read(session: &Session) -> Result<(), SessionError> {
    session.get::<u32>("user").map(drop)
}

fn sign_in(session: &Session) -> Result<(), SessionError> {
    session.renew()?;
    session.insert("user", 7)
}

fn sign_out(session: &Session) -> Result<(), SessionError> {
    session.invalidate().map(drop)
}

/// A time at which a session that began with the tests is due for a refresh.
const DUE: u64 = 1000;

#[test]
fn a_read_beside_a_write_loses_nothing() {
    let write: Work = |session| session.insert("cart", 3);
    for requests in [[page(read), page(write)], [page(write), page(read)]] {
        let jar = race(&cookie(), &signed_in(&cookie()), 1, requests);
        let session = next(&cookie(), &jar, 2);
        assert_eq!(session.get("cart").unwrap(), Some(3));
        assert_eq!(session.get("user").unwrap(), Some(42));
    }
}

#[test]
fn of_two_writes_the_last_answer_wins_and_the_other_is_lost() {
    let cart: Work = |session| session.insert("cart", 3);
    let name: Work = |session| session.insert("name", "Ada");
    for (requests, kept) in [([cart, name], "name"), ([name, cart], "cart")] {
        let jar = race(&cookie(), &signed_in(&cookie()), 1, requests.map(page));
        assert_eq!(next(&cookie(), &jar, 2).keys(), [kept, "user"]);
    }
}

#[test]
fn a_late_refresh_undoes_a_sign_in() {
    let visitor = sealed(&cookie(), at(0), |session| {
        session.insert("cart", 3).unwrap()
    });
    let jar = race(&cookie(), &visitor, DUE, [page(sign_in), page(read)]);
    let session = next(&cookie(), &jar, DUE + 1);
    // A loss: the visitor has to sign in again. In the other order there is no loss.
    assert_eq!(session.keys(), ["cart"]);
    assert_eq!(session.created_at(), Some(at(0)));
    let jar = race(&cookie(), &visitor, DUE, [page(read), page(sign_in)]);
    let session = next(&cookie(), &jar, DUE + 1);
    assert_eq!(session.keys(), ["cart", "user"]);
    assert_eq!(session.created_at(), Some(at(DUE)));
}

#[test]
fn what_a_page_loads_beside_itself_undoes_no_sign_in() {
    let visitor = sealed(&cookie(), at(0), |session| {
        session.insert("cart", 3).unwrap()
    });
    let image = Request {
        destination: "image",
        ..page(read)
    };
    let missing = Request {
        status: 404,
        ..page(read)
    };
    let broken = Request {
        status: 500,
        ..page(|session| session.insert("cart", 4))
    };
    for other in [image, missing, broken] {
        for requests in [[page(sign_in), other], [other, page(sign_in)]] {
            let jar = race(&cookie(), &visitor, DUE, requests);
            assert_eq!(next(&cookie(), &jar, DUE + 1).keys(), ["cart", "user"]);
        }
    }
}

#[test]
fn a_late_refresh_brings_a_session_back_that_was_signed_out() {
    let visitor = signed_in(&cookie());
    let jar = race(&cookie(), &visitor, DUE, [page(sign_out), page(read)]);
    // A loss: the session survives its sign-out.
    assert_eq!(
        next(&cookie(), &jar, DUE + 1).get("user").unwrap(),
        Some(42)
    );
    let jar = race(&cookie(), &visitor, DUE, [page(read), page(sign_out)]);
    assert!(jar.is_empty());
    // Not where the refresh is left out.
    let image = Request {
        destination: "image",
        ..page(read)
    };
    let jar = race(&cookie(), &visitor, DUE, [page(sign_out), image]);
    assert!(jar.is_empty());
}

#[test]
fn with_a_deny_list_a_session_that_was_signed_out_does_not_come_back() {
    let denied = Arc::new(Mutex::new(Vec::<SessionId>::new()));
    let list = Arc::clone(&denied);
    let is_denied = move |id: SessionId| list.lock().unwrap().contains(&id);
    let denying = builder().revoked_if(move |session| session.info().id.is_some_and(&is_denied));
    let cookie = denying.build().unwrap();
    let visitor = sealed(&cookie, at(0), |session| {
        session.insert("user", 42).unwrap();
        session.ensure_id().unwrap();
    });
    let ended = cookie.load([&visitor], at(DUE)).invalidate().unwrap();
    let jar = race(&cookie, &visitor, DUE, [page(sign_out), page(read)]);
    assert!(!jar.is_empty(), "the late answer brought it back");
    denied.lock().unwrap().extend(ended);
    let session = next(&cookie, &jar, DUE + 1);
    assert!(session.is_new() && session.is_empty());
    let Outcome::Rejected { reason, .. } = session.outcome() else {
        panic!("it opens")
    };
    assert_eq!(reason, Reason::Revoked);
}

#[test]
fn a_late_sealing_under_a_new_key_undoes_a_write() {
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionCookie::encrypted(ring).build().unwrap();
    let write: Work = |session| session.insert("cart", 3);
    let visitor = signed_in(&cookie());
    for (requests, keys) in [
        ([page(read), page(write)], &["cart", "user"][..]),
        // A loss: what was written under the new key is gone.
        ([page(write), page(read)], &["user"]),
    ] {
        let jar = race(&rotated, &visitor, 1, requests);
        let session = next(&rotated, &jar, 2);
        assert_eq!(session.keys(), keys);
        assert_eq!(
            session.outcome(),
            Outcome::Opened {
                key_id: key(1).id()
            }
        );
    }
}

#[test]
fn a_read_of_an_expired_session_leaves_a_sign_in_alone() {
    let expired = 1800;
    let look_around: Work = |session| {
        assert!(session.is_new() && session.csrf_token().is_ok());
        session.discard()
    };
    for other in [read as Work, look_around] {
        for requests in [[page(other), page(sign_in)], [page(sign_in), page(other)]] {
            let jar = race(&cookie(), &signed_in(&cookie()), expired, requests);
            let session = next(&cookie(), &jar, expired + 1);
            assert_eq!(session.get("user").unwrap(), Some(7));
            assert_eq!(session.created_at(), Some(at(expired)));
        }
    }
}

#[test]
fn two_first_visits_at_once_make_two_sessions_and_the_last_one_stays() {
    let first: Work = |session| session.insert("from", 1).and(session.ensure_id()).map(drop);
    let second: Work = |session| session.insert("from", 2).and(session.ensure_id()).map(drop);
    for (requests, kept) in [([first, second], 2), ([second, first], 1)] {
        let jar = race(&cookie(), "theme=dark", 1, requests.map(page));
        assert_eq!(next(&cookie(), &jar, 2).get("from").unwrap(), Some(kept));
    }
}

/// What is in the cart after two requests of one page, a minute and two seconds after the sign-in: a script reads something at
/// one program, and the visitor puts an item into the cart at another. The answer to the script arrives last.
fn cart_after_a_read_beside_a_write(
    site: impl Fn() -> SessionCookieBuilder,
    reads: [(HeaderName, &'static str); 2],
) -> Option<u32> {
    let [shop, cart] = [(); 2].map(|()| {
        let asking =
            site().revalidate_after(seconds(60), |_| async { Ok::<_, Never>(Validity::Valid) });
        asking.build().unwrap()
    });
    let start = signed_in(&shop);
    let answer = |site: &SessionCookie, asked: &[(HeaderName, &'static str)], work: Work| {
        let mut fields = HeaderMap::new();
        fields.insert(COOKIE, start.parse().unwrap());
        let asked = asked.iter();
        fields.extend(asked.map(|(name, value)| (name.clone(), HeaderValue::from_static(value))));
        let session = site.load_from(&fields, at(62));
        assert!(is_valid(&session));
        work(&session).unwrap();
        let mut answer = HeaderMap::new();
        site.save_to(&session, StatusCode::OK, &mut answer).unwrap();
        answer
    };
    let read = answer(&shop, &reads, read);
    let added = answer(&cart, &[], |session| session.insert("cart", 1));
    let mut jar = Jar::of(&start);
    for answer in [&added, &read] {
        jar.receive(set_cookies(answer));
    }
    next(&cart, &jar, 62).get("cart").unwrap()
}

type Never = std::convert::Infallible;

const BY_SCRIPT: [(HeaderName, &str); 2] = [
    (HeaderName::from_static("sec-fetch-mode"), "cors"),
    (HeaderName::from_static("sec-fetch-dest"), "empty"),
];

#[test]
fn an_answer_that_a_script_brings_undoes_a_write_of_another_program() {
    assert_eq!(cart_after_a_read_beside_a_write(builder, BY_SCRIPT), None);
}

#[test]
fn where_only_navigations_refresh_a_read_by_a_script_undoes_nothing() {
    let site = || builder().refresh_navigations_only(true);
    assert_eq!(cart_after_a_read_beside_a_write(site, BY_SCRIPT), Some(1));
    // Two pages at once still lose one.
    let page = [
        (HeaderName::from_static("sec-fetch-mode"), "navigate"),
        (HeaderName::from_static("sec-fetch-dest"), "document"),
    ];
    assert_eq!(cart_after_a_read_beside_a_write(site, page), None);
}

/// A page that never navigates is asked about in every request from the interval on, and ends by the idle timeout, unless one of
/// its requests saves the session.
#[test]
fn where_only_navigations_refresh_a_page_of_scripts_lives_by_a_request_that_saves() {
    let site = builder().refresh_navigations_only(true).build().unwrap();
    for (saves, lives) in [(false, false), (true, true)] {
        let mut jar = Jar::of(&signed_in(&site));
        for minute in 1..40 {
            let mut fields = HeaderMap::new();
            fields.insert(COOKIE, jar.field().parse().unwrap());
            fields.insert("sec-fetch-mode", HeaderValue::from_static("cors"));
            let session = site.load_from(&fields, at(60 * minute));
            let is_due = saves && minute % 10 == 0;
            if session.get::<u32>("user").unwrap().is_some() && is_due {
                session.save().unwrap();
            }
            let mut answer = HeaderMap::new();
            site.save_to(&session, StatusCode::OK, &mut answer).unwrap();
            assert_eq!(!set_cookies(&answer).is_empty(), is_due);
            jar.receive(set_cookies(&answer));
        }
        assert_eq!(!next(&site, &jar, 60 * 40).is_new(), lives);
    }
}
