//! Who is signed in: the program of docs/guides.md, as it stands there, and the one to which docs/frameworks.md has a link.

#[cfg(feature = "actix")]
mod actix;
mod axum;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hardtack::{Session, SessionCookie, SessionLayer, session::Validity};
use http::{Request, Response, header::LOCATION};

use crate::common::{at, builder, pair_of, sealed, seconds};

/// User 1 is an admin, user 2 is not.
#[derive(Clone, Default)]
struct Users {
    are_locked: Arc<AtomicBool>,
    are_away: Arc<AtomicBool>,
}

impl Users {
    async fn check(&self, name: &str, password: &str) -> io::Result<Option<u64>> {
        Ok((name == "ada" && password == "lovelace").then_some(1))
    }

    async fn may(&self, user: u64, right: &str) -> io::Result<bool> {
        Ok(user == 1 && right == "administer")
    }

    async fn validity(self) -> io::Result<Validity> {
        if self.are_away.load(Ordering::Relaxed) {
            return Err(io::Error::other("the database does not answer"));
        }
        Ok(Validity::valid_if(!self.are_locked.load(Ordering::Relaxed)))
    }

    /// Asks once a minute whether a user is locked.
    fn cookie(&self) -> SessionCookie {
        let users = self.clone();
        let builder = builder().revalidate_after(seconds(60), move |_| users.clone().validity());
        builder.build().unwrap()
    }
}

type Ask = fn(SessionLayer, Users, Request<String>) -> Response<String>;

const FRAMEWORKS: &[Ask] = &[
    axum::ask,
    #[cfg(feature = "actix")]
    actix::ask,
];

/// Returns what each framework answers this user, who signed in at 0.
#[track_caller]
fn answers(users: &Users, now: u64, user: Option<u64>, request: &str) -> (u16, String) {
    answers_in("navigate", users, now, user, request)
}

/// Returns the same for another `Sec-Fetch-Mode`.
#[track_caller]
fn answers_in(
    mode: &str,
    users: &Users,
    now: u64,
    user: Option<u64>,
    request: &str,
) -> (u16, String) {
    let (method, path) = request.split_once(' ').unwrap();
    let cookie = users.cookie();
    let request = || {
        let request = Request::builder().method(method).uri(path);
        let request = request.header("sec-fetch-mode", mode);
        let field = user.map(|user| {
            sealed(&cookie, at(0), |session| {
                session.insert("user", user).unwrap();
            })
        });
        let request = match field {
            Some(field) => request.header("cookie", field),
            None => request,
        };
        request.body(String::new()).unwrap()
    };
    let mut answers = FRAMEWORKS.iter().map(|ask| {
        let layer = SessionLayer::new(cookie.clone()).clock(at(now));
        let response = ask(layer, users.clone(), request());
        // A stranger who is sent away gets no session.
        assert!(user.is_some() || !response.headers().contains_key("set-cookie"));
        let status = response.status().as_u16();
        let location = response.headers().get(LOCATION);
        let told = location.map(|to| to.to_str().unwrap().to_owned());
        (status, told.unwrap_or(response.into_body()))
    });
    let first = answers.next().unwrap();
    assert!(answers.all(|answer| answer == first), "{first:?}");
    first
}

#[test]
fn a_page_for_users_sends_a_stranger_to_the_sign_in_and_back() {
    let users = Users::default();
    let stranger = |request| answers(&users, 0, None, request).1;
    assert_eq!(
        stranger("GET /account?page=2&all=yes"),
        "/sign-in?next=%2Faccount%3Fpage%3D2%26all%3Dyes"
    );
    assert_eq!(stranger("GET /admin"), "/sign-in?next=%2Fadmin");
    // A form is not sent again.
    assert_eq!(stranger("POST /admin"), "/sign-in?next=%2F");
    let answer = answers(&users, 0, Some(2), "GET /account?page=2");
    assert_eq!(answer, (200, "user 2".to_owned()));
}

#[test]
fn a_script_of_a_stranger_gets_no_redirect() {
    let users = Users::default();
    for mode in ["cors", "same-origin", "no-cors"] {
        for request in ["GET /account", "GET /admin", "POST /admin"] {
            let answer = answers_in(mode, &users, 0, None, request);
            assert_eq!(answer, (401, String::new()), "{mode} {request}");
        }
        let answer = answers_in(mode, &users, 0, Some(2), "GET /account");
        assert_eq!(answer, (200, "user 2".to_owned()));
    }
}

#[test]
fn a_page_for_admins_forbids_others() {
    let users = Users::default();
    let answer = |user| answers(&users, 0, Some(user), "GET /admin");
    assert_eq!(answer(1), (200, "the users".to_owned()));
    let forbidden = "You may not open this page.";
    assert_eq!(answer(2), (403, forbidden.to_owned()));
}

#[test]
fn a_user_who_is_locked_is_nobody_once_the_session_is_due() {
    let users = Users::default();
    users.are_locked.store(true, Ordering::Relaxed);
    for page in ["/account", "/admin"] {
        let page = format!("GET {page}");
        assert_eq!(answers(&users, 59, Some(1), &page).0, 200);
        assert_eq!(answers(&users, 60, Some(1), &page).0, 303);
        users.are_away.store(true, Ordering::Relaxed);
        assert_eq!(answers(&users, 60, Some(1), &page).0, 503);
        users.are_away.store(false, Ordering::Relaxed);
    }
}

#[test]
fn a_sign_in_leads_back_to_a_page_of_the_site_only() {
    let users = Users::default();
    for (next, to) in [
        ("%2Fcart%3Fpage%3D2", "/cart?page=2"),
        ("%2F%2Fevil.example", "/account"),
        ("", "/account"),
    ] {
        let form = format!("name=ada&password=lovelace&next={next}");
        let request =
            Request::post("/sign-in").header("content-type", "application/x-www-form-urlencoded");
        let layer = SessionLayer::new(users.cookie()).clock(at(0));
        let response = axum::ask(layer, users.clone(), request.body(form).unwrap());
        assert_eq!(response.headers()[LOCATION], to);
        let set = response.headers()["set-cookie"].to_str().unwrap();
        let session: Session = users.cookie().load([pair_of(set)], at(0));
        assert_eq!(session.get::<u64>("user").unwrap(), Some(1));
    }
}

#[test]
fn a_sign_out_leaves_a_message_that_the_next_page_shows_once() {
    let users = Users::default();
    let cookie = users.cookie();
    let signed_in = sealed(&cookie, at(0), |session| {
        session.insert("user", 1).unwrap();
    });
    for ask in FRAMEWORKS {
        let visit = |request: http::request::Builder, field: &str| {
            let request = request.header("cookie", field).body(String::new());
            let layer = SessionLayer::new(cookie.clone()).clock(at(0));
            let response = ask(layer, users.clone(), request.unwrap());
            let set = response.headers()["set-cookie"].to_str().unwrap();
            (pair_of(set).to_owned(), response.into_body())
        };
        let (signed_out, _) = visit(Request::post("/sign-out"), &signed_in);
        let session: Session = cookie.load([&signed_out], at(0));
        assert_eq!(session.get::<u64>("user").unwrap(), None);
        let (seen, page) = visit(Request::get("/"), &signed_out);
        assert_eq!(page, "notice: You have been signed out.\nWelcome.");
        let session: Session = cookie.load([&seen], at(0));
        assert!(session.flashes("notices").is_empty());
    }
}

#[test]
fn the_guide_shows_the_program_of_axum() {
    let (shown, _) = AXUM.split_once("\n// What follows").unwrap();
    assert!(GUIDES.contains(&format!("```rust\n{shown}\n")), "{shown}");
}

const AXUM: &str = include_str!("axum.rs");
const GUIDES: &str = include_str!("../../../docs/guides.md");
