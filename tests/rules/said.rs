//! Responses that set the session's cookie already, before the session is saved: by a service inside the layer, by a
//! response that is passed on, by the handler.

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
        Answer, REFRESHED, Visit, at, block_on, builder, builder_of, cookie, key, pair_of, seconds,
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
    for (cookie, now) in due() {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        assert_eq!(visit.run(look).lines(), REFRESHED);
        for inside in [OUT, IN, CHANGE] {
            let said = said_by(&builder().build().unwrap(), &pair, now, inside);
            check_left(&visit, &said, look);
        }
        // Another refresh.
        let said = said_by(&cookie, &pair, now, look);
        let by_hand = ["__Host-session=; Path=/; Secure; Max-Age=0".to_owned()];
        check_left(&visit, &by_hand, look);
        if !said.is_empty() {
            check_left(&visit, &said, look);
        }
    }
    let every = builder().refresh_after(RefreshAfter::EveryRequest);
    let every = every.build().unwrap();
    let visit = Visit::to(&every).with(&pair).at(1);
    check_left(&visit, &said_by(&every, &pair, 1, OUT), LEAVE);
}

#[test]
fn a_young_session_that_is_read_leaves_what_the_response_says() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let visit = Visit::to(&cookie).with(&pair).at(1);
    for inside in [OUT, IN, CHANGE] {
        check_left(&visit, &said_by(&cookie, &pair, 1, inside), look);
    }
    // A session that nobody touched has no part in the response.
    let said = said_by(&cookie, &pair, 1, OUT);
    let answer = answer(&visit, &said, LEAVE);
    assert_eq!(set_cookies(&answer.headers), said);
    assert!(!answer.headers.contains_key("vary"));
}

#[test]
fn a_change_leaves_a_sign_out_a_sign_in_or_a_change_of_a_service_inside() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    for now in [1, 600] {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        for inside in [OUT, IN, CHANGE] {
            let said = said_by(&cookie, &pair, now, inside);
            check_left(&visit, &said, SET);
            check_left(&visit, &said, |session| session.remove("user").map(drop));
            check_left(&visit, &said, |session| session.save());
        }
    }
    // Where none arrived, each has begun one.
    let said = said_by(&cookie, "", 1, CHANGE);
    check_left(&Visit::to(&cookie).at(1), &said, SET);
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
    for now in [1, 600] {
        let visit = Visit::to(&cookie).with(&pair).at(now);
        for inside in [OUT, IN, CHANGE, look] {
            let said = said_by(&cookie, &pair, now, inside);
            let signed_in = answer(&visit, &said, |session| {
                session.sign_in()?;
                session.insert("user", 8)
            });
            assert_eq!(after(&cookie, &signed_in, now), (Some(8), None));
            let renewed = answer(&visit, &said, |session| session.renew());
            assert_eq!(after(&cookie, &renewed, now), (Some(42), None));
            for end in [OUT, |session| session.clear()] {
                let ended = answer(&visit, &said, end);
                assert_eq!(after(&cookie, &ended, now), (None, None));
                let failed = answer(&visit.clone().answered(500), &said, end);
                assert_eq!(after(&cookie, &failed, now), (None, None));
            }
        }
        // Also one that a service inside has begun.
        let begun = said_by(&cookie, "", now, IN);
        let ended = answer(&Visit::to(&cookie).at(now), &begun, OUT);
        assert_eq!(after(&cookie, &ended, now), (None, None));
    }
}

#[test]
fn of_several_writes_in_a_response_the_last_that_is_no_refresh_stays() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let said = |work| said_by(&cookie, &pair, 600, work);
    let visit = Visit::to(&cookie).with(&pair).at(600);
    let (out, changed, refreshed) = (said(OUT), said(CHANGE), said(look));
    for (writes, stays) in [
        ([&out, &refreshed], &out),
        ([&refreshed, &out], &out),
        ([&out, &changed], &changed),
        ([&refreshed, &refreshed], &refreshed),
    ] {
        let lines = writes.map(|write| write[0].clone());
        let answer = answer(&visit, &lines, look);
        assert_eq!(&set_cookies(&answer.headers), stays);
    }
    // Also if nothing but the rule that each request counts touches the session.
    let every = builder().refresh_after(RefreshAfter::EveryRequest);
    let every = every.build().unwrap();
    let visit_of_every = Visit::to(&every).with(&pair).at(600);
    let lines = [out[0].clone(), refreshed[0].clone()];
    let left = answer(&visit_of_every, &lines, LEAVE);
    assert_eq!(set_cookies(&left.headers), out);
    let answer = answer(&visit, &lines, IN);
    assert_eq!(after(&cookie, &answer, 600), (Some(7), None));
}

#[test]
fn browsers_keep_cookies_of_another_path_domain_partition_or_name_apart() {
    let cookie = cookie();
    let pair = signed_in(&cookie);
    let visit = Visit::to(&cookie).with(&pair).at(600);
    for other in [
        "__Host-session=; Path=/shop; Max-Age=0",
        "__Host-session=; Domain=example.com; Path=/; Max-Age=0",
        "__Host-session=; Path=/; Partitioned; Max-Age=0",
        "__host-session=; Path=/; Max-Age=0",
        "__Host-session.8=x; Path=/",
        "__Host-session.b-12345678=x; Path=/",
        "__Host-session2=x; Path=/",
        "theme=__Host-session=x; Path=/",
        "__Host-session; Path=/",
    ] {
        for work in [look as Work, SET, OUT] {
            let said = [other.to_owned()];
            let fields = answer(&visit, &said, work);
            let fields = set_cookies(&fields.headers);
            assert_eq!(fields.len(), 2, "{other}");
            assert_eq!(fields[0], other);
        }
    }
    for same in [
        "__Host-session=; max-age=0; PATH=/; secure",
        " __Host-session = \"x\" ;Path=/",
        "__Host-session=; Path=/shop; Path=/",
        "__Host-session=; Domain=; Path=/",
        // The path of the address, which may be the same.
        "__Host-session=x",
        "__Host-session=x; Path=shop",
    ] {
        check_left(&visit, &[same.to_owned()], look);
        check_left(&visit, &[same.to_owned()], SET);
        let ended = answer(&visit, &[same.to_owned()], OUT);
        assert_eq!(after(&cookie, &ended, 600), (None, None), "{same}");
    }
    let shop = builder().domain("Example.com").path("/shop");
    let shop = shop.build().unwrap();
    let pair = signed_in(&shop);
    let visit = Visit::to(&shop).with(&pair).at(600);
    let said = ["__Secure-session=; domain=.EXAMPLE.com; path=/shop; max-age=-1".to_owned()];
    check_left(&visit, &said, look);
    let said = ["__Secure-session=; Path=/shop; Max-Age=0".to_owned()];
    assert_eq!(set_cookies(&answer(&visit, &said, look).headers).len(), 2);
}

#[test]
fn a_session_in_several_cookies_is_left_or_replaced_as_a_whole() {
    let cookie = builder().size(Size::Split(4)).build().unwrap();
    let fill = |session: &Session, len: usize| session.insert("text", "x".repeat(len));
    let field = cookie.cookie_for(at(0), |session| fill(session, 4_000));
    let field = field.unwrap();
    let visit = Visit::to(&cookie).with(&field).at(600);
    let names = |answer: &Answer| {
        let fields = set_cookies(&answer.headers);
        let name = |field: &&str| field.split('=').next().unwrap().to_owned();
        fields.iter().map(name).collect::<Vec<_>>()
    };
    let large = said_by(&cookie, &field, 600, |session| {
        session.insert("text", "y".repeat(11_000))
    });
    assert_eq!(large.len(), 4);
    check_left(&visit, &large, look);
    check_left(&visit, &large, SET);
    check_left(&visit, &said_by(&cookie, &field, 600, OUT), look);
    // All parts of a larger one go.
    let signed_in = answer(&visit, &large, IN);
    assert_eq!(names(&signed_in), ["__Host-session", "__Host-session.1"]);
    let out = answer(&visit, &large, OUT);
    assert_eq!(names(&out), ["__Host-session", "__Host-session.1"]);
    // A refresh in parts is known for one.
    let refreshed = said_by(&cookie, &field, 600, |session| {
        session.get::<String>("text").map(drop)
    });
    assert_eq!(refreshed.len(), 2);
    let changed = answer(&visit, &refreshed, SET);
    let fields = set_cookies(&changed.headers);
    assert_eq!(fields.len(), 2);
    let session = cookie.load([fields.map_pairs()], at(600));
    assert_eq!(session.get::<u32>("outer").unwrap(), Some(1));
    let both: Vec<_> = large.iter().chain(&refreshed).cloned().collect();
    let left = answer(&visit, &both, look);
    assert_eq!(set_cookies(&left.headers), large);
}

trait MapPairs {
    fn map_pairs(&self) -> String;
}

impl MapPairs for Vec<&str> {
    fn map_pairs(&self) -> String {
        let pairs: Vec<_> = self.iter().map(|field| pair_of(field)).collect();
        pairs.join("; ")
    }
}

#[test]
fn a_typed_session_leaves_what_the_response_says_too() {
    let cookie = builder_of::<super::Login>().build().unwrap();
    let login = |session: &Session<super::Login>| session.update(|login| login.visits += 1);
    let session = cookie.load(None::<&str>, at(0));
    login(&session).unwrap();
    let field = cookie
        .save(&session)
        .unwrap()
        .iter()
        .next()
        .unwrap()
        .clone();
    let inside = cookie.load([pair_of(&field)], at(600));
    inside.invalidate().unwrap();
    let said = cookie.save(&inside).unwrap();
    let said = said.iter().next().unwrap().clone().leak();
    let visit = Visit::to(&cookie).with(pair_of(&field)).at(600);
    let answer = visit.saying("set-cookie", said).run(login);
    assert_eq!(set_cookies(&answer.headers), [&*said]);
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
