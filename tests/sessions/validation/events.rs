//! What logs and `on_outcome` are told.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use hardtack::{
    KeyRing, Session, SessionCookie,
    keys::RingKey,
    session::{OpenedSession, Outcome, Reason, Validity},
};
use tracing::Level;

use super::{
    GOES_ON, INTERVAL, IS_GONE, IS_OUT_OF_REACH, Row,
    common::{at, block_on, builder, cookie, is_valid, key, sealed, seconds, signed_in},
    look, scripting,
    told::told_by,
};

/// Visits a site at a second, asked or unasked. Returns the outcomes that `on_outcome` was told, and the events.
fn visit(state: u8, second: u64, is_asked: bool) -> (Vec<String>, Vec<String>) {
    let row = Row::default();
    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let list = Arc::clone(&outcomes);
    let site = row
        .site()
        .unvalidated_up_to(seconds(2 * INTERVAL))
        .on_outcome(move |reading| {
            assert!(reading.token_bytes > 50 || reading.outcome == Outcome::Absent);
            list.lock().unwrap().push(match reading.outcome {
                Outcome::Rejected { reason, key_id } => {
                    assert!(key_id.is_some());
                    reason.name().to_owned()
                }
                other => other.name().to_owned(),
            });
        });
    let site = site.build().unwrap();
    let pair = signed_in(&site);
    outcomes.lock().unwrap().clear();
    row.becomes(state);
    let told = told_by(|| {
        let session = site.load([&pair], at(second));
        if is_asked {
            let _ = block_on(session.validate());
            let _ = block_on(session.validate());
        }
        look(&session).unwrap();
        let _ = site.save(&session).unwrap();
    });
    let failed = told.into_iter().filter(|told| told.level == Level::ERROR);
    let outcomes = outcomes.lock().unwrap().clone();
    (outcomes, failed.map(|told| told.fields).collect())
}

/// Of a query without a timeout nobody hears otherwise.
#[test]
fn questions_that_hang_are_told_of_once_a_minute() {
    let hangs = |_: &OpenedSession<'_>| std::future::pending::<Result<Validity, Infallible>>();
    let site = builder().revalidate_after(seconds(INTERVAL), hangs);
    let site = site.build().unwrap();
    let pair = signed_in(&site);
    let mut waiting = Vec::new();
    let told = told_by(|| {
        for second in [0, 4, 5, 6, 64, 65] {
            let session = site.load([&pair], at(INTERVAL + second));
            let mut asked = Box::pin(async move { session.validate().await });
            let asking = &mut Context::from_waker(Waker::noop());
            assert!(asked.as_mut().poll(asking).is_pending());
            waiting.push(asked);
        }
    });
    let told: Vec<_> = told
        .iter()
        .filter(|told| told.level == Level::ERROR)
        .collect();
    let [first, second] = &told[..] else {
        panic!("{told:?}")
    };
    assert!(
        first
            .fields
            .contains("the application has not said for 5 seconds")
    );
    assert!(second.fields.contains("left_out=2 "), "{second:?}");
}

#[test]
fn each_session_is_told_of_once_with_what_became_of_it() {
    let outcomes = |state, second, is_asked| visit(state, second, is_asked).0;
    assert_eq!(outcomes(0, 1, true), ["Opened"]);
    assert_eq!(outcomes(0, INTERVAL, true), ["Opened"]);
    assert_eq!(outcomes(IS_GONE, INTERVAL, true), [Reason::Revoked.name()]);
    assert_eq!(outcomes(IS_OUT_OF_REACH, INTERVAL, true), ["Opened"]);
    let unvalidated = [Reason::Unvalidated.name()];
    assert_eq!(outcomes(IS_OUT_OF_REACH, 2 * INTERVAL, true), unvalidated);
    assert_eq!(outcomes(0, INTERVAL, false), unvalidated);
}

#[test]
fn a_session_that_is_asked_about_late_is_told_of_once() {
    let late: [fn(&SessionCookie, &Session); 2] = [
        // While the question is out, the application begins another session.
        |site, session| {
            let sign_in = async { session.sign_in().unwrap() };
            block_on(async { tokio::join!(session.validate(), sign_in).0 }).unwrap();
            let _ = site.save(session).unwrap();
        },
        // The head of the response was sent.
        |site, session| {
            look(session).unwrap();
            let _ = site.save(session).unwrap();
            assert!(is_valid(session));
        },
    ];
    for ask in late {
        let outcomes = Arc::new(Mutex::new(Vec::new()));
        let list = Arc::clone(&outcomes);
        let site = scripting([(1, GOES_ON)])
            .on_outcome(move |reading| list.lock().unwrap().push(reading.outcome.reason()));
        let site = site.build().unwrap();
        ask(&site, &site.load([signed_in(&cookie())], at(INTERVAL)));
        assert_eq!(*outcomes.lock().unwrap(), [Some(Reason::Unvalidated)]);
    }
}

#[test]
fn an_error_of_the_application_is_logged_and_says_whether_the_session_goes_on() {
    for (second, kept) in [(INTERVAL, "kept=true "), (2 * INTERVAL, "kept=false ")] {
        let (_, errors) = visit(IS_OUT_OF_REACH, second, true);
        let [error] = &errors[..] else {
            panic!("{errors:?}")
        };
        assert!(error.contains(kept), "{error}");
        assert!(error.contains("the database does not answer"), "{error}");
    }
    assert!(visit(IS_GONE, INTERVAL, true).1.is_empty());
}

#[test]
fn a_session_that_was_also_sealed_too_late_is_refused_by_the_application() {
    let next = RingKey::from(key(1)).seal_from(at(0));
    let ring = KeyRing::from_keys([RingKey::from(key(0)), next]).unwrap();
    let row = Row::default();
    let site = row.asked_by(SessionCookie::encrypted(ring));
    let site = site.build().unwrap();
    let pair = sealed(&cookie(), at(100), |it| it.insert("user", 7).unwrap());
    row.becomes(IS_GONE);
    let told = told_by(|| {
        let session = site.load([&pair], at(100 + INTERVAL));
        assert_eq!(block_on(session.validate()).unwrap(), Validity::Ended);
    });
    let refused_by = "refused_by=\"application\"";
    assert!(
        told.iter().any(|told| told.fields.contains(refused_by)),
        "{told:?}"
    );
}

/// As in an outage of the database.
#[test]
fn questions_that_fail_are_a_line_a_minute_with_the_number_of_the_others() {
    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    row.becomes(IS_OUT_OF_REACH);
    let told_at = |second, requests| {
        let told = told_by(|| {
            for _ in 0..requests {
                let session = site.load([&pair], at(second));
                block_on(session.validate()).unwrap_err();
            }
        });
        let errors = told.into_iter().filter(|told| told.level == Level::ERROR);
        errors.map(|told| told.fields).collect::<Vec<_>>()
    };
    let [first] = &told_at(INTERVAL, 300)[..] else {
        panic!("not one line")
    };
    assert!(!first.contains("left_out"), "{first}");
    assert!(told_at(INTERVAL + 59, 1).is_empty());
    let [next] = &told_at(INTERVAL + 60, 2)[..] else {
        panic!("not one line")
    };
    assert!(next.contains("left_out=300 "), "{next}");
}

#[test]
fn a_request_that_is_refused_by_its_extractor_is_logged_once() {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    let row = Row::default();
    let site = row.site().build().unwrap();
    let pair = signed_in(&site);
    row.becomes(IS_OUT_OF_REACH);
    let app = Router::new().route("/", get(async |_: hardtack::Session| ()));
    let app: Router = app.layer(hardtack::SessionLayer::new(site).clock(at(INTERVAL)));
    let told = told_by(|| {
        let request = http::Request::get("/").header("cookie", &pair);
        let response = block_on(app.oneshot(request.body(Body::empty()).unwrap()));
        assert_eq!(response.unwrap().status(), 503);
    });
    let errors = told.iter().filter(|told| told.level == Level::ERROR);
    assert_eq!(errors.count(), 1, "{told:?}");
}

#[test]
fn a_session_whose_request_fails_or_is_cancelled_while_it_waits_is_told_of() {
    use std::{convert::Infallible, future::pending, task::Poll};

    use hardtack::SessionLayer;
    use http::{Request, Response};
    use tower::{Layer, ServiceExt, service_fn};

    async fn fail(_: Request<()>) -> Result<Response<()>, &'static str> {
        Err("a service that failed")
    }
    async fn wait(_: Request<()>) -> Result<Response<()>, Infallible> {
        pending().await
    }
    async fn panic(_: Request<()>) -> Result<Response<()>, Infallible> {
        panic!("a bug")
    }
    type Outcomes = Arc<Mutex<Vec<Outcome>>>;
    let on_failure: [fn(SessionLayer, Request<()>); 3] = [
        |layer, request| {
            let service = layer.layer(service_fn(fail));
            assert!(block_on(service.oneshot(request)).is_err());
        },
        |layer, request| {
            let mut response = Box::pin(layer.layer(service_fn(wait)).oneshot(request));
            let polled = std::future::poll_fn(|cx| Poll::Ready(response.as_mut().poll(cx)));
            assert!(block_on(polled).is_pending());
        },
        |layer, request| {
            let response = layer.layer(service_fn(panic)).oneshot(request);
            let caught = std::panic::AssertUnwindSafe(|| block_on(response));
            assert!(std::panic::catch_unwind(caught).is_err());
        },
    ];
    for panics in [false, true] {
        for request_fails in on_failure {
            let (row, outcomes) = (Row::default(), Outcomes::default());
            let list = Arc::clone(&outcomes);
            let site = row.site().on_outcome(move |reading| {
                list.lock().unwrap().push(reading.outcome);
                assert!(!panics);
            });
            let layer = SessionLayer::new(site.build().unwrap()).clock(at(INTERVAL));
            let request = http::Request::get("/").header("cookie", signed_in(&cookie()));
            request_fails(layer.eager(true), request.body(()).unwrap());
            let outcomes = outcomes.lock().unwrap();
            let reasons: Vec<_> = outcomes.iter().map(|outcome| outcome.reason()).collect();
            assert_eq!(reasons, [Some(Reason::Unvalidated)]);
        }
    }
}

#[test]
fn a_session_that_is_verified_for_the_logs_alone_is_told_of() {
    use axum::{Router, body::Body, routing::get};
    use tower::ServiceExt;

    let outcomes = Arc::new(Mutex::new(Vec::new()));
    let (row, list) = (Row::default(), Arc::clone(&outcomes));
    let site = row
        .site()
        .on_outcome(move |reading| list.lock().unwrap().push(reading.outcome));
    let site = site.build().unwrap();
    let pair = signed_in(&site);
    let app = Router::new().route("/", get(async || ()));
    let app: Router = app.layer(
        hardtack::SessionLayer::new(site)
            .clock(at(INTERVAL))
            .eager(true),
    );
    outcomes.lock().unwrap().clear();
    let request = http::Request::get("/").header("cookie", &pair);
    let response = block_on(app.oneshot(request.body(Body::empty()).unwrap())).unwrap();
    assert!(response.headers().get("vary").is_none());
    let reasons: Vec<_> = outcomes
        .lock()
        .unwrap()
        .iter()
        .map(|outcome| outcome.reason())
        .collect();
    assert_eq!((reasons, row.asked()), (vec![Some(Reason::Unvalidated)], 0));
}
