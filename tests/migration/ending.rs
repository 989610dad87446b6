//! A session that ended here does not come back by its old cookie.

use hardtack::{
    SameSite, Session, SessionCookie, carrier::FormerAttributes, migrate::OldCookie,
    session::Outcome,
};

use super::{DAY, builder, readers::Fixed, rules::plain, saved, start};
use crate::common::Jar;

fn cookie() -> SessionCookie {
    builder()
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap()
}

const DROPPED_OLD: &str = "old=; Path=/; ";
const DROPPED_OURS: &str = "__Host-session=; ";

#[track_caller]
fn check_dropped(fields: &[String]) {
    let [ours, old] = fields else {
        panic!("{fields:?}");
    };
    assert!(
        old.starts_with(DROPPED_OLD) && ours.starts_with(DROPPED_OURS),
        "{fields:?}"
    );
}

#[test]
fn signing_out_drops_the_old_cookie_every_time() {
    let cookie = cookie();
    // At the first request that the new program sees.
    let session = cookie.load(["old=ada"], start());
    session.invalidate().unwrap();
    check_dropped(&saved(&cookie, &session));

    // With a session of ours, beside the old cookie or not: its path may differ from that of this request.
    let pair = cookie
        .cookie_for(start(), |session| session.insert("user", "ada"))
        .unwrap();
    for field in [pair.clone(), format!("{pair}; old=ada")] {
        let session = cookie.load([field], start());
        session.invalidate().unwrap();
        check_dropped(&saved(&cookie, &session));
    }

    // After the end of the range, too.
    let session = cookie.load(["old=ada"], start() + 2 * DAY);
    session.invalidate().unwrap();
    check_dropped(&saved(&cookie, &session));
}

/// Each of them would sign the visitor in again.
#[test]
fn of_several_old_cookies_a_sign_out_leaves_none() {
    let read = |name| (OldCookie::new(name, Fixed("ada")), start()..start() + DAY);
    let others = [read("older"), read("oldest")];
    let cookie = others
        .into_iter()
        .fold(builder(), |builder, (old, range)| {
            builder.migrate_from(old, range)
        })
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    for brought in [
        "older=ada; oldest=ada; old=ada",
        "older=ada; oldest=ada",
        "oldest=ada",
        "old=ada",
    ] {
        let mut jar = Jar::of(brought);
        let session = cookie.load(jar.pairs(), start());
        assert_eq!(session.outcome(), Outcome::Migrated, "{brought}");
        session.invalidate().unwrap();
        jar.receive(saved(&cookie, &session));
        assert!(jar.is_empty(), "{brought}: {:?}", jar.names());
        let session = cookie.load(jar.pairs(), start());
        assert_eq!(session.outcome(), Outcome::Absent, "{brought}");
    }
}

#[test]
fn of_several_old_cookies_those_whose_range_has_begun_are_dropped() {
    for reversed in [false, true] {
        let mut old = [
            ("old", start()),
            ("later", start() + DAY),
            ("older", start() - DAY),
        ];
        if reversed {
            old.reverse();
        }
        let cookie = old.into_iter().fold(builder(), |builder, (name, begin)| {
            builder.migrate_from(OldCookie::new(name, Fixed("ada")), begin..start() + 2 * DAY)
        });
        let cookie = cookie.build().unwrap();
        let mut jar = Jar::of("old=ada; later=ada; older=ada");
        let session = cookie.load(jar.pairs(), start());
        session.invalidate().unwrap();
        jar.receive(saved(&cookie, &session));
        assert_eq!(jar.names(), ["later"]);
    }
}

#[test]
fn a_visitor_without_any_cookie_gets_no_field() {
    let cookie = cookie();
    let session = cookie.load(["theme=dark"], start());
    session.invalidate().unwrap();
    assert!(saved(&cookie, &session).is_empty());
}

#[test]
fn a_session_that_is_emptied_ends() {
    let cookie = cookie();
    let session = cookie.load(["old=ada"], start());
    session.remove("user").unwrap();
    check_dropped(&saved(&cookie, &session));
    let session = cookie.load(["old=ada"], start());
    session.clear().unwrap();
    check_dropped(&saved(&cookie, &session));
}

#[test]
fn a_message_for_the_next_page_survives_the_end() {
    let cookie = cookie();
    let session = cookie.load(["old=ada"], start());
    session.invalidate().unwrap();
    session.insert("notice", "signed out").unwrap();
    let fields = saved(&cookie, &session);
    assert!(fields[1].starts_with(DROPPED_OLD));
    let session = cookie.load([&fields[0]], start());
    assert_eq!(session.keys(), ["notice"]);
}

#[test]
fn a_sign_in_drops_the_old_cookie() {
    let cookie = cookie();
    let session = cookie.load(["old="], start());
    session.renew().unwrap();
    session.insert("user", "grace").unwrap();
    assert!(saved(&cookie, &session)[1].starts_with(DROPPED_OLD));
}

#[test]
fn a_discarded_session_leaves_the_old_cookie() {
    let cookie = cookie();
    let session = cookie.load(["old=ada"], start());
    session.insert("count", 1).unwrap();
    session.discard().unwrap();
    assert!(saved(&cookie, &session).is_empty());
}

/// A response that saves nothing drops nothing. A sign-in is how a program completes one that it takes over.
#[cfg(feature = "tower")]
#[tokio::test]
async fn a_server_error_keeps_the_old_cookie_unless_the_visitor_signed_out() {
    use hardtack::{Session, SessionError, SessionLayer};
    use http::{Request, Response};
    use tower::{Layer, ServiceExt, service_fn};

    type Act = fn(&Session) -> Result<(), SessionError>;
    let ours = cookie().cookie_for(start(), |session| session.insert("user", "ada"));
    let ours = ours.unwrap();
    let begin = |session: &Session| session.sign_in().and_then(|_| session.insert("user", 7));
    let acts: [(Act, [usize; 3]); 10] = [
        (|session| session.get::<String>("user").map(drop), [0, 2, 0]),
        (|session| session.insert("count", 1), [0, 2, 0]),
        (begin, [0, 2, 2]),
        (|session| session.sign_in().map(drop), [0, 2, 2]),
        (|session| session.invalidate().map(drop), [2, 2, 2]),
        (
            |session| session.sign_in().and(session.invalidate()).map(drop),
            [2, 2, 2],
        ),
        (
            |session| session.sign_in().and(session.sign_in()).map(drop),
            [0, 2, 2],
        ),
        // The application has asked for an end, and not only for a sign-in.
        (
            |session| session.invalidate().and(session.sign_in()).map(drop),
            [2, 2, 2],
        ),
        (
            |session| session.invalidate().and(session.renew()),
            [2, 2, 2],
        ),
        (
            |session| session.clear().and(session.sign_in()).map(drop),
            [2, 2, 2],
        ),
    ];
    for (row, (act, expected)) in acts.into_iter().enumerate() {
        let requests = [("old=ada", 500), ("old=ada", 404), (&ours, 500)];
        for ((pair, status), expected) in requests.into_iter().zip(expected) {
            let layer = SessionLayer::new(cookie()).clock(start());
            let service = layer.layer(service_fn(async |request: Request<()>| {
                act(request.extensions().get::<Session>().unwrap()).unwrap();
                let response = Response::builder().status(status).body(String::new());
                Ok::<_, std::convert::Infallible>(response.unwrap())
            }));
            let request = Request::get("/").header("cookie", pair).body(()).unwrap();
            let response = service.oneshot(request).await.unwrap();
            let set = response.headers().get_all("set-cookie");
            assert_eq!(set.iter().count(), expected, "{row} {pair} {status}");
        }
    }
}

/// It would replace the one that the browser hides, and the old cookie comes again. A sign-out takes effect, although its
/// message is lost.
#[test]
fn no_session_is_taken_over_for_good_where_the_browser_hides_ours() {
    let cookie = cookie();
    let mut request = http::HeaderMap::new();
    request.insert("cookie", "old=ada".parse().unwrap());
    let next = cookie.load_from(&request, start());
    request.insert("sec-fetch-site", "cross-site".parse().unwrap());
    let hidden = cookie.load_from(&request, start());
    let ended = cookie.load_from(&request, start());
    assert!(ended.invalidate().and(ended.flash("", "Bye.")).is_ok());
    let cleared = cookie.load_from(&request, start());
    assert!(cleared.clear().and(cleared.flash("", "Bye.")).is_ok());
    for (session, count) in [(hidden, 0), (ended, 2), (cleared, 2), (next, 2)] {
        assert_eq!(session.outcome(), Outcome::Migrated);
        assert_eq!(session.has_changed(), count > 0);
        assert_eq!(saved(&cookie, &session).len(), count);
    }
}

const EACH_SAME_SITE: [SameSite; 4] = [
    SameSite::Lax,
    SameSite::Strict,
    SameSite::Omit,
    SameSite::None,
];

/// Some browsers send the old cookie there, because it has `SameSite=None`, or no `SameSite`.
#[test]
fn a_sign_out_in_a_frame_of_another_site_leaves_no_old_cookie() {
    type SignOut = fn(&Session);
    let ways: [SignOut; 3] = [
        |session| _ = session.invalidate().unwrap(),
        |session| {
            session.invalidate().unwrap();
            session.flash("info", "Bye.").unwrap();
        },
        |session| _ = session.sign_in().unwrap(),
    ];
    for same_site in EACH_SAME_SITE {
        let builder = builder().same_site(same_site).name("new");
        let cookie = builder
            .migrate_from(plain(), start()..start() + DAY)
            .build()
            .unwrap();
        for way in ways {
            let mut jar = Jar::of("old=ada");
            jar.is_framed = true;
            let session = cookie.load(jar.pairs(), start());
            assert_eq!(session.outcome(), Outcome::Migrated);
            way(&session);
            jar.receive(saved(&cookie, &session));
            assert_eq!(jar.value("old"), None, "{same_site:?}");
        }
    }
}

/// Otherwise another site could sign a visitor out, by a frame whose page changes its session.
#[test]
fn a_change_in_a_frame_of_another_site_ends_no_session() {
    for same_site in EACH_SAME_SITE {
        let builder = builder().same_site(same_site).name("new");
        let former = FormerAttributes::new().path("/shop");
        let builder = builder
            .migrate_from(plain(), start()..start() + DAY)
            .formerly(former);
        let cookie = builder.build().unwrap();
        let own = cookie
            .cookie_for(start(), |session| session.insert("user", "ada"))
            .unwrap();
        for brought in ["old=ada; Path=/", &format!("{own}; Path=/shop")] {
            let mut jar = Jar::default();
            jar.receive([brought]);
            for is_framed in [true, false] {
                jar.is_framed = is_framed;
                let session = cookie.load(jar.pairs(), start());
                assert_eq!(
                    session.get("user").unwrap(),
                    Some("ada".to_owned()),
                    "{same_site:?}"
                );
                session.insert("visits", 1).unwrap();
                jar.receive(saved(&cookie, &session));
            }
            assert_eq!(jar.names(), ["new"], "{same_site:?}");
        }
    }
}
