//! Operations of hardtack, each done once for callgrind to count its instructions.
//!
//! Everything is prepared outside of what is counted, and done a few times before, so that what is made once for a
//! process or a thread (the generator of random bytes, the choice of base64) has been made. Keys, time and content
//! are fixed.

#![allow(missing_docs, reason = "the macros make public items without")]

#[allow(dead_code, reason = "it also serves other measurements")]
#[path = "../../peers/src/workloads.rs"]
mod workloads;

use std::{
    convert::Infallible,
    hint::black_box,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use futures_util::FutureExt;
use gungraun::{Callgrind, prelude::*};
use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionLayer, SessionToken,
    carrier::{SessionCookieBuilder, TokenChange},
};
use http::{HeaderValue, Request, Response, header::COOKIE};
use tower::{Layer, Service, service_fn};
use workloads::{Large, Medium, Small, Workload};

main!(
    config = LibraryBenchmarkConfig::default().tool(Callgrind::with_args(["--cache-sim=no"])),
    library_benchmark_groups = sessions
);

library_benchmark_group!(name = sessions, benchmarks = [instructions]);

#[library_benchmark]
#[bench::open_token_s(open_token::<Small>())]
#[bench::open_token_m(open_token::<Medium>())]
#[bench::open_token_l(open_token::<Large>())]
#[bench::open_session_s(open_session::<Small>(1, Arrives::Good))]
#[bench::open_session_m(open_session::<Medium>(1, Arrives::Good))]
#[bench::open_session_l(open_session::<Large>(1, Arrives::Good))]
#[bench::open_session_m_under_the_oldest_of_8_keys(open_session::<Medium>(8, Arrives::Good))]
#[bench::open_session_m_beside_20_cookies(open_session::<Medium>(1, Arrives::BesideOthers))]
#[bench::open_session_m_tampered(open_session::<Medium>(1, Arrives::Tampered))]
#[bench::open_garbage_with_1_key(open_session::<Medium>(1, Arrives::Garbage))]
#[bench::open_garbage_with_64_keys(open_session::<Medium>(64, Arrives::Garbage))]
#[bench::open_dictionary_m_and_get(open_dictionary())]
#[bench::write_session_s(write_session::<Small>())]
#[bench::write_session_m(write_session::<Medium>())]
#[bench::write_session_l(write_session::<Large>())]
#[bench::write_dictionary_m(write_dictionary())]
#[bench::tower_alone(tower::<Medium>(Handler::Alone))]
#[bench::tower_untouched(tower::<Medium>(Handler::Untouched))]
#[bench::tower_read_s(tower::<Small>(Handler::Read))]
#[bench::tower_read_m(tower::<Medium>(Handler::Read))]
#[bench::tower_read_l(tower::<Large>(Handler::Read))]
#[bench::tower_write_s(tower::<Small>(Handler::Write))]
#[bench::tower_write_m(tower::<Medium>(Handler::Write))]
#[bench::tower_write_l(tower::<Large>(Handler::Write))]
fn instructions(mut work: Work) -> Work {
    work();
    // What is dropped by the caller is not counted.
    work
}

type Work = Box<dyn FnMut()>;

/// Does the work a few times before the one that is counted.
fn warm(mut work: impl FnMut() + 'static) -> Work {
    (0..WARM_UPS).for_each(|_| work());
    Box::new(work)
}

#[derive(Clone, Copy)]
enum Arrives {
    Good,
    BesideOthers,
    Tampered,
    /// A token under a key that is not in the ring, whose id is looked for.
    Garbage,
}

fn open_token<T: Workload>() -> Work {
    let tokens = tokens::<T>();
    let session = tokens.load(None::<&str>, time());
    session.replace(T::sample()).expect(FAILURE);
    let TokenChange::Store(token) = tokens.save(&session).expect(FAILURE) else {
        unreachable!("a session with content is written");
    };
    warm(move || {
        let value = tokens.open(black_box(&token), time());
        look(&value.expect(FAILURE));
    })
}

fn tokens<T: Workload>() -> SessionToken<T> {
    SessionToken::encrypted(ring(1), "instructions")
        .typed()
        .build()
        .expect(FAILURE)
}

fn open_session<T: Workload>(keys: usize, arrives: Arrives) -> Work {
    let cookie = cookie::<T>(keys);
    let field = field::<T>(arrives);
    let session = cookie.load([&field], time());
    let is_good = matches!(arrives, Arrives::Good | Arrives::BesideOthers);
    assert_eq!(session.read(|value| *value == T::sample()), is_good);
    warm(move || {
        let session = cookie.load([black_box(&field)], time());
        session.read(look);
    })
}

fn write_session<T: Workload>() -> Work {
    let cookie = cookie::<T>(1);
    let field = field::<T>(Arrives::Good);
    let open = || {
        let session = cookie.load([&field], time());
        session.read(look);
        session
    };
    let sessions: Vec<Session<T>> = (0..=WARM_UPS).map(|_| open()).collect();
    let mut next = 0;
    warm(move || {
        let session = &sessions[next];
        next += 1;
        session.update(T::change).expect(FAILURE);
        drop(black_box(cookie.save(session).expect(FAILURE)));
    })
}

fn open_dictionary() -> Work {
    let cookie = dictionary();
    let field = field_of_dictionary(&cookie);
    warm(move || {
        let session = cookie.load([black_box(&field)], time());
        look(&session.get::<Medium>(ENTRY).expect(FAILURE));
    })
}

fn write_dictionary() -> Work {
    let cookie = dictionary();
    let field = field_of_dictionary(&cookie);
    let open = || {
        let session = cookie.load([&field], time());
        let mut value = session.get::<Medium>(ENTRY).expect(FAILURE).expect(FAILURE);
        value.change();
        (session, value)
    };
    let sessions: Vec<(Session, Medium)> = (0..=WARM_UPS).map(|_| open()).collect();
    let mut next = 0;
    warm(move || {
        let (session, value) = &sessions[next];
        next += 1;
        session.insert(ENTRY, value).expect(FAILURE);
        drop(black_box(cookie.save(session).expect(FAILURE)));
    })
}

fn dictionary() -> SessionCookie {
    builder(1).build().expect(FAILURE)
}

fn field_of_dictionary(cookie: &SessionCookie) -> String {
    let fill = |session: &Session| session.insert(ENTRY, Medium::sample());
    cookie.cookie_for(time(), fill).expect(FAILURE)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Handler {
    /// Without a session layer.
    Alone,
    Untouched,
    Read,
    Write,
}

fn tower<T: Workload>(handler: Handler) -> Work {
    let field = HeaderValue::try_from(field::<T>(Arrives::Good)).expect(FAILURE);
    let service = service_fn(move |request: Request<()>| async move {
        if matches!(handler, Handler::Read | Handler::Write) {
            let session = Session::<T>::from_extensions(request.extensions()).await;
            let session = session.expect(FAILURE);
            if handler == Handler::Write {
                session.update(T::change).expect(FAILURE);
            } else {
                session.read(look);
            }
        }
        Ok::<_, Infallible>(Response::new(()))
    });
    if handler == Handler::Alone {
        return called(service, field);
    }
    let layer = SessionLayer::new(cookie::<T>(1)).clock(time());
    called(layer.layer(service), field)
}

fn called<S>(mut service: S, field: HeaderValue) -> Work
where
    S: Service<Request<()>, Response = Response<()>, Error = Infallible> + 'static,
{
    warm(move || {
        let mut request = Request::new(());
        request.headers_mut().insert(COOKIE, field.clone());
        let response = service.call(request).now_or_never();
        assert!(black_box(response).is_some(), "nothing waits");
    })
}

fn cookie<T: Workload>(keys: usize) -> SessionCookie<T> {
    builder_of::<T>(keys).build().expect(FAILURE)
}

fn builder_of<T: Workload>(keys: usize) -> SessionCookieBuilder<T> {
    builder(keys).typed()
}

/// Returns a builder with this many keys. The first key is the oldest of them, and seals if it is the only one.
fn builder(keys: usize) -> SessionCookieBuilder {
    SessionCookie::encrypted(ring(keys))
}

fn ring(keys: usize) -> KeyRing {
    let mut keys: Vec<EncryptionKey> = all_keys().take(keys).collect();
    keys.reverse();
    KeyRing::from_keys(keys).expect(FAILURE)
}

fn all_keys() -> impl Iterator<Item = EncryptionKey> {
    let lines = include_str!("keys.txt").lines();
    lines
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.parse().expect(FAILURE))
}

/// Returns a `Cookie` field, under the first key, or under the last one if it is garbage.
fn field<T: Workload>(arrives: Arrives) -> String {
    let pair = |cookie: SessionCookie<T>| {
        let fill = |session: &Session<T>| session.replace(T::sample());
        cookie.cookie_for(time(), fill).expect(FAILURE)
    };
    let good = pair(cookie(1));
    match arrives {
        Arrives::Good => good,
        Arrives::BesideOthers => {
            let other = |i: usize| format!("_ga_{i:02}=GA1.2.1234567890.17000000{i:02}; ");
            (0..20).map(other).collect::<String>() + &good
        }
        Arrives::Tampered => {
            let middle = good.len() / 2;
            let other = if good[middle..].starts_with('A') {
                "B"
            } else {
                "A"
            };
            format!("{}{other}{}", &good[..middle], &good[middle + 1..])
        }
        Arrives::Garbage => {
            let stranger = all_keys().last().expect("there are keys");
            pair(
                SessionCookie::encrypted(stranger)
                    .typed()
                    .build()
                    .expect(FAILURE),
            )
        }
    }
}

fn time() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

fn look<T>(value: &T) {
    black_box(value);
}

const WARM_UPS: usize = 3;
const ENTRY: &str = "session";
const FAILURE: &str = "keys and sessions of a benchmark are good";
