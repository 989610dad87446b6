//! A session leaves nothing of its content in freed memory.
//!
//! Values that belong to the application are not overwritten. So the marker is never such a value here: it is
//! written from the program's text and read without a copy.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionData, SessionError, SessionToken, SigningKey,
    Size, carrier::SessionCookieBuilder, session::Payload,
};
use hardtack_memory::{MARKER_LEN, Scanning, held_after, left_behind, look_for};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::IgnoredAny, ser::Error};

#[global_allocator]
static ALLOCATOR: Scanning = Scanning;

const MARKER: &str = "sixteen letters.";

/// One test at a time: there is one marker, and one count.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let marker: [u8; MARKER_LEN] = MARKER.as_bytes().try_into().unwrap();
    look_for(marker);
    alone
}

fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000 + second)
}

/// Encrypted in both suites, and signed, where the content is readable in every buffer.
fn builders() -> [SessionCookieBuilder; 3] {
    [
        SessionCookie::encrypted(EncryptionKey::generate().unwrap()),
        SessionCookie::encrypted(EncryptionKey::generate_xchacha20().unwrap()),
        SessionCookie::unencrypted_but_signed(SigningKey::generate().unwrap()),
    ]
}

/// `name=token` pairs of a session that was filled with `fill`.
fn sealed<T: Payload>(
    cookie: &SessionCookie<T>,
    fill: impl FnOnce(&Session<T>) -> Result<(), SessionError>,
) -> String {
    cookie.cookie_for(at(0), fill).unwrap()
}

fn put(session: &Session) -> Result<(), SessionError> {
    session.insert("secret", MARKER)
}

/// Runs `work` on a cookie of each kind, with the field of a visitor whose session has the marker.
#[track_caller]
fn check(
    configure: impl Fn(SessionCookieBuilder) -> SessionCookieBuilder,
    work: impl Fn(&SessionCookie, &str) + Sync,
) {
    let _alone = alone();
    for builder in builders() {
        let cookie = configure(builder).build().unwrap();
        let field = sealed(&cookie, put);
        let found = left_behind(|| work(&cookie, &field));
        assert_eq!(found, 0, "{:?}", cookie.mode());
    }
}

#[test]
fn memory_that_was_not_overwritten_is_found() {
    let _alone = alone();
    assert_eq!(left_behind(|| drop(MARKER.to_owned())), 1);
    // After the end of a truncated vector.
    let cut_off = || {
        let mut bytes = MARKER.as_bytes().to_vec();
        bytes.clear();
    };
    assert_eq!(left_behind(cut_off), 1);
    // In a block that had to grow.
    let grown = || {
        let mut bytes = MARKER.as_bytes().to_vec();
        bytes.reserve(1000);
        bytes.fill(0);
    };
    assert_eq!(left_behind(grown), 1);
    // In a buffer that a thread keeps until it ends.
    thread_local! {
        static KEPT: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    let kept = || KEPT.with_borrow_mut(|kept| kept.extend_from_slice(MARKER.as_bytes()));
    assert_eq!(left_behind(kept), 1);
    // In a value of the application.
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.build().unwrap();
    let field = sealed(&cookie, put);
    let owned = || {
        let session = cookie.load([&field], at(1));
        assert!(session.get::<String>("secret").unwrap().is_some());
    };
    assert!(left_behind(owned) > 0);
    let overwritten = || {
        let mut bytes = MARKER.as_bytes().to_vec();
        bytes.fill(0);
        std::hint::black_box(&mut bytes);
    };
    assert_eq!(left_behind(overwritten), 0);
}

#[test]
fn a_session_that_is_read_leaves_nothing() {
    check(
        |builder| builder,
        |cookie, field| {
            let session = cookie.load([field], at(1));
            assert!(session.contains_key("secret"));
            assert!(session.get::<IgnoredAny>("secret").unwrap().is_some());
            assert!(cookie.save(&session).unwrap().is_empty());
        },
    );
}

#[test]
fn a_session_that_is_written_leaves_nothing() {
    check(
        |builder| builder,
        |cookie, _| {
            let session = cookie.load(None::<&str>, at(0));
            put(&session).unwrap();
            session.insert("other", MARKER).unwrap();
            assert!(session.remove("other").unwrap());
            assert_eq!(cookie.save(&session).unwrap().iter().len(), 1);
        },
    );
}

#[test]
fn a_session_that_is_changed_and_ended_leaves_nothing() {
    check(
        |builder| builder.padding(hardtack::carrier::Padding::Padme),
        |cookie, field| {
            let session = cookie.load([field], at(1));
            session.insert("more", (MARKER, MARKER)).unwrap();
            session.insert("secret", 7).unwrap();
            session.renew().unwrap();
            session.invalidate().unwrap();
            put(&session).unwrap();
            session.clear().unwrap();
            put(&session).unwrap();
            assert!(!cookie.save(&session).unwrap().is_empty());
        },
    );
}

#[test]
fn messages_leave_nothing() {
    check(
        |builder| builder,
        |cookie, _| {
            let session = cookie.load(None::<&str>, at(0));
            for _ in 0..3 {
                session.flash("", MARKER).unwrap();
            }
            session.flash_once("other", MARKER).unwrap();
            let fields = cookie.save(&session).unwrap();
            let session = cookie.load(&fields, at(1));
            session.flash("", MARKER).unwrap();
            session.clear().unwrap();
            assert!(!cookie.save(&session).unwrap().is_empty());
            // An empty message takes room, too.
            let session = cookie.load(None::<&str>, at(0));
            session.flash("", MARKER).unwrap();
            session.flash(&"long".repeat(100), "").unwrap();
        },
    );
}

#[test]
fn a_session_that_is_refused_after_it_was_opened_leaves_nothing() {
    check(
        |builder| builder,
        |cookie, field| {
            // Expired, and denied.
            assert!(cookie.load([field], at(1_000_000)).is_new());
        },
    );
    check(
        |builder| builder.revoked_if(|_| true),
        |cookie, field| assert!(cookie.load([field], at(1)).is_new()),
    );
}

#[test]
fn a_session_that_cannot_be_written_leaves_nothing() {
    check(
        |builder| builder,
        |cookie, field| {
            let session = cookie.load([field], UNIX_EPOCH);
            put(&session).unwrap();
            assert!(cookie.save(&session).is_err());
        },
    );
}

#[test]
fn several_tokens_of_one_name_leave_nothing() {
    check(
        |builder| builder,
        |cookie, field| {
            let more = sealed(cookie, |session| {
                session.insert("secret", (MARKER, MARKER, [7; 32]))
            });
            for fields in [[&more, field], [field, &more]] {
                assert!(!cookie.load(fields, at(1)).is_new());
            }
            let junk = format!("{}=junk", cookie.name());
            assert!(!cookie.load([&junk, field, &junk], at(1)).is_new());
        },
    );
}

#[test]
fn a_long_token_that_is_refused_before_a_short_one_leaves_nothing() {
    check(
        |builder| builder,
        |cookie, _| {
            let long = sealed(cookie, |session| {
                session.insert("filler", [7; 32])?;
                session.insert("secret", MARKER)
            });
            let later = at(2000);
            let short = cookie.cookie_for(later, |session| session.insert("a", 1));
            let session = cookie.load([long, short.unwrap()], later);
            assert_eq!(session.keys(), ["a"]);
        },
    );
}

#[test]
fn a_session_in_several_cookies_leaves_nothing() {
    check(
        |builder| builder.size(Size::Split(4)),
        |cookie, _| {
            let fields = {
                let session = cookie.load(None::<&str>, at(0));
                for key in ["a", "b", "c"] {
                    // Shorter than the buffer that a value usually gets.
                    session
                        .insert(key, (MARKER, [7_u8; 150].as_slice()))
                        .unwrap();
                }
                for key in 'd'..'z' {
                    session
                        .insert(&key.to_string(), [7_u8; 200].as_slice())
                        .unwrap();
                }
                cookie.save(&session).unwrap()
            };
            assert!(fields.iter().len() > 1);
            let session = cookie.load(&fields, at(1));
            assert!(session.contains_key("a"));
            session.insert("b", 7).unwrap();
            assert!(!cookie.save(&session).unwrap().is_empty());
        },
    );
}

#[test]
fn a_hook_that_looks_at_another_session_leaves_nothing() {
    let other = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let other = other.name("__Host-other").build().unwrap();
    let field = sealed(&other, put);
    check(
        |builder| {
            let (other, field) = (other.clone(), field.clone());
            builder.revoked_if(move |_| {
                clear_stack();
                other.load([&field], at(1)).is_new()
            })
        },
        |cookie, field| assert!(!cookie.load([field], at(1)).is_new()),
    );
}

/// Overwrites the stack that the caller's next calls use. HMAC leaves a part of a signed message there, with which a session
/// would be moved to the heap.
#[inline(never)]
fn clear_stack() {
    std::hint::black_box(&mut [0_u8; 32 * 1024]);
}

#[test]
fn bytes_after_a_body_are_overwritten_too() {
    let _alone = alone();
    for builder in builders() {
        let cookie = builder.build().unwrap();
        let field = sealed(&cookie, put);
        // The tag, which follows the body in the bytes of the token and stands nowhere else.
        let (_, token) = field.split_once('=').unwrap();
        let bytes = URL_SAFE_NO_PAD.decode(token).unwrap();
        look_for(*bytes.last_chunk().unwrap());
        let found = left_behind(|| {
            assert!(!cookie.load([&field], at(1)).is_new());
        });
        assert_eq!(found, 0, "{:?}", cookie.mode());
    }
}

/// A type that keeps none of the bytes that it reads and writes: the marker, and `more` other bytes. `MISREAD` of
/// them are read as none, and behind `UNWRITABLE` comes an error.
#[derive(Debug, Default, PartialEq)]
struct Quiet {
    more: usize,
}

impl Serialize for Quiet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let more = &[7_u8; 1000][..self.more];
        if self.more == UNWRITABLE {
            return (MARKER, more, Unwritable).serialize(serializer);
        }
        (MARKER, more).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Quiet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Quiet, D::Error> {
        let (marker, rest) = <(&str, &[u8])>::deserialize(deserializer)?;
        assert_eq!(marker, MARKER);
        let more = if rest.len() == MISREAD { 0 } else { rest.len() };
        Ok(Quiet { more })
    }
}

const MISREAD: usize = 77;
const UNWRITABLE: usize = 78;

struct Unwritable;

impl Serialize for Unwritable {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        Err(S::Error::custom("never written"))
    }
}

impl SessionData for Quiet {
    const LABEL: &str = "quiet";
    const SCHEMA: u32 = 1;
}

#[test]
fn a_typed_session_leaves_nothing() {
    let _alone = alone();
    for builder in builders() {
        let cookie = builder.typed::<Quiet>().build().unwrap();
        let field = sealed(&cookie, |session| session.ensure_id().map(drop));
        let found = left_behind(|| {
            let session = cookie.load([&field], at(1));
            session.read(|_| ());
            session.update(|value| value.more = 10).unwrap();
            // More than the memory that is asked for first.
            session.replace(Quiet { more: 1000 }).unwrap();
            assert_eq!(cookie.save(&session).unwrap().iter().len(), 1);
        });
        assert_eq!(found, 0, "{:?}", cookie.mode());
    }
}

#[test]
fn a_typed_value_that_is_refused_leaves_nothing() {
    let _alone = alone();
    for builder in builders() {
        let cookie = builder.typed::<Quiet>().build().unwrap();
        let session = cookie.load(None::<&str>, at(0));
        let found = left_behind(|| {
            for more in [MISREAD, UNWRITABLE] {
                let refused = session.replace(Quiet { more });
                assert!(matches!(refused, Err(SessionError::Encode { .. })));
            }
            let refused = session.update(|value| value.more = MISREAD);
            assert!(matches!(refused, Err(SessionError::Encode { .. })));
        });
        assert_eq!(found, 0, "{:?}", cookie.mode());
    }
}

#[test]
fn a_token_that_is_only_looked_at_leaves_nothing() {
    let _alone = alone();
    for tokens in [
        SessionToken::encrypted(EncryptionKey::generate().unwrap(), "mobile"),
        SessionToken::encrypted(EncryptionKey::generate_xchacha20().unwrap(), "mobile"),
        SessionToken::unencrypted_but_signed(SigningKey::generate().unwrap(), "mobile"),
    ] {
        let tokens = tokens.typed::<Quiet>().build().unwrap();
        let session = tokens.load(None::<&str>, at(0));
        session.ensure_id().unwrap();
        let hardtack::carrier::TokenChange::Store(token) = tokens.save(&session).unwrap() else {
            panic!("a session with an id is written");
        };
        let found = left_behind(|| {
            assert_eq!(tokens.open(&token, at(1)), Ok(Quiet { more: 0 }));
        });
        assert_eq!(found, 0, "{:?}", tokens.mode());
    }
}

#[test]
fn a_value_that_was_refused_for_its_size_is_not_kept_by_the_thread() {
    let _alone = alone();
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.build().unwrap();
    let large = "x".repeat(2 * 1024 * 1024);
    let held = held_after(|| {
        let session = cookie.load(None::<&str>, at(0));
        let refused = session.insert("large", &large);
        assert!(matches!(refused, Err(SessionError::TooLarge(_))));
    });
    assert!((0..=64 * 1024).contains(&held), "{held}");
}
