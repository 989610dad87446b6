//! What threads may do at once, in every order. It is run in the copy that `main.rs` makes.

#![allow(clippy::unwrap_used, reason = "a test that fails panics")]

use std::{
    process::ExitCode,
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionError, cookie::SetCookies,
    keys::SharedKeyRing,
};
use loom::thread::{Builder, JoinHandle};

fn main() -> ExitCode {
    for (name, test) in TESTS {
        let orders = AtomicUsize::new(0);
        let orders: &'static AtomicUsize = Box::leak(Box::new(orders));
        loom::model(move || {
            orders.fetch_add(1, Ordering::Relaxed);
            spawn(test).join().expect("it holds");
        });
        let orders = orders.load(Ordering::Relaxed);
        println!("{orders:>6} orders  {name}");
        if orders < 3 {
            println!("these are not the locks of loom: `cargo run --release` runs this in a copy");
            return ExitCode::FAILURE;
        }
    }
    println!("\ntest result: ok. {} passed; 0 failed", TESTS.len());
    ExitCode::SUCCESS
}

const TESTS: [(&str, fn()); 7] = [
    ("no update is lost", no_update_is_lost),
    (
        "a session refuses the thread that is inside an update, and no other",
        inside_an_update,
    ),
    (
        "a change is in the response, or it is refused",
        a_change_is_saved_or_refused,
    ),
    (
        "a session survives a ring that is replaced during its request",
        a_ring_is_replaced_during_a_request,
    ),
    (
        "of two rings at once all cookies get the same",
        two_rings_at_once,
    ),
    (
        "a cookie that is built while the ring is replaced gets the new one",
        built_during_a_replacement,
    ),
    (
        "of two times at once the later one counts",
        two_times_at_once,
    ),
];

fn no_update_is_lost() {
    let site = site();
    let session = new_session(&site);
    let add = |session: Session| move || session.update("count", |count: &mut u32| *count += 1);
    let others = [spawn(add(session.clone())), spawn(add(session.clone()))];
    for other in others {
        other.join().unwrap().unwrap();
    }
    assert_eq!(count(&reload(&site, &session)), 2);
}

fn inside_an_update() {
    let session = new_session(&site());
    session.insert("count", 0).unwrap();
    let other = session.clone();
    let other = spawn(move || other.get::<u32>("count"));
    let inside = session.update("count", |count: &mut u32| {
        let inside = session.get::<u32>("count");
        *count = 1;
        inside
    });
    assert!(matches!(inside.unwrap(), Err(SessionError::InsideUpdate)));
    assert!(matches!(other.join().unwrap(), Ok(Some(0 | 1))));
    assert_eq!(count(&session), 1);
}

fn a_change_is_saved_or_refused() {
    let site = site();
    let session = new_session(&site);
    session.insert("first", 1).unwrap();
    let other = session.clone();
    let other = spawn(move || other.insert("count", 7));
    let fields = site.save(&session).unwrap();
    let is_there = site.load(&fields, time(0)).contains_key("count");
    match other.join().unwrap() {
        Ok(()) => assert!(is_there),
        Err(SessionError::AfterHead) => assert!(!is_there),
        Err(error) => panic!("{error}"),
    }
}

fn a_ring_is_replaced_during_a_request() {
    let keys = SharedKeyRing::from(key(0));
    let site = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let before = sealed(&site);
    let rotation = spawn(move || keys.replace(ring([1, 0])).unwrap());
    let session = site.load(&before, time(1));
    session.insert("count", 7).unwrap();
    let after = site.save(&session).unwrap();
    rotation.join().unwrap();
    assert_eq!(count(&site.load(&after, time(1))), 7);
}

fn two_rings_at_once() {
    let keys = SharedKeyRing::from(key(0));
    let [one, other] = ["one", "other"].map(|name| {
        let site = SessionCookie::encrypted(keys.clone()).name(name);
        site.build().unwrap()
    });
    let rotations = [1, 2].map(|number| {
        let keys = keys.clone();
        spawn(move || keys.replace(key(number)).unwrap())
    });
    for rotation in rotations {
        rotation.join().unwrap();
    }
    for site in [&one, &other] {
        let alone = SessionCookie::encrypted(keys.current()).name(site.name().as_str());
        assert!(!alone.build().unwrap().load(sealed(site), time(1)).is_new());
    }
}

fn built_during_a_replacement() {
    let keys = SharedKeyRing::from(key(0));
    let other = keys.clone();
    let rotation = spawn(move || other.replace(key(1)).unwrap());
    let site = SessionCookie::encrypted(keys).build().unwrap();
    rotation.join().unwrap();
    let new = SessionCookie::encrypted(key(1)).build().unwrap();
    assert!(!new.load(sealed(&site), time(1)).is_new());
}

fn two_times_at_once() {
    let site = site();
    let before = sealed(&site);
    let others = [5, 1].map(|seconds| {
        let site = site.clone();
        spawn(move || site.raise_not_before(time(seconds)))
    });
    for other in others {
        other.join().unwrap();
    }
    assert!(site.load(&before, time(9)).is_new());
    let later = site.load(None::<&str>, time(4));
    later.insert("count", 0).unwrap();
    let later = site.save(&later).unwrap();
    assert!(site.load(&later, time(9)).is_new());
}

/// Starts a thread of loom, whose own stacks are too short for cryptography.
fn spawn<R: Send + 'static>(work: impl FnOnce() -> R + Send + 'static) -> JoinHandle<R> {
    let thread = Builder::new().stack_size(0x2_0000).spawn(work);
    thread.expect("loom has room for it")
}

static KEYS: LazyLock<[String; 3]> = LazyLock::new(|| {
    let key = || EncryptionKey::generate().expect("there are random bytes");
    std::array::from_fn(|_| key().expose_secret().to_string())
});

fn site() -> SessionCookie {
    SessionCookie::encrypted(key(0)).build().unwrap()
}

fn key(number: usize) -> EncryptionKey {
    KEYS[number].parse().unwrap()
}

fn ring<const N: usize>(numbers: [usize; N]) -> KeyRing {
    KeyRing::from_keys(numbers.map(key)).unwrap()
}

fn new_session(site: &SessionCookie) -> Session {
    site.load(None::<&str>, time(0))
}

/// Returns the cookie of a session with a count of 0.
fn sealed(site: &SessionCookie) -> SetCookies {
    let session = new_session(site);
    session.insert("count", 0).unwrap();
    site.save(&session).unwrap()
}

fn reload(site: &SessionCookie, session: &Session) -> Session {
    site.load(site.save(session).unwrap(), time(1))
}

fn count(session: &Session) -> u32 {
    session.get("count").unwrap().unwrap()
}

fn time(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + seconds)
}
