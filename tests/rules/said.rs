//! Responses that set the session's cookie already, before the session is saved: by a service inside the layer, by a
//! response that is passed on, by the handler. `tests/vectors/writes.json` has every case.

use axum::{Router, body::Body, extract::Request, response::Response, routing::any};
use hardtack::{
    KeyRing, Session, SessionCookie, SessionError, SessionLayer, Size,
    carrier::{RefreshAfter, SessionCookieBuilder},
    session::Validity,
};
use http::{HeaderMap, header::COOKIE};
use tower::ServiceExt;

use super::{
    Work,
    common::{
        Answer, REFRESHED, Visit, at, block_on, builder, cookie, key, pair_of, seconds,
        set_cookies, signed_in,
    },
    look,
};

/// The `Set-Cookie` fields of a service inside, which read the cookie in `field`.
fn said_by(cookie: &SessionCookie, field: &str, now: u64, work: Work) -> Vec<String> {
    let session = cookie.load([field], at(now));
    work(&session).unwrap();
    cookie.save(&session).unwrap().into_iter().collect()
}

/// The answer to `visit`, whose response has these fields already.
#[track_caller]
fn answer(visit: &Visit, said: &[String], work: Work) -> Answer {
    let visit = said.iter().fold(visit.clone(), |visit, line| {
        visit.saying("set-cookie", line.clone().leak())
    });
    visit.run(work)
}

#[track_caller]
fn check_left(visit: &Visit, said: &[String], work: Work) {
    let answer = answer(visit, said, work);
    assert_eq!(set_cookies(&answer.headers), said);
    assert_eq!(answer.headers["cache-control"], "no-store");
    assert_eq!(answer.headers["vary"], "Cookie");
}

/// The session after a response: the user, and the entry `outer`.
fn after(cookie: &SessionCookie, answer: &Answer, now: u64) -> (Option<u32>, Option<u32>) {
    let fields = set_cookies(&answer.headers);
    let [field] = &fields[..] else {
        panic!("one field, not {fields:?}")
    };
    let session = cookie.load([pair_of(field)], at(now));
    (session.get("user").unwrap(), session.get("outer").unwrap())
}

const OUT: Work = |session| session.invalidate().map(drop);
const IN: Work = |session| {
    session.sign_in()?;
    session.insert("user", 7)
};
const CHANGE: Work = |session| session.insert("user", 43);
const SET: Work = |session| session.insert("outer", 1);
const LEAVE: Work = |_| Ok(());

/// Cookies under which `pair` is to be written by the library itself, with the time at which it is.
fn due() -> Vec<(SessionCookie, u64)> {
    let rotated = SessionCookie::encrypted(KeyRing::from_keys([key(1), key(0)]).unwrap());
    let revalidating = |builder: SessionCookieBuilder| {
        builder.revalidate_after(seconds(60), |_| async {
            Ok::<_, SessionError>(Validity::Valid)
        })
    };
    let every = builder().refresh_after(RefreshAfter::EveryRequest);
    [
        (builder(), 600),
        (rotated, 1),
        (revalidating(builder()), 61),
        (every, 1),
        (builder().refresh_after(RefreshAfter::Always), 1),
    ]
    .map(|(builder, now)| (builder.build().unwrap(), now))
    .into()
}

#[test]
fn a_refresh_never_replaces_what_the_response_says_already() {
    let pair = signed_in(&cookie());
    let by_hand = ["__Host-session=; Path=/; Secure; Max-Age=0".to_owned()];
    for (cookie, now) in due() {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        assert_eq!(visit.run(look).lines(), REFRESHED);
        check_left(
            &visit,
            &said_by(&builder().build().unwrap(), &pair, now, IN),
            look,
        );
        check_left(&visit, &by_hand, look);
    }
}

#[test]
fn a_session_that_nobody_touched_has_no_part_in_the_response() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let said = said_by(&cookie, &pair, 1, OUT);
    let answer = answer(&Visit::to(&cookie).with(&pair).at(1), &said, LEAVE);
    assert_eq!(set_cookies(&answer.headers), said);
    assert!(!answer.headers.contains_key("vary"));
}

#[test]
fn a_change_leaves_a_sign_out_a_sign_in_or_a_change_of_a_service_inside() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let visit = Visit::to(&cookie).with(&pair).at(1);
    for inside in [OUT, IN, CHANGE] {
        check_left(&visit, &said_by(&cookie, &pair, 1, inside), SET);
    }
}

#[test]
fn a_change_replaces_a_refresh_of_a_service_inside() {
    let pair = signed_in(&cookie());
    for (cookie, now) in due() {
        let said = said_by(&cookie, &pair, now, |session| {
            block_on(session.validate()).map(drop)?;
            look(session)
        });
        assert_eq!(said.len(), 1, "at {now}");
        let answer = answer(&Visit::to(&cookie).with(&pair).at(now), &said, SET);
        assert_eq!(after(&cookie, &answer, now), (Some(42), Some(1)));
    }
}

#[test]
fn a_session_that_the_request_began_or_ended_replaces_what_the_response_says() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let visit = Visit::to(&cookie).with(&pair).at(1);
    let said = said_by(&cookie, &pair, 1, CHANGE);
    let signed_in = answer(&visit, &said, IN);
    assert_eq!(after(&cookie, &signed_in, 1), (Some(7), None));
    let ended = answer(&visit, &said, OUT);
    assert_eq!(after(&cookie, &ended, 1), (None, None));
    let failed = answer(&visit.answered(500), &said, OUT);
    assert_eq!(after(&cookie, &failed, 1), (None, None));
}

#[test]
fn of_several_writes_in_a_response_the_last_that_is_no_refresh_stays() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let said = |work| said_by(&cookie, &pair, 600, work);
    let visit = Visit::to(&cookie).with(&pair).at(600);
    let (out, changed, refreshed) = (said(OUT), said(CHANGE), said(look));
    let lines = [changed, out.clone(), refreshed].concat();
    for work in [look as Work, LEAVE] {
        assert_eq!(set_cookies(&answer(&visit, &lines, work).headers), out);
    }
    let answer = answer(&visit, &lines, IN);
    assert_eq!(after(&cookie, &answer, 600), (Some(7), None));
}

#[test]
fn browsers_keep_cookies_of_another_path_or_name_apart() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let visit = Visit::to(&cookie).with(&pair).at(600);
    for other in [
        "__Host-session=; Path=/shop; Max-Age=0",
        "__Host-session.b-12345678=x; Path=/",
        "theme=__Host-session=x; Path=/",
    ] {
        for work in [look as Work, SET, OUT] {
            let fields = answer(&visit, &[other.to_owned()], work);
            let fields = set_cookies(&fields.headers);
            assert_eq!(fields.len(), 2, "{other}");
            assert_eq!(fields[0], other);
        }
    }
    let same = [" __Host-session = \"x\" ;Path=/".to_owned()];
    check_left(&visit, &same, SET);
    let ended = answer(&visit, &same, OUT);
    assert_eq!(after(&cookie, &ended, 600), (None, None));
}

#[test]
fn a_session_in_several_cookies_is_left_or_replaced_as_a_whole() {
    let cookie = builder().size(Size::Split(4)).build().unwrap();
    let fill = |session: &Session, len: usize| session.insert("text", "x".repeat(len));
    let field = cookie.cookie_for(at(0), |session| fill(session, 4_000));
    let field = field.unwrap();
    let visit = Visit::to(&cookie).with(&field).at(600);
    let large = said_by(&cookie, &field, 600, |session| {
        session.insert("text", "y".repeat(11_000))
    });
    assert_eq!(large.len(), 4);
    check_left(&visit, &large, look);
    // All parts of a larger one go.
    let out = answer(&visit, &large, OUT);
    let names = set_cookies(&out.headers).into_iter();
    let names: Vec<_> = names
        .map(|field| field.split('=').next().unwrap())
        .collect();
    assert_eq!(names, ["__Host-session", "__Host-session.1"]);
}

/// An application whose handlers ask an inner one, which has a layer of its own over the same cookie, and answer with what
/// it says.
fn nested(cookie: &SessionCookie, now: u64) -> Router {
    let layer = || SessionLayer::new(cookie.clone()).clock(at(now));
    let inner = Router::new()
        .route("/out", any(|session: Session| async move { OUT(&session) }))
        .route("/in", any(|session: Session| async move { IN(&session) }))
        .route(
            "/look",
            any(|session: Session| async move { look(&session) }),
        )
        .layer(layer());
    let ask = |work: Work| {
        let inner = inner.clone();
        any(move |session: Session, request: Request| async move {
            let mut asked = Request::new(Body::empty());
            let path = request.uri().query().unwrap();
            *asked.uri_mut() = path.parse().unwrap();
            *asked.headers_mut() = request.headers().clone();
            let answer: Response = inner.oneshot(asked).await.unwrap();
            work(&session)?;
            Ok::<_, SessionError>(answer)
        })
    };
    Router::new()
        .route("/read", ask(look))
        .route("/set", ask(SET))
        .route("/out", ask(OUT))
        .layer(layer())
}

#[test]
fn a_router_inside_with_a_layer_of_its_own_signs_out_and_in() {
    let cookie = cookie();
    for now in [1, 600] {
        let visit = |path: &str| {
            let request = Request::get(path).header(COOKIE, signed_in(&cookie));
            let request = request.body(Body::empty()).unwrap();
            let response = block_on(nested(&cookie, now).oneshot(request)).unwrap();
            let headers: HeaderMap = response.headers().clone();
            assert_eq!(headers.get_all("vary").iter().count(), 1, "{path}");
            Answer {
                status: response.status(),
                headers,
            }
        };
        for (path, expected) in [
            ("/read?/out", (None, None)),
            ("/read?/in", (Some(7), None)),
            ("/set?/out", (None, None)),
            ("/set?/in", (Some(7), None)),
            ("/set?/look", (Some(42), Some(1))),
            ("/out?/in", (None, None)),
            ("/out?/look", (None, None)),
        ] {
            assert_eq!(after(&cookie, &visit(path), now), expected, "{path}");
        }
    }
}
