//! The incidents of docs/troubleshooting.md: one program of two is wrong, and what the page calls the proof is in the log at
//! level info, or differs between the health texts of the two.

use std::{
    collections::BTreeSet,
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, response::IntoResponse, routing::any};
use hardtack::{
    KeyRing, SameSite, Session, SessionCookie, SessionData, SessionError, SessionLayer,
    carrier::SessionCookieBuilder, keys::RingKey, session::Validity,
};
use http::{
    Request,
    header::{CACHE_CONTROL, SET_COOKIE},
};
use serde::{Deserialize, Serialize};
use tower::ServiceExt;
use tracing::Level;

use crate::common::{
    at, block_on, builder, key, pair_of,
    repository::Repository,
    sealed,
    told::{Told, told_by},
};

/// The code spans in the cell "Proof" of the row that begins so.
#[track_caller]
fn proofs(visitors: &str) -> Vec<&'static str> {
    let page = include_str!("../../docs/troubleshooting.md");
    let start = format!("| {visitors}");
    let mut rows = page.lines().filter(|line| line.starts_with(&start));
    let row = rows.next().unwrap_or_else(|| panic!("no row {visitors}"));
    assert_eq!(rows.next(), None, "two rows {visitors}");
    let proof = row.split('|').nth(2).unwrap();
    proof.split('`').skip(1).step_by(2).collect()
}

/// Each proof of the row was told, or is the name of a line in which the health texts differ.
#[track_caller]
fn check(visitors: &str, told: &[Told], health: [String; 2]) {
    let lines = health
        .each_ref()
        .map(|text| text.lines().collect::<BTreeSet<_>>());
    let differing = lines[0].symmetric_difference(&lines[1]);
    let differing: BTreeSet<_> = differing
        .filter_map(|line| line.split(' ').next())
        .collect();
    for proof in proofs(visitors) {
        let is_told = told.iter().any(|told| told.fields.contains(proof));
        assert!(
            is_told || differing.contains(proof),
            "{proof} in {told:#?} {differing:?}"
        );
    }
}

/// What is told at level info, or above it.
fn at_info(work: impl FnOnce()) -> Vec<Told> {
    let mut told = told_by(work);
    told.retain(|told| told.level <= Level::INFO);
    told
}

fn health(cookie: &SessionCookie) -> String {
    cookie.keys_in_use(at(0)).to_string()
}

/// A session of the `right` program is read by the `wrong` one after `seconds`.
#[track_caller]
fn one_differs(
    visitors: &str,
    right: SessionCookieBuilder,
    wrong: SessionCookieBuilder,
    seconds: u64,
) {
    let mut texts = None;
    let told = at_info(|| {
        let [right, wrong] = [right, wrong].map(|it| it.build().unwrap());
        let pair = sealed(&right, at(0), |session| session.insert("user", 7).unwrap());
        let _ = wrong.load([&pair], at(seconds)).is_new();
        texts = Some([&right, &wrong].map(health));
    });
    check(visitors, &told, texts.unwrap());
}

const MINUTE: Duration = Duration::from_secs(60);

#[test]
fn a_program_with_another_ring() {
    let wrong = SessionCookie::encrypted(key(1));
    one_differs("are signed in and out in turn, and", builder(), wrong, 1);
}

#[test]
fn a_key_that_ends_too_early() {
    let now = SystemTime::now();
    let told = at_info(|| {
        let old = RingKey::from(key(0)).accept_until(now + MINUTE);
        let ring = KeyRing::from_keys([old, RingKey::from(key(1)).seal_from(now - MINUTE)]);
        let cookie = SessionCookie::encrypted(ring.unwrap()).build().unwrap();
        let before = builder().build().unwrap();
        let pair = sealed(&before, now, |session| session.insert("user", 7).unwrap());
        let _ = cookie.load([&pair], now + 2 * MINUTE).is_new();
    });
    check("who were away", &told, Default::default());
}

#[test]
fn a_clock_that_is_wrong() {
    let cookie = builder().build().unwrap();
    let read = |pair: &String, time| cookie.load([pair], time).is_new();
    let day = 86_400;
    let told = at_info(|| {
        for number in 0..12 {
            let [today, tomorrow] = [at(number), at(day + number)];
            let fill = |session: &hardtack::Session| session.insert("user", number).unwrap();
            assert!(read(&sealed(&cookie, tomorrow, fill), today));
            assert!(read(&sealed(&cookie, today, fill), tomorrow));
        }
    });
    let texts = [at(0), at(day)].map(|now| cookie.keys_in_use(now).to_string());
    check("are signed in and out in turn |", &told, texts);
}

#[test]
fn a_not_before_in_the_future() {
    let later = SystemTime::now() + 300 * MINUTE;
    let mut texts = None;
    // One proof is at level debug.
    let told = told_by(|| {
        let wrong = KeyRing::from(key(0)).with_not_before(later);
        let wrong = SessionCookie::encrypted(wrong).build().unwrap();
        let right = builder().build().unwrap();
        let now = SystemTime::now();
        let pair = sealed(&right, now, |session| session.insert("user", 7).unwrap());
        let _ = wrong.load([&pair], now).is_new();
        texts = Some([&right, &wrong].map(health));
    });
    check("cannot sign in", &told, texts.unwrap());
}

#[test]
fn a_cookie_of_another_name_path_domain_or_without_tls() {
    let wrongs: [fn(SessionCookieBuilder) -> SessionCookieBuilder; 4] = [
        |it| it.name("__Host-shop"),
        |it| it.path("/shop"),
        |it| it.domain("example.com"),
        |it| it.danger_allow_http(true),
    ];
    for wrong in wrongs {
        one_differs(
            "are signed in at one program",
            builder(),
            wrong(builder()),
            1,
        );
    }
}

#[test]
fn another_label_or_context() {
    for wrong in [
        builder().application("shop"),
        builder().context("stage", "live"),
    ] {
        one_differs("are signed out by one program", builder(), wrong, 1);
    }
}

#[test]
fn a_program_that_remembers_nobody() {
    let month = 30 * 86_400;
    let told = at_info(|| {
        let right = builder().remember_up_to(Duration::from_secs(month)).build();
        let wrong = builder().build().unwrap();
        let pair = sealed(&right.unwrap(), at(0), |session| {
            session.insert("user", 7).unwrap();
            session.remember_for(Duration::from_secs(month)).unwrap();
        });
        let _ = wrong.load([&pair], at(1)).is_new();
    });
    check(
        "are remembered, and signed out after half",
        &told,
        Default::default(),
    );
}

#[test]
fn a_program_that_remembers_for_less() {
    let [month, day] = [30, 1].map(|days| Duration::from_secs(days * 86_400));
    let (right, wrong) = (
        builder().remember_up_to(month),
        builder().remember_up_to(day),
    );
    one_differs("are remembered, and signed out after days", right, wrong, 1);
}

#[test]
fn a_program_with_another_ring_that_leaves_sessions_alone() {
    let wrong = SessionCookie::encrypted(key(1)).keep_unknown_keys(true);
    let mut proofs = proofs("get an error with each form");
    assert_eq!(proofs.pop(), Some("a session could not be read or changed"));
    let told = at_info(|| {
        let wrong = wrong.build().unwrap();
        let pair = sealed(&builder().build().unwrap(), at(0), |it| {
            it.insert("user", 7).unwrap()
        });
        let refused = wrong.load([&pair], at(1)).insert("cart", 1);
        assert!(matches!(refused, Err(SessionError::Unreadable(_))));
    });
    assert!(
        told.iter().any(|told| told.fields.contains(proofs[0])),
        "{told:?}"
    );
}

#[test]
fn a_cache_that_stores_what_it_is_asked_not_to() {
    let [header, age] = proofs("see somebody else's account")[1..] else {
        panic!("which fields")
    };
    assert_eq!((header, age), ("Set-Cookie", "Age"));
    let app = Router::new().route("/", any(visit));
    let app = app.layer(SessionLayer::new(builder().build().unwrap()).clock(at(0)));
    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = block_on(app.oneshot(request)).unwrap();
    assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
    // The cache answers others with it all the same, and so they have the cookie.
    let pair = pair_of(response.headers()[SET_COOKIE].to_str().unwrap());
    let user = |cookie: SessionCookie| cookie.load([&pair], at(90)).get::<u32>("user");
    assert_eq!(user(builder().build().unwrap()).unwrap(), Some(7));
    // After a purge, this ends it in every copy.
    let ended = builder().not_before(at(60)).build().unwrap();
    assert_eq!(user(ended).unwrap(), None);
}

async fn visit(session: Session) -> Result<(), SessionError> {
    session.insert("user", 7)
}

#[test]
fn another_program_that_writes_the_name() {
    let others = SessionCookie::encrypted(key(1)).build().unwrap();
    let theirs = sealed(&others, at(0), |it| it.insert("user", 7).unwrap());
    let values = [
        "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmVk",
        "1f3870be274f6c49b3e31a0c6728957f+eyJzdWIiOiIxIn0=",
        "1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49b3e31a0c6728957f1f3870be274f6c49",
    ];
    let foreign = values.map(|value| format!("__Host-session={value}"));
    let mut texts = None;
    // Some proofs are at level debug.
    let told = told_by(|| {
        let ours = [builder(), builder()].map(|it| it.build().unwrap());
        for pair in foreign.iter().chain([&theirs]) {
            assert!(ours[0].load([pair], at(1)).is_new(), "{pair}");
        }
        texts = Some(ours.each_ref().map(health));
    });
    let [one, other] = texts.unwrap();
    assert_eq!(one, other);
    let mut proofs = proofs("are signed out by another program");
    assert_eq!(proofs.pop(), Some("fingerprint"));
    for proof in proofs {
        let is_told = told.iter().any(|told| told.fields.contains(proof));
        assert!(is_told, "{proof} in {told:#?}");
    }
}

#[test]
fn a_schema_that_the_version_cannot_read() {
    let proofs = proofs("look new since a deploy");
    async fn change(session: Session<Now>) -> Result<(), SessionError> {
        assert!(session.is_new());
        session.update(|now| now.user = 8)
    }
    let told = at_info(|| {
        let newer = builder().typed::<Later>().build().unwrap();
        let pair = newer.cookie_for(at(0), |session| session.replace(Later { user: 7, cart: 1 }));
        let older = builder().typed::<Now>().build().unwrap();
        let app = Router::new().route("/", any(change));
        let app = app.layer(SessionLayer::new(older).clock(at(1)));
        let request = Request::post("/").header("cookie", pair.unwrap());
        let answer = block_on(app.oneshot(request.body(Body::empty()).unwrap()));
        assert_eq!(answer.unwrap().status(), 503);
    });
    for proof in proofs {
        let is_told = told.iter().any(|told| told.fields.contains(proof));
        assert!(is_told, "{proof} in {told:#?}");
    }
}

#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
#[session(label = "login", schema = 1)]
struct Now {
    user: u32,
}

#[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
#[session(label = "login", schema = 2)]
struct Later {
    user: u32,
    cart: u32,
}

/// The session that was there before is replaced, and the browser cannot tell the program of it.
#[test]
fn a_strict_cookie_after_a_sign_in_elsewhere() {
    let [strict, absent] = proofs("are signed out when they come back")[..] else {
        panic!("two proofs")
    };
    let told = at_info(|| {
        let site = builder().same_site(SameSite::Strict).build().unwrap();
        let session = site.load(None::<&str>, at(0));
        session.sign_in().unwrap();
        assert_eq!(format!("{:?}", session.outcome()), absent);
        let sent = site.save(&session).unwrap();
        assert!(sent.iter().all(|field| field.contains(strict)));
        assert!(!sent.is_empty());
    });
    assert!(
        told.iter().all(|told| told.fields.contains("ready")),
        "{told:#?}"
    );
}

#[test]
fn a_proxy_that_drops_the_cookies_of_responses() {
    assert_eq!(proofs("lose every change"), ["Set-Cookie"]);
    let told = at_info(|| {
        let site = builder().build().unwrap();
        let old = sealed(&site, at(0), |it| it.insert("count", 1).unwrap());
        for _request in 0..2 {
            let session = site.load([&old], at(1));
            assert_eq!(session.get("count").unwrap(), Some(1));
            session.insert("count", 2).unwrap();
            // It does not get to the browser.
            assert!(!site.save(&session).unwrap().is_empty());
        }
    });
    assert!(
        told.iter().all(|told| told.fields.contains("ready")),
        "{told:#?}"
    );
}

#[test]
fn a_shorter_timeout() {
    let told = at_info(|| {
        let wrong = builder().idle_timeout(5 * MINUTE).build().unwrap();
        let right = builder().build().unwrap();
        for number in 0..12 {
            let fill = |session: &hardtack::Session| session.insert("user", number).unwrap();
            let _ = wrong.load([&sealed(&right, at(0), fill)], at(301)).is_new();
        }
    });
    check("are signed out in the middle", &told, Default::default());
}

#[test]
fn a_program_that_does_not_ask_the_database() {
    let right =
        builder().revalidate_after(MINUTE, |_| async { Ok::<_, SessionError>(Validity::Valid) });
    one_differs("lose what they stored", right, builder(), 1);
}

#[test]
fn another_same_site() {
    let wrong = builder().same_site(SameSite::Strict);
    one_differs("come by a link", builder(), wrong, 1);
}

/// In the old sessions only. `not_before` ends them.
#[test]
fn a_version_that_stores_another_type_under_a_known_key() {
    let cookie = builder().build().unwrap();
    let old = sealed(&cookie, at(0), |it| it.insert("user", 7).unwrap());
    let new = sealed(&cookie, at(60), |it| it.insert("user", "ada").unwrap());
    let user = |cookie: &SessionCookie, pair| cookie.load([pair], at(60)).get::<String>("user");
    let ada = Some("ada".to_owned());
    assert_eq!(user(&cookie, &new).unwrap(), ada);
    let told = at_info(|| {
        let refused = user(&cookie, &old).unwrap_err();
        assert_eq!(refused.into_response().status(), 500);
    });
    check("who are signed in get 500", &told, Default::default());

    let cookie = builder().not_before(at(60)).build().unwrap();
    assert_eq!(user(&cookie, &old).unwrap(), None);
    assert_eq!(user(&cookie, &new).unwrap(), ada);
}

#[test]
fn what_a_handler_or_a_database_fails_with() {
    let events = Repository::read().texts("src/events/");
    let messages = events.collect::<String>() + include_str!("../../docs/metrics.md");
    for visitors in ["get 502", "get 413", "get 503", "get 500"] {
        for proof in proofs(visitors) {
            assert!(messages.contains(proof), "{proof}");
        }
    }
}
