//! The count of each event.

use std::sync::Mutex;
use std::{
    collections::BTreeSet,
    future::ready,
    sync::Arc,
    task::{Context, Poll, Waker},
};

use axum::{Router, body::Body, routing};
use hardtack::keys::{Problem, RingSource, WatchedKeyRing};
use hardtack::{
    KeyRing, Session, SessionCookie, SessionError, SessionHeader, SessionLayer,
    carrier::TokenChange,
    companion::Companion,
    csrf::CsrfGuard,
    keys::{RingKey, SharedKeyRing},
    session::Validity,
};
use http::{HeaderMap, Request, StatusCode, header::SET_COOKIE};
use tower::ServiceExt;

use super::table;
use crate::common::{
    Login, NewerLogin, at, block_on, builder,
    companion::Admits,
    cookie,
    counted::{begun_by, counted_by},
    key, pair_of,
    repository::Repository,
    sealed, sealed_of, seconds, signed_in,
};

/// Asserts that `work` counts this, each with the labels that the table lists, and in a counter that begins at 0 with a
/// cookie. `purpose` stands for that of a cookie.
#[track_caller]
fn check(expected: &[(&str, u64)], work: impl FnOnce()) {
    let counts = counted_by(work);
    let table = table();
    let begun = begun_with_a_cookie();
    for metric in counts.keys() {
        let (name, labels) = metric.trim_end_matches('}').split_once('{').unwrap();
        let labels = labels.split(',').filter(|label| !label.is_empty());
        let mut labels: BTreeSet<_> = labels
            .map(|label| label.split_once('=').unwrap().0.to_owned())
            .collect();
        // Prometheus takes a label that is left out for an empty one.
        if name == "hardtack_sessions_read_total" {
            labels.insert("known".to_owned());
        }
        if name == "hardtack_sessions_written_total" {
            labels.insert("reason".to_owned());
        }
        assert_eq!(table.get(name), Some(&labels), "{metric}");
        let is_begun = begun.contains(metric) || name == "hardtack_token_bytes";
        assert!(is_begun, "{metric} does not begin at 0");
    }
    let name = |metric: &str| metric.replace("purpose", "purpose=\"__Host-session\"");
    let expected = expected
        .iter()
        .map(|(metric, count)| (name(metric), *count));
    let found = counts.into_iter();
    let others = ["hardtack_token_bytes", "hardtack_sessions_returned_total"];
    let found = found.filter(|(metric, _)| !others.iter().any(|other| metric.starts_with(other)));
    assert_eq!(found.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
}

/// The counters that are at 0 once a cookie with a watched ring is built.
fn begun_with_a_cookie() -> BTreeSet<String> {
    begun_by(|| {
        drop(vault(&key(0).expose_secret()).1);
        drop(cookie());
    })
}

/// A source whose text can be changed, and the ring that follows it.
pub(super) fn vault(text: &str) -> (impl Fn(&str) + use<>, WatchedKeyRing) {
    let vault = Arc::new(Mutex::new(text.to_owned()));
    let asked = Arc::clone(&vault);
    let source = RingSource::from_fn("the vault", move || Ok(asked.lock().unwrap().clone()));
    let watched = WatchedKeyRing::from_sources([source]).unwrap();
    (
        move |text: &str| text.clone_into(&mut vault.lock().unwrap()),
        watched,
    )
}

/// Reads the session of a pair at a second, does something, and saves it.
fn visit(cookie: &SessionCookie, pair: &str, second: u64, work: fn(&Session)) {
    let session = cookie.load([pair], at(second));
    work(&session);
    let _ = cookie.save(&session).unwrap();
}

fn look(session: &Session) {
    session.get::<u32>("user").unwrap();
}

fn look_at_new(session: &Session) {
    assert!(session.is_new());
}

const OPENED: &str = r#"hardtack_sessions_read_total{purpose,outcome="Opened",reason=""}"#;
const ABSENT: &str = r#"hardtack_sessions_read_total{purpose,outcome="Absent",reason=""}"#;

fn rotated() -> SessionCookie {
    let ring = KeyRing::from_keys([key(1), key(0)]).unwrap();
    SessionCookie::encrypted(ring).build().unwrap()
}

/// With nothing to count yet.
#[test]
fn the_counters_of_a_cookie_are_at_0_once_it_is_built() {
    let begun = begun_with_a_cookie();
    let reasons = Repository::read().reasons();
    for reason in &reasons {
        let counter = format!(
            r#"hardtack_sessions_read_total{{purpose="__Host-session",outcome="Rejected",reason="{reason}"}}"#
        );
        assert!(begun.contains(&counter), "{counter}");
    }
    let read = |counter: &&String| counter.starts_with("hardtack_sessions_read_total");
    assert_eq!(begun.iter().filter(read).count(), reasons.len() + 6);
    let values = &Repository::read().table("src/events/metrics.toml")["values"];
    for failure in values["failure"]["failures"].as_array().unwrap() {
        let failure = failure.as_str().unwrap();
        let counter = format!("hardtack_failures_total{{failure={failure:?}}}");
        assert!(begun.contains(&counter), "{counter}");
    }
    // An old cookie may be rejected for each reason, too.
    #[cfg(feature = "migrate")]
    {
        let old = builder().name("old").build().unwrap();
        let range = at(0)..at(60);
        let taking = || builder().migrate_from(old.clone(), range.clone()).build();
        let begun = begun_by(|| drop(taking().unwrap()));
        assert_eq!(begun.iter().filter(read).count(), 2 * reasons.len() + 7);
    }
}

#[test]
fn a_session_is_counted_by_its_outcome_once() {
    let pair = signed_in(&cookie());
    check(&[(OPENED, 1)], || {
        let session = cookie().load([&pair], at(1));
        look(&session);
        look(&session);
    });
    check(&[(ABSENT, 1)], || visit(&cookie(), "", 1, look));
    let rejected = r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="Idle"}"#;
    check(&[(rejected, 1)], || visit(&cookie(), &pair, 1800, look));
    check(&[], || visit(&cookie(), &pair, 1, |_| {}));
}

#[test]
fn a_session_that_is_written_is_counted_by_its_change() {
    let pair = signed_in(&cookie());
    let written = |change| format!("hardtack_sessions_written_total{{purpose,change={change:?}}}");
    check(&[(ABSENT, 1), (&written("Began"), 1)], || {
        drop(signed_in(&cookie()));
    });
    check(&[(OPENED, 1), (&written("Changed"), 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            session.insert("user", 43).unwrap()
        });
    });
    check(&[(OPENED, 1), (&written("Refreshed"), 1)], || {
        visit(&cookie(), &pair, 1799, look);
    });
    check(&[(OPENED, 1), (&written("Ended"), 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            _ = session.invalidate().unwrap()
        });
    });
    let (ended, began) = (written("Ended"), written("Began"));
    check(&[(OPENED, 1), (&began, 1), (&ended, 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            session.invalidate().unwrap();
            session.flash("", "You are signed out.").unwrap();
        });
    });
    let begin: [fn(&Session); 2] = [
        |session| {
            session.sign_in().unwrap();
            session.insert("user", 43).unwrap();
        },
        |session| session.renew().unwrap(),
    ];
    for sign_in in begin {
        check(&[(OPENED, 1), (&written("SignedIn"), 1)], || {
            visit(&cookie(), &pair, 1, sign_in);
        });
    }
    let accepted = OPENED.replace("Opened", "OpenedUnderAcceptedKey");
    check(&[(&accepted, 1), (&written("Resealed"), 1)], || {
        visit(&rotated(), &pair, 1, look);
    });
}

#[test]
fn a_write_that_a_companion_fails_is_not_counted() {
    let pair = signed_in(&cookie());
    let fails = || {
        let session = cookie().load(None::<&str>, at(0));
        let other = SessionCookie::encrypted(key(1)).build().unwrap();
        Err(other.save(&session).unwrap_err())
    };
    let failing = builder().companion(move |_| Ok(Arc::new(Admits(fails)) as Arc<dyn Companion>));
    let failing = failing.build().unwrap();
    check(&[(OPENED, 1)], || {
        let session = failing.load([&pair], at(1));
        session.insert("user", 43).unwrap();
        assert!(failing.save(&session).is_err());
    });
}

/// Where a proxy drops `Set-Cookie`, none does.
#[test]
fn a_session_that_comes_back_within_a_minute_after_it_was_written_is_counted() {
    let returned_after = |change: &str, count: &str, work: &dyn Fn()| {
        let found = counted_by(work);
        let name = r#"hardtack_sessions_returned_total{purpose="__Host-session",change="#;
        let found = found.get(&format!("{name}{change:?}}}"));
        assert_eq!(found.map(u64::to_string).as_deref().unwrap_or("0"), count);
    };
    let returned = |count: &str, work: &dyn Fn()| {
        returned_after("Began", count, work);
        returned_after("SignedIn", "0", work);
    };
    let pair = signed_in(&cookie());
    returned("1", &|| visit(&cookie(), &pair, 59, look));
    returned("0", &|| visit(&cookie(), &pair, 60, look));
    returned("0", &|| drop(signed_in(&cookie())));
    let signed_in = sealed(&cookie(), at(0), |session| _ = session.sign_in().unwrap());
    returned_after("SignedIn", "1", &|| visit(&cookie(), &signed_in, 59, look));
    returned_after("Began", "0", &|| visit(&cookie(), &signed_in, 59, look));
    // One that was only refreshed or changed began earlier.
    let later = cookie().load([&pair], at(1_000));
    later.insert("user", 43).unwrap();
    let saved = cookie().save(&later).unwrap();
    let changed = pair_of(saved.iter().next().unwrap()).to_owned();
    returned("0", &|| visit(&cookie(), &changed, 1_001, look));
    returned_after("Written", "1", &|| visit(&cookie(), &changed, 1_059, look));
    returned_after("Written", "0", &|| visit(&cookie(), &changed, 1_060, look));
    // As if that `Set-Cookie` were lost.
    returned_after("Written", "0", &|| visit(&cookie(), &pair, 1_001, look));
    returned_after("Written", "0", &|| visit(&cookie(), &signed_in, 59, look));
    // Its client keeps it, even if it is refused.
    let refusing = builder().revoked_if(|_| true).build().unwrap();
    returned("1", &|| visit(&refusing, &pair, 1, look_at_new));
    returned("0", &|| visit(&rotated_away(), &pair, 1, look_at_new));
    // One that the response sets already, as by an inner service that signs in, has come from no client.
    let begun = sealed(&cookie(), at(1_000), |session| {
        session.insert("user", 7).unwrap();
    });
    returned("0", &|| {
        let session = cookie().load([&changed], at(1_001));
        look(&session);
        let mut headers = HeaderMap::new();
        headers.insert(SET_COOKIE, begun.parse().unwrap());
        cookie()
            .save_to(&session, StatusCode::OK, &mut headers)
            .unwrap();
    });
}

fn rotated_away() -> SessionCookie {
    SessionCookie::encrypted(key(1)).build().unwrap()
}

/// So that an alert tells visitors who are signed out from cookies that somebody forges, who does not sign in.
#[test]
fn a_session_that_replaces_one_that_was_rejected_is_counted_by_the_reason() {
    let other = builder().application("other").build().unwrap();
    let pair = signed_in(&other);
    let rejected = |reason: &str| {
        format!("hardtack_sessions_read_total{{purpose,outcome=\"Rejected\",reason={reason:?}}}")
    };
    let began = |reason: &str| {
        format!("hardtack_sessions_written_total{{purpose,change=\"Began\",reason={reason:?}}}")
    };
    let begin = |session: &Session| session.insert("user", 43).unwrap();
    let sign_in = |session: &Session| _ = session.sign_in().unwrap();
    for (pair, reason) in [
        (&*pair, "Auth"),
        ("__Host-session=eyJh.eyJz.c2ln", "Incomplete"),
    ] {
        check(&[(&rejected(reason), 1), (&began(reason), 1)], || {
            visit(&cookie(), pair, 1, begin);
        });
        let signed_in = began(reason).replace("Began", "SignedIn");
        check(&[(&rejected(reason), 1), (&signed_in, 1)], || {
            visit(&cookie(), pair, 1, sign_in);
        });
        check(&[(&rejected(reason), 1)], || {
            visit(&cookie(), pair, 1, look_at_new)
        });
    }
    let ended = r#"hardtack_sessions_written_total{purpose,change="Ended"}"#;
    check(&[(&rejected("Auth"), 1), (ended, 1)], || {
        visit(&cookie(), &pair, 1, |session| {
            _ = session.invalidate().unwrap()
        });
    });
}

/// A deploy whose own errors are told by nobody else.
#[test]
fn a_change_that_a_5xx_drops_is_counted_if_a_visitor_loses_it() {
    let pair = signed_in(&cookie());
    let failed = r#"hardtack_failures_total{failure="ServerError"}"#;
    let ends_with = |status: u16, pair: &str, work: fn(&Session)| {
        let session = cookie().load([pair], at(1));
        work(&session);
        let status = StatusCode::from_u16(status).unwrap();
        let mut fields = HeaderMap::new();
        cookie().save_to(&session, status, &mut fields).unwrap();
        assert!(!fields.contains_key(SET_COOKIE));
    };
    let change = |session: &Session| session.insert("user", 43).unwrap();
    for status in [500, 503] {
        check(&[(failed, 1), (OPENED, 1)], || {
            ends_with(status, &pair, change)
        });
    }
    // A full session is counted by itself, and anyone can cause it.
    let fill = |session: &Session| {
        session.insert("user", 43).unwrap();
        session.insert("note", "x".repeat(9000)).unwrap_err();
    };
    check(&[(OPENED, 1)], || ends_with(413, &pair, fill));
    // A crawler that meets a page which fails.
    check(&[(ABSENT, 1)], || ends_with(500, "", change));
    check(&[(OPENED, 1)], || ends_with(500, &pair, look));
    check(&[(OPENED, 1)], || ends_with(408, &pair, change));
    check(&[(OPENED, 1)], || {
        ends_with(500, &pair, |session| {
            session.insert("user", 43).unwrap();
            let _ = session.discard();
        });
    });
}

#[test]
fn the_bytes_of_a_token_are_counted() {
    let mut pair = String::new();
    let counts = counted_by(|| pair = signed_in(&cookie()));
    let name = r#"hardtack_token_bytes{purpose="__Host-session"}"#;
    let (_, token) = pair.split_once('=').unwrap();
    assert_eq!(counts[name], token.len() as u64);
}

/// Sends a request with these fields to an application whose only path is `POST /`.
fn post(app: Router, fields: &[(&str, &str)]) {
    let request = fields
        .iter()
        .fold(Request::post("/"), |request, (name, value)| {
            request.header(*name, *value)
        });
    drop(block_on(app.oneshot(request.body(Body::empty()).unwrap())));
}

#[test]
fn a_question_that_fails_is_counted() {
    let asking = builder().revalidate_after(seconds(60), |_| ready(Err("no database")));
    let cookie = asking.build().unwrap();
    let pair = signed_in(&cookie);
    let failed = r#"hardtack_failures_total{failure="Validation"}"#;
    let rejected =
        r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="Unvalidated"}"#;
    check(&[(failed, 1), (rejected, 1)], || {
        let session = cookie.load([&pair], at(60));
        assert!(block_on(session.validate()).is_err());
        assert!(block_on(session.validate()).is_err());
        look(&session);
        let _ = cookie.save(&session).unwrap();
    });
}

/// Each question that begins while earlier ones have waited for too long.
#[test]
fn questions_that_hang_are_counted() {
    let asking = builder().revalidate_after(seconds(60), |session| {
        let hangs = session.get::<u32>("user").ok().flatten() == Some(42);
        async move {
            if hangs {
                std::future::pending::<()>().await;
            }
            Ok::<_, std::io::Error>(Validity::Valid)
        }
    });
    let cookie = asking.build().unwrap();
    let hangs = r#"hardtack_failures_total{failure="ValidationHangs"}"#;
    let pair = signed_in(&cookie);
    let other = sealed(&cookie, at(0), |session| session.insert("user", 1).unwrap());
    let asked = |pair: &str, second| {
        let session = cookie.load([pair], at(second));
        let mut asked = Box::pin(async move { session.validate().await.is_ok() });
        let answer = asked.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        (asked, answer)
    };
    let problems = |second| {
        let keys = cookie.keys_in_use(at(second));
        let problems = keys.problems.iter().map(ToString::to_string);
        problems.collect::<Vec<_>>()
    };
    let mut waiting = Vec::new();
    let counted = |expected: Option<u64>, work: &mut dyn FnMut()| {
        assert_eq!(counted_by(work).get(hangs).copied(), expected);
    };
    counted(None, &mut || {
        waiting.extend([asked(&pair, 100).0, asked(&pair, 104).0])
    });
    assert!(problems(104).is_empty());
    counted(Some(2), &mut || {
        waiting.extend([asked(&pair, 105).0, asked(&pair, 200).0])
    });
    let since = "ValidationHangs since 2027-01-15T08:01:45Z: the application has not said for 5 seconds whether \
        sessions are still valid: give its query a timeout";
    assert_eq!(problems(105), [since]);
    // An answer ends it, also for the questions before, as that of a row that is locked.
    counted(Some(1), &mut || {
        assert_eq!(asked(&other, 201).1, Poll::Ready(true))
    });
    assert!(problems(300).is_empty());
    counted(None, &mut || waiting.push(asked(&pair, 301).0));
    assert!(!problems(306).is_empty());
    // Requests that are gone wait for nothing.
    waiting.clear();
    assert!(problems(306).is_empty());
    counted(None, &mut || drop(asked(&pair, 400)));
}

#[test]
fn a_failure_is_counted_by_its_kind() {
    async fn too_large(session: Session) -> Result<(), SessionError> {
        session.insert("note", "x".repeat(5_000))
    }
    async fn insert(session: Session) -> Result<(), SessionError> {
        session.insert("user", 42)
    }
    async fn remember(session: Session) -> Result<(), SessionError> {
        session.remember_for(seconds(1)).map(drop)
    }
    let layer = |second| SessionLayer::new(cookie()).clock(second);
    let failed = |kind| format!("hardtack_failures_total{{failure={kind:?}}}");
    check(&[(&failed("Full"), 1), (ABSENT, 1)], || {
        let app = Router::new().route("/", routing::post(too_large));
        post(app.layer(layer(at(0))), &[]);
    });
    check(&[(&failed("Session"), 1), (ABSENT, 1)], || {
        let app = Router::new().route("/", routing::post(remember));
        post(app.layer(layer(at(0))), &[]);
    });
    check(&[(&failed("Save"), 1), (ABSENT, 1)], || {
        let app = Router::new().route("/", routing::post(insert));
        post(app.layer(layer(std::time::UNIX_EPOCH)), &[]);
    });
    check(&[(&failed("Setup"), 1)], || {
        post(Router::new().route("/", routing::post(insert)), &[]);
    });
}

/// One is a release to roll back, the other a ring to look at.
#[test]
fn a_session_that_is_unreadable_is_counted_by_whether_its_schema_or_its_key_is_unknown() {
    async fn sign(login: Session<Login>) -> Result<(), SessionError> {
        login.update(|login| login.visits += 1)
    }
    let failed = |kind| format!("hardtack_failures_total{{failure={kind:?}}}");
    let rejected = |reason| {
        format!("hardtack_sessions_read_total{{purpose,outcome=\"Rejected\",reason={reason:?}}}")
    };
    let pair = sealed_of(at(0), |session: &Session<NewerLogin>| {
        session.update(|login| login.name.push('A')).unwrap();
    });
    for (ring, failure, reason) in [
        (key(0), "UnreadableSchema", "Payload"),
        (key(1), "UnreadableKey", "UnknownKey"),
    ] {
        let typed = SessionCookie::encrypted(ring).typed::<Login>();
        let typed = typed.keep_unknown_keys(true).build().unwrap();
        check(&[(&failed(failure), 1), (&rejected(reason), 1)], || {
            let app = Router::new().route("/", routing::post(sign));
            let app = app.layer(SessionLayer::new(typed.clone()).clock(at(1)));
            post(app, &[("cookie", &pair)]);
        });
    }
}

/// So that an alert tells a ring that lost a key from forged cookies.
#[test]
fn a_session_under_a_key_that_this_program_dropped_is_told_apart_from_a_forged_one() {
    let unknown = r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="UnknownKey"}"#;
    let dropped = unknown.replace('}', r#",known="dropped"}"#);
    let keys = SharedKeyRing::from(key(0));
    let cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let pairs =
        [key(0), key(1)].map(|key| signed_in(&SessionCookie::encrypted(key).build().unwrap()));
    keys.replace(key(2)).unwrap();
    check(&[(&dropped, 1)], || {
        visit(&cookie, &pairs[0], 1, look_at_new)
    });
    check(&[(unknown, 1)], || {
        visit(&cookie, &pairs[1], 1, look_at_new)
    });
    keys.replace(KeyRing::from_keys([key(2), key(0)]).unwrap())
        .unwrap();
    let opened = OPENED.replace("Opened", "OpenedUnderAcceptedKey");
    check(&[(&opened, 1)], || {
        let session = cookie.load([&pairs[0]], at(1));
        look(&session);
    });
}

/// A program without the new ring seals under the old key, and the others see it.
#[test]
fn a_session_that_was_sealed_under_an_earlier_key_too_late_is_told_apart() {
    let accepted =
        r#"hardtack_sessions_read_total{purpose,outcome="OpenedUnderAcceptedKey",reason=""}"#;
    let superseded = accepted.replace('}', r#",known="superseded"}"#);
    let old = SessionCookie::encrypted(key(0)).build().unwrap();
    // Sealed at this second, and brought at that one, to a program whose next key seals from second 0 on.
    let brought = |sealed_at: u64, read_at: u64, expected: &str| {
        let ring = KeyRing::from_keys([
            RingKey::from(key(0)),
            RingKey::from(key(1)).seal_from(at(0)),
        ]);
        let new = SessionCookie::encrypted(ring.unwrap()).build().unwrap();
        let pair = sealed(&old, at(sealed_at), |session| {
            session.insert("user", 1).unwrap();
        });
        check(&[(expected, 1)], || {
            look(&new.load([&pair], at(read_at)));
        });
    };
    // The clock that sealed it may be behind, if the session began where one is ahead.
    brought(59, 100, accepted);
    brought(60, 100, &superseded);
    // Its program may have the ring by now.
    brought(60, 659, &superseded);
    brought(60, 660, accepted);
    // Its last activity counts, and not when it began.
    let pair = sealed(&old, at(0), |session| session.insert("user", 1).unwrap());
    let session = old.load([&pair], at(900));
    session.insert("user", 2).unwrap();
    let fields = old.save(&session).unwrap();
    let pair = pair_of(fields.iter().next().unwrap()).to_owned();
    let ring = |keys: [RingKey; 2]| SessionCookie::encrypted(KeyRing::from_keys(keys).unwrap());
    for (second, expected) in [(840, &*superseded), (841, accepted)] {
        let new = ring([key(0).into(), RingKey::from(key(1)).seal_from(at(second))]);
        let new = new.build().unwrap();
        check(&[(expected, 1)], || look(&new.load([&pair], at(901))));
    }
    // Without a time, nobody knows since when the other key seals. And a planned key has no successor.
    let without = ring([key(1).into(), key(0).into()]).build().unwrap();
    let planned = ring([key(1).into(), RingKey::from(key(0)).seal_from(at(910))]);
    for other in [without, planned.build().unwrap()] {
        check(&[(accepted, 1)], || look(&other.load([&pair], at(901))));
    }
    // A bare token is told apart, too.
    let token = |ring: KeyRing| SessionHeader::encrypted(ring, "x-session").build();
    let ring = KeyRing::from_keys([key(0).into(), RingKey::from(key(1)).seal_from(at(0))]);
    let (old, new) = (token(key(0).into()).unwrap(), token(ring.unwrap()).unwrap());
    let session = old.load(None::<&str>, at(60));
    session.insert("user", 1).unwrap();
    let TokenChange::Store(sealed) = old.save(&session).unwrap() else {
        panic!()
    };
    let of_token = superseded.replace("purpose", "purpose=\"header:x-session\"");
    let counts = counted_by(|| look(&new.load([&sealed], at(100))));
    assert_eq!(counts.get(&of_token), Some(&1), "{counts:?}");
}

/// A program that a push after a leak did not reach, or a forgery.
#[test]
fn a_session_that_was_used_after_the_end_of_its_key_is_told_although_it_is_rejected() {
    let rejected =
        r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="RetiredKey"}"#;
    let superseded = rejected.replace('}', r#",known="superseded"}"#);
    let old = SessionCookie::encrypted(key(0)).build().unwrap();
    let of_other = SessionCookie::encrypted(key(0)).application("other");
    let of_other = of_other.build().unwrap();
    let ends = |second| RingKey::from(key(0)).accept_until(at(second));
    let seals = |second| RingKey::from(key(1)).seal_from(at(second));
    // As `ring leaked --at` writes it, and as a rotation that is over.
    let rings = [[ends(100), seals(100)], [ends(150), seals(100)]];
    for ring in rings {
        let ring = KeyRing::from_keys(ring).unwrap();
        let new = SessionCookie::encrypted(ring).build().unwrap();
        for (by, sealed_at, read_at, expected) in [
            (&old, 159, 200, rejected),
            (&old, 160, 200, &*superseded),
            (&old, 160, 759, &superseded),
            // Its program may have the ring by now.
            (&old, 160, 760, rejected),
            // Only its name is that of the key.
            (&of_other, 160, 200, rejected),
        ] {
            let pair = sealed(by, at(sealed_at), |it| it.insert("user", 7).unwrap());
            check(&[(expected, 1)], || {
                let session = new.load([&pair], at(read_at));
                assert_eq!(session.get::<u32>("user").unwrap(), None);
            });
        }
        let is_lacking = |second| {
            let problems = new.keys_in_use(at(second)).problems;
            matches!(problems[..], [Problem::ProgramLacksRing { .. }])
        };
        assert_eq!([1358, 1359].map(is_lacking), [true, false]);
    }
}

/// A rotation in two pushes, whose second makes a known key seal: while it lasts, nobody is signed out.
#[test]
fn a_session_of_a_program_that_the_push_has_not_reached_is_not_told_apart() {
    let accepted =
        r#"hardtack_sessions_read_total{purpose,outcome="OpenedUnderAcceptedKey",reason=""}"#;
    let superseded = accepted.replace('}', r#",known="superseded"}"#);
    let [old, new] = [key(0), key(1)].map(|key| key.expose_secret());
    let sealing = SessionCookie::encrypted(key(0)).build().unwrap();
    let told = |taken_at: u64, sealed_at: u64, expected: &str| {
        let (put, mut watched) = vault(&format!("{}\n{}", *old, *new));
        let cookie = SessionCookie::encrypted(watched.keys()).build().unwrap();
        put(&format!(
            "{}\n{} seal_from=2027-01-15T08:00:00Z",
            *old, *new
        ));
        for _ in 0..3 {
            drop(watched.poll(at(taken_at)));
        }
        let pair = sealed(&sealing, at(sealed_at), |session| {
            session.insert("user", 1).unwrap();
        });
        check(&[(expected, 1)], || {
            look(&cookie.load([&pair], at(sealed_at + 1)));
        });
    };
    told(10, 909, accepted);
    told(10, 910, &superseded);
}

/// Visitors who come back after weeks.
#[test]
fn a_session_under_a_key_that_had_retired_before_it_left_is_an_unknown_one() {
    let unknown = r#"hardtack_sessions_read_total{purpose,outcome="Rejected",reason="UnknownKey"}"#;
    let retired = RingKey::from(key(0)).accept_until(at(0) - seconds(300 * 86_400));
    let ring = KeyRing::from_keys([
        retired,
        RingKey::from(key(1)).seal_from(at(0) - seconds(301 * 86_400)),
    ]);
    let keys = SharedKeyRing::from(ring.unwrap());
    let cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let pair = signed_in(&SessionCookie::encrypted(key(0)).build().unwrap());
    keys.replace(key(1)).unwrap();
    check(&[(unknown, 1)], || visit(&cookie, &pair, 1, look_at_new));
}

#[test]
fn a_request_that_the_guard_refuses_is_counted_without_its_origin() {
    let app = || {
        let app = Router::new().route("/", routing::post(|| async move {}));
        let app = app.layer(CsrfGuard::new());
        app.layer(SessionLayer::new(cookie()).clock(at(0)))
    };
    let refused = |kind| format!("hardtack_csrf_refusals_total{{refusal={kind:?}}}");
    // As behind a proxy that changes `Host`, from a browser that does not know `Sec-Fetch-Site`.
    let moved = [("origin", "https://a.example"), ("host", "b.internal")];
    check(&[(&refused("OtherHost"), 1)], || post(app(), &moved));
    for fields in [
        [
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ],
        [("origin", "null"), ("host", "a.example")],
    ] {
        check(&[(&refused("CrossSite"), 1)], || post(app(), &fields));
    }
    check(&[(&refused("NoToken"), 1)], || post(app(), &[]));
    check(&[(&refused("WrongToken"), 1), (ABSENT, 1)], || {
        post(app(), &[("x-csrf-token", "forged")]);
    });
}

#[test]
fn each_key_that_a_ring_drops_is_counted_and_each_that_returns() {
    let text = |index| key(index).expose_secret().to_string();
    let (vault, mut watched) = vault(&text(0));
    let mut put = |text: String| {
        vault(&text);
        drop([
            watched.poll(at(0)),
            watched.poll(at(0)),
            watched.poll(at(0)),
        ]);
    };
    let dropped = "hardtack_keys_dropped_total{}";
    check(&[], || put(format!("{}\n{}", text(1), text(0))));
    check(&[(dropped, 2)], || put(text(2)));
    let returned = "hardtack_keys_returned_total{}";
    check(&[(dropped, 1), (returned, 1)], || put(text(1)));
    check(&[], || put("no key".to_owned()));
}
