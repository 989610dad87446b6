//! Outcomes that are reported to the application.

use std::sync::{Arc, Mutex};

use hardtack::{
    KeyRing, Session, SessionCookie, SessionLayer,
    carrier::SessionCookieBuilder,
    session::{Outcome, ReadEvent, Reason},
};
use http::{HeaderMap, Request, Response, header::COOKIE};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    Work,
    common::{
        ADAPTERS, READ, UNTOUCHED, Visit, at, block_on, builder, check, cookie, key, pair_of,
        sealed, signed_in, token_of,
    },
};

/// The reported outcomes.
#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<ReadEvent>>>);

impl Told {
    fn by(&self, builder: SessionCookieBuilder) -> SessionCookie {
        let told = self.clone();
        let note = move |reading: &ReadEvent| told.0.lock().unwrap().push(*reading);
        builder.on_outcome(note).build().unwrap()
    }

    fn take(&self) -> Vec<(Outcome, usize)> {
        let told = std::mem::take(&mut *self.0.lock().unwrap());
        told.iter()
            .map(|reading| (reading.outcome, reading.token_bytes))
            .collect()
    }
}

fn rejected(reason: Reason, key_id: Option<hardtack::keys::KeyId>) -> Outcome {
    Outcome::Rejected { reason, key_id }
}

#[test]
fn each_outcome_is_reported_with_its_key_and_the_length_of_its_token() {
    let told = Told::default();
    let keys = KeyRing::from_keys([key(0), key(1)]).unwrap();
    let cookie = told.by(SessionCookie::encrypted(keys));
    let sealing = signed_in(&self::cookie());
    let accepted = signed_in(&SessionCookie::encrypted(key(1)).build().unwrap());
    let unknown = signed_in(&SessionCookie::encrypted(key(2)).build().unwrap());
    let len = token_of(&sealing).len();
    let tampered = format!("{}AAAA", &sealing[..sealing.len() - 4]);
    let [k0, k1, k2] = [0, 1, 2].map(|index| key(index).id());
    let cases = [
        ("", Outcome::Absent, 0),
        ("theme=dark", Outcome::Absent, 0),
        (&*sealing, Outcome::Opened { key_id: k0 }, len),
        (
            &*accepted,
            Outcome::OpenedUnderAcceptedKey { key_id: k1 },
            len,
        ),
        (&*unknown, rejected(Reason::UnknownKey, Some(k2)), len),
        (&*tampered, rejected(Reason::Auth, Some(k0)), len),
        ("__Host-session=%", rejected(Reason::Encoding, None), 1),
        ("__Host-session=", rejected(Reason::TooShort, None), 0),
    ];
    for (pair, outcome, token_bytes) in cases {
        let session = cookie.load([pair], at(1));
        assert_eq!(session.outcome(), outcome);
        assert_eq!(told.take(), [(outcome, token_bytes)], "{pair}");
    }
    let idle = cookie.load([&sealing], at(1800)).outcome();
    assert_eq!(idle, rejected(Reason::Idle, Some(k0)));
    assert_eq!(told.take(), [(idle, len)]);
    // The bytes of all tokens count, and a repeated token counts once.
    let both = cookie
        .load([format!("{sealing}; {sealing}; {accepted}")], at(1))
        .outcome();
    assert_eq!(told.take(), [(both, 2 * len)]);
}

#[test]
fn each_outcome_has_a_sentence() {
    let key_id = key(0).id();
    for (outcome, sentence) in [
        (Outcome::Absent, "the request has no token".to_owned()),
        (
            Outcome::Opened { key_id },
            format!("opened under the sealing key {key_id}"),
        ),
        (
            Outcome::OpenedUnderAcceptedKey { key_id },
            format!("opened under the accepted key {key_id}"),
        ),
        (
            rejected(Reason::Idle, Some(key_id)),
            format!("rejected: {}", Reason::Idle),
        ),
        (
            Outcome::Migrated,
            "taken over from an old cookie".to_owned(),
        ),
        (
            Outcome::NotMigrated {
                reason: Reason::Auth,
            },
            format!("old cookie rejected: {}", Reason::Auth),
        ),
    ] {
        assert_eq!(outcome.to_string(), sentence);
    }
}

#[test]
fn a_used_session_is_reported_once_and_an_unused_one_never() {
    let told = Told::default();
    let cookie = told.by(builder());
    let works: [(Work, usize); 6] = [
        (|_| Ok(()), 0),
        (
            |session| {
                let _clone = session.clone();
                Ok(())
            },
            0,
        ),
        (|session| session.get::<u32>("user").map(drop), 1),
        (
            |session| {
                assert_eq!(session.is_new(), session.is_empty());
                Ok(())
            },
            1,
        ),
        (
            |session| {
                session
                    .insert("user", 1)
                    .and(session.renew())
                    .and(session.clear())
            },
            1,
        ),
        (
            |session| session.invalidate().and(session.insert("user", 1)),
            1,
        ),
    ];
    for pair in ["", "__Host-session=junk", &signed_in(&cookie)] {
        for (work, times) in works {
            told.take();
            let session = cookie.load([pair], at(1));
            work(&session).unwrap();
            drop((cookie.save(&session).unwrap(), session.clone()));
            assert_eq!(told.take().len(), times);
        }
    }
    // A touch after the head counts.
    let session = cookie.load([signed_in(&cookie)], at(1));
    told.take();
    assert!(cookie.save(&session).unwrap().is_empty());
    assert!(told.take().is_empty());
    assert_eq!(session.len(), 1);
    assert_eq!(told.take().len(), 1);
}

#[test]
fn every_adapter_tells_once() {
    let told = Told::default();
    let cookie = told.by(builder());
    let pair = signed_in(&self::cookie());
    check(&Visit::to(&cookie).with(&pair), |_| Ok(()), UNTOUCHED);
    assert!(told.take().is_empty());
    check(
        &Visit::to(&cookie).with(&pair),
        |session| session.get::<u32>("user").map(drop),
        READ,
    );
    // The core, every adapter, and a jar.
    let jar = usize::from(cfg!(feature = "cookie"));
    assert_eq!(told.take().len(), 1 + ADAPTERS + jar);
}

/// The fields of a response through an eager layer.
fn eager(cookie: &SessionCookie, pair: &str, now: u64, work: Work) -> HeaderMap {
    let service = service_fn(|request: Request<()>| async move {
        let session: Session = Session::from_extensions(request.extensions())
            .await
            .unwrap();
        work(&session).unwrap();
        Ok::<_, std::convert::Infallible>(Response::new(()))
    });
    let layer = SessionLayer::new(cookie.clone()).clock(at(now)).eager(true);
    let request = Request::builder().header(COOKIE, pair).body(()).unwrap();
    let Ok(response) = block_on(layer.layer(service).oneshot(request));
    response.headers().clone()
}

#[test]
fn an_eager_layer_reports_every_request_and_leaves_the_response_alone() {
    let told = Told::default();
    let cookie = told.by(builder());
    let pair = signed_in(&self::cookie());
    for (pair, now) in [
        ("", 1),
        ("__Host-session=junk", 1),
        (&*pair, 1),
        (&*pair, 1000),
        (&*pair, 9000),
    ] {
        // Untouched: no `Vary`, no refresh.
        assert!(
            eager(&cookie, pair, now, |session| {
                assert!(!session.is_touched());
                Ok(())
            })
            .is_empty(),
            "{pair} {now}"
        );
        assert_eq!(told.take().len(), 1, "{pair} {now}");
        let visit = Visit::to(&cookie).with(pair).at(now);
        let lazy = visit.run(|session| session.get::<u32>("user").map(drop));
        told.take();
        let used = eager(&cookie, pair, now, |session| {
            session.get::<u32>("user").map(drop)
        });
        assert_eq!(told.take().len(), 1);
        assert_eq!(
            (used.len(), used.get("vary")),
            (lazy.headers.len(), lazy.headers.get("vary"))
        );
    }
    let written = eager(&cookie, &pair, 1, |session| session.insert("user", 43));
    let session = self::cookie().load([pair_of(written["set-cookie"].to_str().unwrap())], at(1));
    assert_eq!(session.get("user").unwrap(), Some(43));
}

#[test]
fn an_id_is_never_reported() {
    let told = Told::default();
    let cookie = told.by(builder());
    let pair = sealed(&cookie, at(0), |session| {
        session.insert("secret", "hunter2").unwrap();
        session.ensure_id().unwrap();
    });
    let session = cookie.load([&pair], at(1));
    let id = session.id().unwrap().to_string();
    let text = format!("{:?} {session:?} {cookie:?}", told.take());
    assert!(!text.contains(&id) && !text.contains("hunter2") && !text.contains(token_of(&pair)));
}
