//! Responses, log events and `Failure` of a session or a request that fails.

use std::time::{Duration, UNIX_EPOCH};

use axum::{
    Json, Router,
    middleware::map_response,
    response::{AppendHeaders, Html, IntoResponse, Response},
    routing::any,
};
use hardtack::{
    Session, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
    web::Failure,
};
use http::{
    HeaderName, HeaderValue, Request, StatusCode,
    header::{
        CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_ENCODING, CONTENT_LANGUAGE, CONTENT_LENGTH,
        CONTENT_LOCATION, CONTENT_RANGE, CONTENT_TYPE, ETAG, EXPIRES, LAST_MODIFIED, RETRY_AFTER,
        SET_COOKIE, VARY,
    },
};
use serde::de::IgnoredAny;
use tower::ServiceExt;

use crate::common::times;

use super::{
    common::{Login, at, block_on, cookie, sealed},
    fetch, set_cookies,
};

const SECRET: &str = "hunter2";

async fn too_large(session: Session) -> Result<(), SessionError> {
    session.insert("the\nnote", SECRET.repeat(500))
}

/// The first change fits, and is a part of what the handler was to do.
async fn too_large_after_a_change(session: Session) -> Result<(), SessionError> {
    session.insert("user", 42)?;
    too_large(session).await
}

/// The later refusal has no status of its own.
async fn refused_twice(session: Session) -> Result<(), SessionError> {
    let first = too_large_after_a_change(session.clone()).await;
    session.remember_for(Duration::from_secs(60)).unwrap_err();
    first
}

async fn typed_too_large(session: Session<Login>) -> Result<(), SessionError> {
    session.update(|login| login.name = SECRET.repeat(500))
}

async fn too_late(session: Session) -> Result<(), SessionError> {
    session.update("inner", |_: &mut u32| session.clear())?
}

/// Routes that fail, each in its own way.
fn routes() -> Router {
    Router::new()
        .route("/too-large", any(too_large))
        .route("/half-done", any(too_large_after_a_change))
        .route("/too-late", any(too_late))
        .route(
            "/unsaved",
            any(|session: Session| async move { session.insert("user", 42) }),
        )
        .route("/form", any(|_: GuardedForm| async move { "done" }))
        .route("/json", any(|_: Json<IgnoredAny>| async move { "done" }))
        .route("/login", any(|_: Session<Login>| async move { "done" }))
        .layer(CsrfGuard::new().tokens_in_forms())
        .layer(SessionLayer::new(cookie()).clock(at(0)))
}

fn unsaved() -> Router {
    let layer = SessionLayer::new(cookie()).clock(UNIX_EPOCH);
    let handler = |session: Session| async move { session.insert("user", 42).map(|()| "welcome") };
    Router::new().route("/unsaved", any(handler)).layer(layer)
}

/// Status and body of a response that sets no cookie.
fn ask(router: Router, request: Request<axum::body::Body>) -> (StatusCode, String) {
    let (status, headers, body) = block_on(fetch(router, request));
    assert!(set_cookies(&headers).is_empty());
    (status, body)
}

fn request(method: &str, path: &str, fields: &[(&str, &str)]) -> Request<axum::body::Body> {
    let request = Request::builder().method(method).uri(path);
    let request = fields.iter().fold(request, |request, (name, value)| {
        request.header(*name, *value)
    });
    request.body("csrf_token=junk".into()).unwrap()
}

const FORM: (&str, &str) = ("content-type", "application/x-www-form-urlencoded");

/// As in actix-web, and in a plain `Form`.
#[test]
fn a_byte_that_is_no_text_does_not_refuse_a_guarded_form() {
    let route = Router::new().route("/", any(|_: GuardedForm| async move { "done" }));
    let app = route.layer(CsrfGuard::new().tokens_in_forms());
    let app = app.layer(SessionLayer::new(cookie()).clock(at(0)));
    let mut token = String::new();
    let pair = sealed(&cookie(), at(0), |session| {
        token = session.csrf_token().unwrap().to_string();
    });
    let mut body = b"note=\xff&csrf_token=".to_vec();
    body.extend(token.as_bytes());
    let request = Request::post("/").header("cookie", pair);
    let request = request.header(FORM.0, FORM.1).body(body.into()).unwrap();
    let (status, body) = ask(app, request);
    assert_eq!((status.as_u16(), &*body), (200, "done"));
}

#[test]
fn a_request_that_an_error_of_its_session_ended_saves_no_part_of_its_changes() {
    let kindly = || map_response(|response: Response| async move { (StatusCode::OK, response) });
    for router in [routes(), routes().layer(kindly())] {
        ask(router, request("GET", "/half-done", &[]));
    }
    let inside = Router::new()
        .route("/half-done", any(too_large_after_a_change))
        .layer(kindly())
        .layer(SessionLayer::new(cookie()).clock(at(0)));
    let (status, _) = ask(inside, request("GET", "/half-done", &[]));
    assert_eq!(status, StatusCode::OK);
}

#[test]
fn of_two_refusals_a_page_is_known_by_the_one_that_has_a_status_of_its_own() {
    let page = |response: Response| async move { (response.status(), "own page") };
    let inside = Router::new()
        .route("/refused-twice", any(refused_twice))
        .layer(map_response(page))
        .layer(SessionLayer::new(cookie()).clock(at(0)));
    let (status, _) = ask(inside, request("GET", "/refused-twice", &[]));
    assert_eq!(status, StatusCode::PAYLOAD_TOO_LARGE);
}

async fn in_own_words(response: Response) -> Response {
    Failure::with_page(response, |failure| {
        let words = match failure {
            Failure::Session(SessionError::TooLarge(error)) => format!("full {:?}", error.key),
            Failure::Session(error) => format!("session {:?}", error.key()),
            Failure::Save(error) => format!("save {error}"),
            Failure::Csrf(refusal) => format!("csrf {refusal:?}"),
            Failure::Setup(sentence) => format!("setup {sentence}"),
            _ => String::from("other"),
        };
        words.into_response()
    })
}

#[test]
fn an_application_can_answer_every_failure_in_its_own_words() {
    let cross_site = ("sec-fetch-site", "cross-site");
    let app = || routes().layer(map_response(in_own_words));
    for (method, path, fields, status, words) in [
        (
            "GET",
            "/too-large",
            &[][..],
            413,
            r#"full Some("the\nnote")"#,
        ),
        ("GET", "/too-late", &[], 500, "session None"),
        ("POST", "/form", &[cross_site], 403, "csrf CrossSite"),
        ("POST", "/json", &[], 403, "csrf NoToken"),
        ("POST", "/form", &[FORM], 403, "csrf WrongToken"),
        ("GET", "/form", &[], 403, "csrf NotAsked"),
        ("GET", "/login", &[], 500, "setup the handler asks for"),
    ] {
        let (found, body) = ask(app(), request(method, path, fields));
        assert_eq!(found, status, "{method} {path}: {body}");
        assert!(body.starts_with(words), "{body}");
    }
    let unsaved = unsaved().layer(map_response(in_own_words));
    let (status, body) = ask(unsaved, request("GET", "/unsaved", &[]));
    assert_eq!(
        (status.as_u16(), body.starts_with("save the clock")),
        (500, true)
    );
    let (status, body) = ask(app(), request("GET", "/nowhere", &[]));
    assert_eq!((status.as_u16(), &*body), (404, ""));
}

#[test]
fn a_page_in_place_of_a_503_still_says_when_to_come_back() {
    let response = SessionError::Unvalidated(None).into_response();
    let shown = Failure::with_page(response, |_| Html("later").into_response());
    assert_eq!(shown.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(shown.headers()[RETRY_AFTER], "10");
}

/// The session is ended before the rest of its request fails.
async fn ended(session: Session) -> Result<(), SessionError> {
    session.invalidate()?;
    too_large(session).await
}

#[test]
fn a_page_of_a_failure_has_its_own_status_and_keeps_the_fields_of_others() {
    let page = |response: Response| async move {
        Failure::with_page(response, |_| {
            let fields = AppendHeaders([
                (SET_COOKIE, "seen=1"),
                (SET_COOKIE, "told=1"),
                (CONTENT_LANGUAGE, "en"),
                (CACHE_CONTROL, "no-store, no-cache"),
            ]);
            (StatusCode::CONFLICT, fields, Html("<p>full")).into_response()
        })
    };
    let app = Router::new()
        .route("/", any(ended))
        .layer(SessionLayer::new(cookie()).clock(at(0)))
        .layer(map_response(page));
    let pair = cookie().cookie_for(times::at(0), |session| session.insert("user", 42));
    let response =
        block_on(app.oneshot(request("GET", "/", &[("cookie", &pair.unwrap())]))).unwrap();
    assert_eq!(response.status(), StatusCode::CONFLICT);
    let fields = |name| response.headers().get_all(name).iter().collect::<Vec<_>>();
    assert_eq!(fields(CONTENT_TYPE), ["text/html; charset=utf-8"]);
    assert_eq!(fields(CACHE_CONTROL), ["no-store, no-cache"]);
    assert_eq!(fields(CONTENT_LANGUAGE), ["en"]);
    assert_eq!(fields(CONTENT_LENGTH), ["7"]);
    let [ended, ref others @ ..] = fields(SET_COOKIE)[..] else {
        panic!("no cookie");
    };
    assert!(ended.to_str().unwrap().contains("Max-Age=0"), "{ended:?}");
    assert_eq!(others, ["seen=1", "told=1"]);
}

/// It is made outside of the session's layer, so nothing else keeps a session out of a cache there.
#[test]
fn a_page_of_a_failure_is_stored_no_more_than_the_response_that_it_replaces() {
    for (name, value) in [
        (CACHE_CONTROL, "public, max-age=300"),
        (CACHE_CONTROL, "private"),
        (HeaderName::from_static("cdn-cache-control"), "max-age=300"),
        (HeaderName::from_static("x-accel-expires"), "300"),
        (EXPIRES, "Thu, 01 Jan 2037 00:00:00 GMT"),
        (VARY, "accept-language"),
    ] {
        let said = name.clone();
        let page = move |response: Response| {
            let fields = AppendHeaders([(name.clone(), value), (VARY, "accept-encoding")]);
            async { Failure::with_page(response, |_| (fields, "sorry").into_response()) }
        };
        let app = Router::new()
            .route("/written", any(ended))
            .route("/read", any(too_large))
            .layer(SessionLayer::new(cookie()).clock(at(0)))
            .layer(map_response(page));
        let pair = cookie().cookie_for(times::at(0), |session| session.insert("user", 42));
        let pair = pair.unwrap();
        let fields_of = |path| {
            let request = request("GET", path, &[("cookie", &pair)]);
            let response = block_on(app.clone().oneshot(request)).unwrap();
            let values = |name: HeaderName| {
                let values = response.headers().get_all(name).into_iter();
                let values = values.map(|value| value.to_str().unwrap().to_owned());
                values.collect::<Vec<_>>()
            };
            (values(said.clone()), values(CACHE_CONTROL), values(VARY))
        };
        let (said_now, cache_control, vary) = fields_of("/written");
        assert_eq!(cache_control, ["no-store"], "{said}: {value}");
        // Beside `Cache-Control`, `Expires` says nothing.
        let stays = [VARY, EXPIRES].contains(&said);
        assert_eq!(said_now.contains(&value.to_owned()), stays, "{said_now:?}");
        assert_eq!(vary[0], "Cookie");
        assert!(vary.contains(&"accept-encoding".to_owned()), "{vary:?}");
        // What a layer lets others store they may store: there is no cookie in it.
        let (said_now, _, vary) = fields_of("/read");
        assert!(said_now.contains(&value.to_owned()), "{said}: {said_now:?}");
        assert_eq!(vary[0], "Cookie");
    }
}

#[test]
fn of_a_field_that_a_page_of_a_failure_has_several_times_each_is_sent() {
    let response = routes().oneshot(request("GET", "/too-late", &[]));
    let mut failed = block_on(response).unwrap();
    let links = ["</a.css>; rel=preload", "</b.css>; rel=preload"];
    let name = HeaderName::from_static("link");
    failed
        .headers_mut()
        .insert(&name, HeaderValue::from_static("</c.css>"));
    let page = AppendHeaders(links.map(|link| (name.clone(), link)));
    let answered = Failure::with_page(failed, |_| (page, "sorry").into_response());
    let sent: Vec<_> = answered.headers().get_all(&name).iter().collect();
    assert_eq!(sent, links);
}

/// As after a layer that compresses or counts, or in a download whose session could not be saved.
#[test]
fn a_page_of_a_failure_keeps_no_field_of_the_body_that_it_replaces() {
    let counted = |mut response: Response| async move {
        let fields = response.headers_mut();
        fields.insert(CONTENT_LENGTH, 1234.into());
        for (name, value) in [
            (CONTENT_ENCODING, "br"),
            (CONTENT_DISPOSITION, "attachment; filename=report.pdf"),
            (CONTENT_LANGUAGE, "sv"),
            (CONTENT_LOCATION, "/report.pdf"),
            (CONTENT_RANGE, "bytes 0-1233/1234"),
            (ETAG, "\"report\""),
            (LAST_MODIFIED, "Fri, 15 Jan 2027 08:00:00 GMT"),
        ] {
            fields.insert(name, HeaderValue::from_static(value));
        }
        response
    };
    let app = routes().layer(map_response(counted));
    let failed = block_on(app.oneshot(request("GET", "/too-late", &[]))).unwrap();
    let of_the_body = [
        CONTENT_DISPOSITION,
        CONTENT_ENCODING,
        CONTENT_LANGUAGE,
        CONTENT_LENGTH,
        CONTENT_LOCATION,
        CONTENT_RANGE,
        CONTENT_TYPE,
        ETAG,
        LAST_MODIFIED,
    ];
    assert!(
        of_the_body
            .iter()
            .all(|name| failed.headers().contains_key(name))
    );
    let answered = Failure::with_page(failed, |_| Response::new("sorry".into()));
    for name in of_the_body {
        assert!(!answered.headers().contains_key(&name), "{name}");
    }
}

#[cfg(feature = "tracing")]
mod told {
    use std::sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    };

    use axum::{
        Extension, Router,
        response::Response,
        routing::{any, post},
    };
    use hardtack::{
        Clock, Session, SessionCookie, SessionError, SessionLayer,
        csrf::{CsrfGuard, GuardedForm, GuardedRejection},
    };
    use http::Request;
    use tracing::Level;

    use super::{
        FORM, SECRET, StatusCode, ask, block_on, fetch, map_response, request, routes, set_cookies,
        too_large, typed_too_large, unsaved,
    };
    use crate::{
        adapters::tower_layer::layers::{login_layer, logins, named},
        common::{
            Login, NewerLogin, at, cookie, key, sealed,
            told::{Told, told_by},
        },
    };

    /// Asserts that there is one event at `WARN` or worse, with this level and these texts.
    #[track_caller]
    fn check_told(
        router: Router,
        request: Request<axum::body::Body>,
        level: Level,
        expected: &[&str],
    ) {
        let told = told_by(|| drop(ask(router, request)));
        let mut told = told.iter().filter(|told| told.level <= Level::WARN);
        let (
            Some(Told {
                level: found,
                target,
                fields,
            }),
            None,
        ) = (told.next(), told.next())
        else {
            panic!("one event of {expected:?}, not another")
        };
        assert_eq!(*found, level, "{fields}");
        assert_eq!(*target, "hardtack::session::events", "{fields}");
        for part in expected {
            assert!(fields.contains(part), "{part} in {fields}");
        }
        assert!(
            !fields.contains(SECRET) && !fields.contains("evil\""),
            "{fields}"
        );
    }

    macro_rules! told {
        ($($name:ident: $router:expr, $method:literal $path:literal $fields:expr => $level:ident, $parts:expr;)+) => { $(
            #[test]
            fn $name() {
                check_told($router, request($method, $path, $fields), Level::$level, &$parts);
            }
        )+ };
    }

    told! {
        an_error_of_a_session_is_logged_with_its_key_and_its_sentence: routes(), "GET" "/too-large" &[] =>
            ERROR, [
                "could not be read or changed",
                r#"key="the\nnote""#,
                r"`the\\nnote` does not fit: session needs",
                "the limit is 3072",
            ];
        an_error_without_a_key_is_logged_with_its_sentence: routes(), "GET" "/too-late" &[] =>
            ERROR, ["could not be read or changed", "inside an `update`"];
        // A typed session has no key to name.
        an_error_of_a_typed_session_is_logged_with_its_sentence: typed(), "GET" "/profile/ada?token=evil" &[] =>
            ERROR, ["session needs"];
        a_layer_that_a_guard_misses_is_logged_with_the_path_of_the_request:
            guarded(CsrfGuard::new()), "POST" "/profile/ada?token=evil" &[] =>
            ERROR, ["path=\"/profile/ada\" ", "`SessionLayer::new(cookie)`"];
        a_session_that_could_not_be_saved_is_logged: unsaved(), "GET" "/unsaved" &[] =>
            ERROR, ["could not be saved", "the clock shows a time before 2026"];
        a_missing_layer_is_logged: routes(), "GET" "/login" &[] =>
            ERROR, ["`SessionLayer::new(cookie)`"];
        a_form_at_a_guard_of_scripts_is_logged_with_the_setting_for_forms:
            guarded(CsrfGuard::new()).layer(SessionLayer::new(cookie()).clock(at(0))), "POST" "/profile/ada" &[FORM] =>
            WARN, ["no CSRF token", "add `tokens_in_forms`"];
        a_refused_form_is_told_of_where_the_application_answers_itself: answering(), "POST" "/form" &[FORM] =>
            WARN, ["refused by a CSRF check", "load the page again"];
    }

    fn typed() -> Router {
        let router = Router::new().route("/profile/{user}", any(typed_too_large));
        router.layer(login_layer().clock(at(0)))
    }

    fn guarded(guard: CsrfGuard) -> Router {
        let router = Router::new().route("/profile/{user}", any(async || ()));
        router.layer(guard)
    }

    fn answering() -> Router {
        type Form = Result<GuardedForm, GuardedRejection<Response>>;
        let answer = async |form: Form| form.is_ok().to_string();
        Router::new()
            .route("/form", post(answer))
            .layer(CsrfGuard::new().tokens_in_forms())
            .layer(SessionLayer::new(cookie()).clock(at(0)))
    }

    /// An application with a session and a guard of its own, inside another one.
    #[test]
    fn of_two_guards_the_one_that_refuses_a_token_is_named() {
        let (visits, logins) = (named("__Host-visit"), logins());
        let nested = |outer: CsrfGuard| {
            let inner = CsrfGuard::new().tokens_in_forms().typed::<Login>();
            Router::new()
                .route("/", post(async |_: GuardedForm| "done"))
                .layer(inner)
                .layer(login_layer())
                .layer(outer)
                .layer(SessionLayer::new(visits.clone()).clock(at(0)))
        };
        let in_forms = || CsrfGuard::new().tokens_in_forms();
        let mut tokens = [String::new(), String::new()];
        let cookies = [
            sealed(&visits, at(0), |session| {
                tokens[0] = session.csrf_token().unwrap();
            }),
            sealed(&logins, at(0), |session| {
                tokens[1] = session.csrf_token().unwrap();
            }),
        ];
        let [outer, inner] = &tokens;
        let cookies = cookies.join("; ");
        let send = |header: &str, form: &str| {
            let request = Request::post("/").header("cookie", &cookies);
            let request = request.header(FORM.0, FORM.1);
            let request = match header {
                "" => request,
                token => request.header("x-csrf-token", token),
            };
            let body = format!("csrf_token={form}");
            request.body(axum::body::Body::from(body)).unwrap()
        };
        let (visit, login) = ("purpose=\"__Host-visit\"", "purpose=\"__Host-login\"");
        let advice = "`origin_check_only`";
        for (request, expected) in [
            (send("", inner), &[visit][..]),
            (send("", outer), &[login, advice]),
            (send("", ""), &[visit, "a hidden field `csrf_token`"]),
            (send(inner, ""), &[visit]),
            (send(outer, ""), &[login, advice]),
        ] {
            check_told(nested(in_forms()), request, Level::WARN, expected);
        }
        for request in [send("", inner), send(inner, "")] {
            let (status, ..) = ask(nested(CsrfGuard::new().origin_check_only()), request);
            assert_eq!(status, 200);
        }
    }

    /// Makes requests, each of which is answered with a status, and returns the errors that are logged.
    #[track_caller]
    fn errors_of(
        app: &Router,
        requests: impl IntoIterator<Item = (Request<axum::body::Body>, u16)>,
    ) -> Vec<String> {
        let told = told_by(|| {
            for (request, expected) in requests {
                let (status, ..) = ask(app.clone(), request);
                assert_eq!(status, expected);
            }
        });
        let told = told.into_iter().filter(|told| told.level == Level::ERROR);
        told.map(|told| told.fields).collect()
    }

    /// Asserts that 300 such requests are logged once, with these parts, and in the next minute with their number.
    #[track_caller]
    fn logged_once_a_minute(layer: SessionLayer, cookie: &str, expected: u16, parts: &[&str]) {
        let second = Arc::new(AtomicU64::new(1));
        let clock = Arc::clone(&second);
        let layer = layer.clock(Clock::from_fn(move || at(clock.load(Relaxed))));
        let app = Router::new().route("/", post(too_large)).layer(layer);
        let told = |count| {
            let request = || request("POST", "/", &[("cookie", cookie)]);
            errors_of(&app, (0..count).map(|_| (request(), expected)))
        };
        let [first] = &told(300)[..] else {
            panic!("one")
        };
        for part in parts {
            assert!(first.contains(part), "{first}");
        }
        assert!(!first.contains("left_out"), "{first}");
        second.store(61, Relaxed);
        let [next] = &told(2)[..] else { panic!("one") };
        assert!(next.contains("left_out=299"), "{next}");
    }

    /// Anyone can send them.
    #[test]
    fn forms_with_a_forged_cookie_are_logged_once_a_minute_with_their_number() {
        let layer = || {
            let keeping = SessionCookie::encrypted(key(1)).keep_unknown_keys(true);
            SessionLayer::new(keeping.build().unwrap())
        };
        let pair = sealed(&cookie(), at(0), |session| {
            session.insert("user", 7).unwrap();
        });
        let parts = ["could not be read or changed", "reason=UnknownKey"];
        logged_once_a_minute(layer(), &pair, 503, &parts);
        // The session was rejected for the first value, but it is the second that must not be overwritten.
        let beside = format!("__Host-session=x; {pair}");
        logged_once_a_minute(layer(), &beside, 503, &parts);
    }

    #[derive(Clone)]
    struct Other(Session);

    async fn fill_one_of_two(
        session: Session,
        Extension(Other(other)): Extension<Other>,
    ) -> Result<(), SessionError> {
        other.insert("user", 42)?;
        too_large(session).await
    }

    /// Whether or not the handler uses the other one, which is then loaded.
    #[test]
    fn an_error_is_logged_for_the_session_that_refused_the_change() {
        for handler in [post(too_large), post(fill_one_of_two)] {
            let other = SessionCookie::encrypted(key(1)).name("other").build();
            let app = Router::new()
                .route("/", handler)
                .layer(SessionLayer::new(cookie()))
                .layer(SessionLayer::new(other.unwrap()).map_session(Other));
            let told = errors_of(&app, [(request("POST", "/", &[]), 413)]);
            assert!(
                matches!(&told[..], [one] if one.contains(r#"purpose="__Host-session""#)),
                "{told:?}"
            );
        }
    }

    /// Only the handler knows whether the changes that did fit are complete without the one that did not.
    #[test]
    fn a_refused_change_behind_a_page_of_another_status_is_logged_once_a_minute() {
        let hide = |status: u16| {
            let status = StatusCode::from_u16(status).unwrap();
            map_response(move |_: Response| async move { (status, "page") })
        };
        let other = || SessionCookie::encrypted(key(1)).name("other").build();
        for (status, expected, saved) in [
            (400, Some(Level::WARN), ["__Host-session", "other"]),
            (303, Some(Level::WARN), ["__Host-session", "other"]),
            (413, Some(Level::ERROR), ["other", ""]),
            (408, Some(Level::WARN), ["", ""]),
            (500, None, ["", ""]),
        ] {
            for is_outer in [true, false] {
                let (full, other) = (
                    SessionLayer::new(cookie()),
                    SessionLayer::new(other().unwrap()),
                );
                let app = Router::new()
                    .route("/", post(half_of_two))
                    .layer(hide(status));
                let other = other.map_session(Other);
                let app = if is_outer {
                    app.layer(full).layer(other)
                } else {
                    app.layer(other).layer(full)
                };
                let told = told_by(|| {
                    for _ in 0..3 {
                        let request = request("POST", "/", &[]);
                        let (found, fields, _) = block_on(fetch(app.clone(), request));
                        let set = set_cookies(&fields);
                        let names = set.iter().map(|line| line.split_once('=').unwrap().0);
                        let mut names: Vec<_> = names.chain(["", ""]).take(2).collect();
                        names.sort_unstable_by_key(|name| (name.is_empty(), *name));
                        assert_eq!(
                            (found.as_u16(), &names[..]),
                            (status, &saved[..]),
                            "{is_outer}"
                        );
                    }
                });
                let told: Vec<_> = told
                    .iter()
                    .filter(|told| told.level <= Level::WARN)
                    .collect();
                let levels: Vec<_> = told.iter().map(|told| told.level).collect();
                assert_eq!(levels, Vec::from_iter(expected), "{status} {is_outer}");
                let purpose = r#"purpose="__Host-session""#;
                assert!(told.iter().all(|told| told.fields.contains(purpose)));
            }
        }
    }

    async fn half_of_two(
        session: Session,
        Extension(Other(other)): Extension<Other>,
    ) -> Result<(), SessionError> {
        session.insert("half", 1)?;
        other.insert("user", 42)?;
        too_large(session).await
    }

    /// One cookie has both, and neither takes the other's line of a minute.
    #[test]
    fn a_full_session_and_a_request_without_a_context_are_both_logged() {
        let layer = SessionLayer::new(cookie()).clock(at(1));
        let layer = layer.context_by(|request| {
            let is_known = request.headers.contains_key("x-tenant");
            is_known.then(|| hardtack::Context::new([("tenant", "acme")]).unwrap())
        });
        let app = Router::new().route("/", post(too_large)).layer(layer);
        for order in [[true, false], [false, true]] {
            let requests = order.map(|is_known| {
                let (fields, status): (&[_], _) = if is_known {
                    (&[("x-tenant", "acme")], 413)
                } else {
                    (&[], 500)
                };
                (request("POST", "/", fields), status)
            });
            let told = errors_of(&app, requests);
            assert_eq!(told.len(), if order[0] { 2 } else { 0 });
        }
    }

    /// Neither takes the other's line of a minute.
    #[test]
    fn a_session_of_another_schema_and_one_under_another_key_are_both_logged() {
        let named = |key| SessionCookie::encrypted(key).name("__Host-login");
        let keeping = named(key(0)).keep_unknown_keys(true).typed::<Login>();
        let newer = named(key(0)).typed::<NewerLogin>().build().unwrap();
        let foreign = named(key(1)).typed::<Login>().build().unwrap();
        let newer = sealed(&newer, at(0), |session| {
            session.update(|login| login.name.push('a')).unwrap();
        });
        let foreign = sealed(&foreign, at(0), |session| {
            session.update(|login| login.name.push('a')).unwrap();
        });
        let app = Router::new()
            .route("/", post(typed_too_large))
            .layer(SessionLayer::new(keeping.build().unwrap()).clock(at(1)));
        let request = |pair: &str| (request("POST", "/", &[("cookie", pair)]), 503);
        let told = errors_of(&app, [request(&newer), request(&foreign)]).join("\n");
        let refused = told.matches("a session could not be read or changed");
        assert_eq!(refused.count(), 2, "{told}");
    }

    #[test]
    fn a_full_session_and_a_request_without_a_context_do_not_fill_the_log() {
        let layer = || SessionLayer::new(cookie());
        logged_once_a_minute(layer(), "", 413, &["does not fit"]);
        logged_once_a_minute(layer().context_by(|_| None), "", 500, &["no context"]);
    }

    /// Asserts that ten of 300 refused requests are logged.
    #[track_caller]
    fn refused_300_times(
        app: &Router,
        request: impl Fn() -> Request<axum::body::Body>,
    ) -> Vec<Told> {
        let told = told_by(|| {
            for _ in 0..300 {
                let (status, ..) = ask(app.clone(), request());
                assert_eq!(status, 403);
            }
        });
        assert_eq!(told.len(), 10);
        told
    }

    #[test]
    fn a_site_without_tls_does_not_fill_the_log() {
        let app = Router::new().route("/", post(|| async {}));
        let app = app.layer(CsrfGuard::new().origin_check_only());
        let plain = [("origin", "http://shop.example"), ("host", "shop.example")];
        let told = refused_300_times(&app, || request("POST", "/", &plain));
        let advice = "redirect http to https";
        assert!(told[0].fields.contains(advice), "{:?}", told[0]);
    }

    #[test]
    fn forms_that_anyone_sends_by_get_do_not_fill_the_log() {
        refused_300_times(&routes(), || request("GET", "/form", &[]));
    }

    #[test]
    fn a_refused_request_is_logged_with_its_origin_and_host() {
        let refused = "refused by a CSRF check";
        let host = ("host", "example.com");
        let own = ("origin", "https://example.com");
        let evil = "origin=\"https://evil.example\"";
        let of_two_ports = [
            "origin=\"https://example.com\"",
            "host=\"example.com:8000\"",
        ];
        for (fields, expected) in [
            (
                &[("origin", "https://evil.example"), host][..],
                &[refused, "from another site", evil, "host=\"example.com\""][..],
            ),
            // The port alone may differ.
            (&[own, ("host", "example.com:8000")], &of_two_ports),
            // A page of `Referrer-Policy: no-referrer`, in a browser that does not say the site.
            (&[("origin", "null"), host], &["origin=\"null\""]),
            // An invalid origin is not repeated.
            (&[("origin", "evil")], &[refused]),
        ] {
            let request = request("POST", "/form", fields);
            check_told(routes(), request, Level::WARN, expected);
        }
        let other = [own, ("host", "backend"), ("sec-fetch-site", "cross-site")];
        let told = told_by(|| drop(ask(routes(), request("POST", "/form", &other))));
        assert!(!format!("{told:?}").contains("trust_origin"), "{told:?}");
        for (method, path, fields, sentence) in [
            ("POST", "/json", &[][..], "no CSRF token"),
            ("POST", "/form", &[], "this is not a form"),
            ("POST", "/form", &[FORM], "load the page again"),
            ("GET", "/form", &[], "send the form by POST"),
        ] {
            let request = request(method, &format!("{path}?token=evil"), fields);
            let path = format!("path={path:?} ");
            check_told(routes(), request, Level::WARN, &[refused, sentence, &path]);
        }
    }
}
