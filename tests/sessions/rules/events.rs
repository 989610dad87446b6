//! `tracing` events.

use std::convert::Infallible;

use hardtack::{
    KeyRing, Session, SessionCookie, SessionError, SessionLayer, SigningKey,
    carrier::SessionCookieBuilder,
    keys::{RingKey, SharedKeyRing},
    session::Reason,
};
use http::{
    HeaderMap, Request, Response, StatusCode,
    header::{HOST, ORIGIN},
};
use tower::{Layer, ServiceExt, service_fn};
use tracing::Level;

use super::{
    common::{
        ADAPTERS, HOUR, Login, NewerLogin, Visit, at, block_on, builder, builder_of, cookie,
        header_builder, key, sealed, sealed_of, signed_in, token_of,
    },
    told::{Told, told_by},
};

#[track_caller]
fn check_reading<T: hardtack::session::Payload>(
    cookie: &SessionCookie<T>,
    pair: &str,
    now: u64,
    level: Level,
    expected: &[&str],
) {
    let told = told_by(|| {
        let session = cookie.load([pair], at(now));
        assert_eq!(session.outcome(), session.outcome());
    });
    let [
        Told {
            level: found,
            target,
            fields,
        },
    ] = &told[..]
    else {
        panic!("one event, not {told:?}")
    };
    assert_eq!(*found, level, "{fields}");
    assert_eq!(*target, "hardtack::session::events", "{fields}");
    for part in expected {
        assert!(fields.contains(&format!("{part} ")), "{part} in {fields}");
    }
    let (_, token) = pair.split_once('=').unwrap_or_default();
    assert!(token.len() < 9 || !fields.contains(&token[8..]), "{fields}");
    // The id of a random key may contain anything.
    let mut words = fields
        .split(' ')
        .filter(|word| !word.starts_with("key_id="));
    let is_harmless = |word: &str| !word.contains("hunter2") && !word.contains("2a");
    assert!(words.all(is_harmless), "{fields}");
}

const OPENED: &str = "message=session opened";
const REJECTED: &str = "message=session rejected";

fn of_key(index: usize) -> SessionCookie {
    SessionCookie::encrypted(key(index)).build().unwrap()
}

fn with_secret(cookie: &SessionCookie, second: u64) -> String {
    sealed(cookie, at(second), |session| {
        session.insert("password", "hunter2").unwrap();
        session.ensure_id().unwrap();
        session.flash("", "hunter2").unwrap();
    })
}

#[test]
fn a_session_that_opens_is_logged_at_the_lowest_levels() {
    let pair = with_secret(&cookie(), 0);
    let key_id = format!("key_id={}", key(0).id());
    let bytes = format!("token_bytes={}", token_of(&pair).len());
    let fields = [OPENED, &key_id, &bytes, "purpose=\"__Host-session\""];
    check_reading(&cookie(), &pair, 1, Level::TRACE, &fields);
    check_reading(
        &cookie(),
        "",
        1,
        Level::TRACE,
        &["message=no session arrived"],
    );
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    let rotated = SessionCookie::encrypted(ring).build().unwrap();
    let fields = [
        "message=session opened under an accepted key",
        &key_id,
        &bytes,
    ];
    check_reading(&rotated, &pair, 1, Level::DEBUG, &fields);
}

#[test]
fn cookies_that_another_program_may_have_written_are_logged_at_info() {
    let signed = SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap())
        .build()
        .unwrap();
    let signed = signed_in(&signed);
    let too_long = format!("__Host-session={}", "A".repeat(33_000));
    for (pair, reason) in [
        (&*too_long, Reason::TooLong),
        // As of Express.
        ("__Host-session=s:id.mac", Reason::Incomplete),
        ("__Host-session=%", Reason::Encoding),
        ("__Host-session=", Reason::TooShort),
        ("__Host-session=ffffffff", Reason::UnknownFormat),
        (&*signed, Reason::WrongMode),
    ] {
        let reason = format!("reason={reason}");
        check_reading(&cookie(), pair, 1, Level::INFO, &[REJECTED, &reason]);
    }
    let named = || builder().name("session").build().unwrap();
    let several = [with_secret(&named(), 0), with_secret(&named(), 0)].join("; ");
    check_reading(&named(), &several, 1, Level::INFO, &["reason=Duplicate"]);
}

#[test]
fn everyday_refusals_are_logged_at_debug() {
    let pair = with_secret(&cookie(), 0);
    let key_id = format!("key_id={}", key(0).id());
    check_reading(
        &cookie(),
        &pair,
        1800,
        Level::DEBUG,
        &["reason=Idle", &key_id, "expired_for=0"],
    );
    check_reading(
        &cookie(),
        &pair,
        1805,
        Level::DEBUG,
        &["reason=Idle", &key_id, "expired_for=5"],
    );
    check_reading(
        &cookie(),
        &pair,
        13 * HOUR,
        Level::DEBUG,
        &["reason=Expired", &key_id, "expired_for=3600"],
    );
    let revoking = builder().revoked_if(|_| true).build().unwrap();
    check_reading(
        &revoking,
        &pair,
        1,
        Level::DEBUG,
        &["reason=Revoked", &key_id, "refused_by=\"application\""],
    );
}

#[test]
fn a_refusal_by_not_before_is_told_apart_from_one_of_the_application() {
    let pair = with_secret(&cookie(), 0);
    let refused_by = ["reason=Revoked", "refused_by=\"not_before\""];
    let of_cookie = || builder().not_before(at(1)).revoked_if(|_| true);
    check_reading(
        &of_cookie().build().unwrap(),
        &pair,
        2,
        Level::DEBUG,
        &refused_by,
    );
    let ring = format!(
        "{},not_before=2027-01-15T08:00:01Z",
        *key(0).expose_secret()
    );
    let of_ring = SessionCookie::encrypted(ring.parse::<KeyRing>().unwrap());
    check_reading(
        &of_ring.build().unwrap(),
        &pair,
        2,
        Level::DEBUG,
        &refused_by,
    );
}

/// Of another application, type or context with this ring, or forged.
#[test]
fn a_token_under_a_key_of_the_ring_that_is_not_of_this_cookie_is_logged_at_info() {
    let pair = with_secret(&cookie(), 0);
    let tampered = format!("{}AAAA", &pair[..pair.len() - 4]);
    let key_id = format!("key_id={}", key(0).id());
    let fields = [REJECTED, "reason=Auth", &key_id];
    check_reading(&cookie(), &tampered, 1, Level::INFO, &fields);
    let other = builder().application("shop").build().unwrap();
    check_reading(&other, &pair, 1, Level::INFO, &fields);
}

#[test]
fn refusals_after_a_rotation_are_logged_at_info() {
    let pair = with_secret(&of_key(0), 0);
    let key_id = format!("key_id={}", key(0).id());
    check_reading(
        &of_key(1),
        &pair,
        1,
        Level::INFO,
        &["reason=UnknownKey", &key_id],
    );
    let keys = [
        RingKey::from(key(1)).seal_from(at(0)),
        RingKey::from(key(0)).accept_until(at(5)),
    ];
    let retiring = SessionCookie::encrypted(KeyRing::from_keys(keys).unwrap());
    let retiring = retiring.build().unwrap();
    check_reading(
        &retiring,
        &pair,
        5,
        Level::INFO,
        &["reason=RetiredKey", &key_id],
    );
}

#[test]
fn a_change_that_is_lost_with_its_key_is_logged_at_info() {
    let keys = SharedKeyRing::from(key(0));
    let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let pair = signed_in(&site);
    let told_of = |work: Work| {
        keys.replace(key(0)).unwrap();
        let session = site.load([&pair], at(1000));
        assert!(!session.is_empty());
        keys.replace(key(1)).unwrap();
        told_by(|| {
            work(&session).unwrap();
            assert!(site.save(&session).unwrap().is_empty());
        })
    };
    let told = told_of(|session| session.insert("password", "hunter2"));
    let [Told { level, fields, .. }] = &told[..] else {
        panic!("one event, not {told:?}")
    };
    assert_eq!(*level, Level::INFO);
    assert!(fields.contains("a session is not stored"));
    assert!(fields.contains("__Host-session") && !fields.contains("hunter2"));
    // A refresh that is left out is no loss.
    assert!(told_of(|_| Ok(())).is_empty());
}

#[test]
fn a_wrong_clock_is_a_warning_and_an_unreadable_payload_an_error() {
    let pair = with_secret(&cookie(), 1000);
    check_reading(
        &cookie(),
        &pair,
        0,
        Level::WARN,
        &[REJECTED, "reason=NotYetValid", "ahead_by=1000"],
    );
    let pair = sealed_of(at(0), |session: &Session<NewerLogin>| {
        session.update(|login| login.name.push('A')).unwrap()
    });
    let older = builder_of::<Login>().build().unwrap();
    check_reading(
        &older,
        &pair,
        1,
        Level::ERROR,
        &[REJECTED, "reason=Payload"],
    );
}

#[test]
fn an_answer_for_shared_caches_that_was_replaced_is_a_warning() {
    let visit = |says| {
        let visit = Visit::to(&cookie()).saying("cache-control", says);
        told_by(|| drop(visit.run(|session| session.insert("password", "hunter2"))))
    };
    let warnings = |told: Vec<Told>| {
        assert!(told.iter().all(|told| !told.fields.contains("hunter2")));
        told.iter().filter(|told| told.level == Level::WARN).count()
    };
    // Once a minute, however many adapters share the cookie.
    assert_eq!(warnings(visit("public, max-age=60")), 1);
    assert_eq!(warnings(visit("private")), 0);
}

/// The warnings of a visit that changes its session, in which a form of the page of `origin` is sent to `host`.
fn warnings(cookie: &SessionCookie, origin: &str, host: &str, work: Work) -> usize {
    let visit = Visit::to(cookie).at(1).with(&signed_in(cookie));
    let visit = visit.asking(ORIGIN, origin).asking(HOST, host);
    let told = told_by(|| drop(visit.run(work)));
    let warnings = told.iter().filter(|told| told.level == Level::WARN);
    warnings
        .inspect(|told| {
            assert!(
                told.fields.contains(&format!("origin={origin:?} ")),
                "{told:?}"
            )
        })
        .count()
}

type Work = fn(&Session) -> Result<(), SessionError>;

#[test]
fn a_secure_cookie_for_a_page_without_tls_is_warned_of_once() {
    let sign_in: Work = |session| session.insert("user", 7);
    let http = builder().danger_allow_http(true).name("session");
    let http = http.build().unwrap();
    for (origin, host, expected) in [
        ("http://intranet", "intranet", 1),
        ("http://192.168.0.7:8080", "192.168.0.7:8080", 1),
        ("https://intranet", "intranet", 0),
        ("http://localhost:3000", "localhost:3000", 0),
        ("http://127.0.0.1", "127.0.0.1", 0),
        ("http://a.localhost", "a.localhost", 0),
        // The page of another site, and a proxy that tells another host.
        ("http://evil.example", "example.com", 0),
        ("http://intranet", "app:3000", 0),
        ("null", "intranet", 0),
    ] {
        assert_eq!(
            warnings(&cookie(), origin, host, sign_in),
            expected,
            "{origin}"
        );
        assert_eq!(warnings(&http, origin, host, sign_in), 0, "{origin}");
    }
}

#[test]
fn a_secure_cookie_is_warned_of_if_it_replaces_one_of_the_handler() {
    let visit = Visit::to(&cookie()).asking(ORIGIN, "http://intranet");
    let visit = visit.asking(HOST, "intranet");
    let visit = visit.saying("set-cookie", "__Host-session=; Path=/; Secure; Max-Age=0");
    let sign_in: Work = |session| session.sign_in().and(session.insert("user", 7));
    let told = told_by(|| drop(visit.run(sign_in)));
    let warnings = told.iter().filter(|told| told.level == Level::WARN);
    assert_eq!(warnings.count(), 1);
}

/// The warnings of two visits to this page.
fn missed(builder: SessionCookieBuilder, origin: &str, page: &str) -> Vec<String> {
    let cookie = builder.name("session").build().unwrap();
    let service = service_fn(|request: Request<()>| async move {
        let session: Session = Session::from_extensions(request.extensions())
            .await
            .unwrap();
        session.insert("user", 7).unwrap();
        Ok::<_, Infallible>(Response::new(()))
    });
    let service = SessionLayer::new(cookie).clock(at(0)).layer(service);
    let request = || {
        let host = origin.split_once("://").unwrap().1;
        let request = Request::post(page)
            .header(HOST, host)
            .header(ORIGIN, origin);
        let request = request.header("sec-fetch-site", "same-origin");
        service.clone().oneshot(request.body(()).unwrap())
    };
    let told = told_by(|| {
        for _ in 0..2 {
            assert!(
                block_on(request())
                    .unwrap()
                    .headers()
                    .contains_key("set-cookie")
            );
        }
    });
    let warnings = told.into_iter().filter(|told| told.level == Level::WARN);
    warnings.map(|told| told.fields).collect()
}

#[test]
fn a_cookie_that_does_not_come_back_to_the_page_that_sets_it_is_warned_of_once() {
    let (shop, page) = ("https://shop.example", "/a");
    for (domain, origin) in [
        ("example.com", shop),
        ("op.example", shop),
        ("www.shop.example", shop),
        ("example", shop),
        ("example.com", "https://localhost:3000"),
        ("example.com", "https://192.0.2.1"),
    ] {
        let told = missed(builder().domain(domain), origin, page);
        let [told] = &told[..] else {
            panic!("{domain} {told:?}")
        };
        let expected = format!("attribute=\"domain\" value=\"{domain}\" ");
        assert!(told.contains(&expected), "{told}");
    }
    for (path, page) in [
        ("/app/", "/app"),
        ("/app//", "/app/"),
        ("//", "/"),
        ("//app", "/app/x"),
        ("/a//b", "/a/b"),
    ] {
        let told = missed(builder().path(path), shop, page);
        let [told] = &told[..] else {
            panic!("{path} {told:?}")
        };
        let expected = format!("attribute=\"path\" value=\"{path}\" page=\"{page}\" ");
        assert!(told.contains(&expected), "{told}");
    }
    for (builder, page) in [
        (builder().domain("shop.example"), page),
        (builder().domain("SHOP.example"), page),
        (builder().path("/app"), "/app"),
        (builder().path("/app/"), "/app/x"),
        (builder().path("/a//b"), "/a//b/c"),
        // A page may sign in to another part of the site.
        (builder().path("/app"), "/sign-in"),
        (builder().path("/app/"), "/sign-in"),
        (builder().path("/app/"), "/apple"),
    ] {
        assert_eq!(missed(builder, shop, page), [""; 0]);
    }
    assert_eq!(
        missed(
            builder().domain("shop.example"),
            "https://a.b.shop.example",
            page
        ),
        [""; 0]
    );
    assert_eq!(
        missed(builder().domain("localhost"), "http://localhost:3000", page),
        [""; 0]
    );
}

#[test]
fn where_no_session_is_set_nobody_is_warned_of_the_missing_tls() {
    let works: [Work; 2] = [
        |session| session.get::<u32>("user").map(drop),
        |session| session.invalidate().map(drop),
    ];
    for work in works {
        assert_eq!(warnings(&cookie(), "http://intranet", "intranet", work), 0);
    }
}

#[test]
fn an_untouched_session_logs_nothing() {
    let cookie = cookie();
    let pair = with_secret(&cookie, 0);
    let told = told_by(|| {
        let session = cookie.load([&pair], at(1));
        assert!(cookie.save(&session).unwrap().is_empty());
    });
    assert!(told.is_empty(), "{told:?}");
    let written = told_by(|| {
        let session: Session = cookie.load([&pair], at(1));
        session
            .insert("password", "hunter2")
            .and(session.renew())
            .unwrap();
        assert!(!cookie.save(&session).unwrap().is_empty());
    });
    assert_eq!(written.len(), 1, "{written:?}");
}

/// Whose `Result` a task or a streaming body may drop.
#[test]
fn a_change_after_the_head_is_a_warning() {
    let session = cookie().load(None::<&str>, at(0));
    let _ = cookie().save(&session).unwrap();
    let told = told_by(|| {
        let _ = session.insert("user", 42);
        assert_eq!(session.get::<u32>("user").unwrap(), None);
    });
    let warnings: Vec<_> = told
        .iter()
        .filter(|told| told.level == Level::WARN)
        .collect();
    assert_eq!(warnings.len(), 1, "{told:?}");
    assert!(warnings[0].fields.contains("the change is lost"));
}

#[test]
fn a_change_that_a_service_inside_has_overtaken_is_a_warning() {
    let cookie = cookie();
    let visit = Visit::to(&cookie).with(&signed_in(&cookie)).at(600);
    let visit = visit.saying("set-cookie", "__Host-session=; Path=/; Secure; Max-Age=0");
    for (work, count) in [
        // Of one cookie, in one minute.
        ((|session| session.insert("a", 1)) as Work, 1),
        (|session| session.get::<u32>("user").map(drop), 0),
        (|session| session.invalidate().map(drop), 0),
    ] {
        let told = told_by(|| drop(visit.run(work)));
        let warnings = told.iter().filter(|told| told.level == Level::WARN);
        let overtaken = warnings.filter(|told| told.fields.contains("a change was not saved"));
        assert_eq!(overtaken.count(), count, "{told:?}");
    }
}

#[test]
fn of_two_sessions_in_one_response_header_the_warning_names_the_setting() {
    let [user, admin] = ["x-user", "x-admin"].map(|name| header_builder(name).build().unwrap());
    let mut response = HeaderMap::new();
    let told = told_by(|| {
        for tokens in [&user, &admin] {
            let session = tokens.load_from(&HeaderMap::new(), at(0));
            session.insert("a", 1).unwrap();
            tokens
                .save_to(&session, StatusCode::OK, &mut response)
                .unwrap();
        }
    });
    let lost: Vec<_> = told
        .iter()
        .filter(|told| told.level == Level::WARN)
        .collect();
    assert_eq!(lost.len(), 1, "{told:?}");
    assert!(lost[0].fields.contains("header:x-admin"), "{told:?}");
    assert!(lost[0].fields.contains("`response_header`"), "{told:?}");
}

#[test]
fn a_new_session_that_another_site_could_not_keep_is_told() {
    let cookie = cookie();
    let site = http::HeaderName::from_static("sec-fetch-site");
    let visit = Visit::to(&cookie).asking(site, "cross-site");
    let told = told_by(|| drop(visit.run(|session| session.insert("a", 1))));
    let is_told = |told: &&Told| told.fields.contains("a new session is not stored");
    let told: Vec<_> = told.iter().filter(is_told).collect();
    assert_eq!(told.len(), ADAPTERS);
    assert!(told.iter().all(|told| told.level == Level::DEBUG));
}
