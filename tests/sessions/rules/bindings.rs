//! A session is bound to the application and the type, in addition to its name.

use std::{any::type_name, fmt::Debug};

use hardtack::{
    ConfigError, EncryptionKey, KeyRing, SessionCookie, SessionData, SessionHeader, SessionToken,
    carrier::SessionCookieBuilder,
    keys::SharedKeyRing,
    session::{Map, Payload, Reason},
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{
    common::{at, says, sealed},
    revocation::reason,
};

/// The sessions of a shop, and those of its administration.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Cart {
    articles: u32,
}

impl SessionData for Cart {
    const LABEL: &str = "cart";
    const SCHEMA: u32 = 1;
}

#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Admin {
    level: u32,
}

impl SessionData for Admin {
    const LABEL: &str = "admin";
    const SCHEMA: u32 = 1;
}

/// A type that replaced a dictionary.
#[derive(Debug, Default, Serialize, Deserialize, PartialEq)]
struct Former {
    user: u32,
}

impl SessionData for Former {
    const LABEL: &str = "";
    const SCHEMA: u32 = 1;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Former> {
        (schema == 0).then(|| Map::decode(bytes))?
    }
}

/// A ring that no other test has.
fn own_ring() -> KeyRing {
    KeyRing::from(EncryptionKey::generate().unwrap())
}

/// A session of another program with this ring.
fn full_cart(builder: SessionCookieBuilder) -> String {
    let cookie = builder.typed().build().unwrap();
    sealed(&cookie, at(0), |session| {
        session.replace(Cart { articles: 7 }).unwrap();
    })
}

#[test]
fn a_label_has_1_to_255_bytes() {
    let (most, more) = ("x".repeat(255), "x".repeat(256));
    let check = |label: &str, is_good: bool| {
        let builder = || SessionCookie::encrypted(own_ring());
        let built = builder().application(label).build();
        assert_eq!(built.is_ok(), is_good, "{} bytes", label.len());
        let is_named = |error: ConfigError| error.settings().eq(["application"]);
        assert!(built.err().is_none_or(is_named));
    };
    check("", false);
    check("ö", true);
    check(&most, true);
    check(&more, false);
    let tool = SessionCookie::encrypted(own_ring()).type_label(more);
    let error = tool.build().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`type_label` has 256 bytes, expected at most 255"
    );
}

#[track_caller]
fn check_refused<C: Debug>(built: Result<C, ConfigError>) {
    let error = built.unwrap_err();
    let sentence = error.to_string();
    assert!(
        sentence.contains("Cart") && sentence.contains("choose another name"),
        "{sentence}"
    );
}

#[test]
fn one_name_has_sessions_of_one_type_under_a_shared_ring() {
    fn other<T: Payload>(ring: &SharedKeyRing) -> SessionCookieBuilder<T> {
        SessionCookie::encrypted(ring.clone()).typed()
    }
    let ring = SharedKeyRing::from(own_ring());
    let carts = other::<Cart>(&ring).build().unwrap();
    check_refused(other::<Admin>(&ring).build());
    check_refused(other::<Map>(&ring).build());
    // Also after its keys changed.
    ring.replace(own_ring()).unwrap();
    check_refused(other::<Admin>(&ring).build());

    // No conflict: the same type, or another name, application, context, carrier or ring.
    assert!(other::<Cart>(&ring).build().is_ok());
    let apart = || other::<Admin>(&ring);
    assert!(apart().name("__Host-admin").build().is_ok());
    assert!(apart().application("admin").build().is_ok());
    assert!(apart().context("for", "admins").build().is_ok());
    let token = SessionToken::encrypted(ring.clone(), "__Host-session");
    assert!(token.typed::<Admin>().build().is_ok());
    let other_ring = SharedKeyRing::from(own_ring());
    assert!(other::<Admin>(&other_ring).build().is_ok());

    // A clone of the cookie keeps the name taken, and so does a session.
    let session = carts.clone().load(None::<&str>, at(0));
    drop(carts);
    check_refused(other::<Admin>(&ring).build());
    drop(session);
    assert!(other::<Admin>(&ring).build().is_ok());
}

/// Such as a type in two versions of one library, or two instances of one generic type.
#[test]
fn types_are_told_apart_whatever_their_names_are() {
    macro_rules! cart {
        () => {{
            #[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
            struct Cart;

            impl SessionData for Cart {
                const LABEL: &str = "cart";
                const SCHEMA: u32 = 1;
            }

            |ring: &SharedKeyRing| {
                let built = SessionCookie::encrypted(ring.clone()).typed::<Cart>();
                (built.build(), type_name::<Cart>())
            }
        }};
    }
    let (one, other) = (cart!(), cart!());
    let ring = SharedKeyRing::from(own_ring());
    let (cookie, name) = one(&ring);
    let (refused, of_the_same_name) = other(&ring);
    assert_eq!(name, of_the_same_name);
    check_refused(refused);
    // Another name for one type is no other type.
    let (again, _) = one(&ring);
    type Alias = Of<u32>;
    drop((cookie.unwrap(), again.unwrap()));

    let ring = SharedKeyRing::from(own_ring());
    let cookie = SessionCookie::encrypted(ring.clone()).typed::<Of<u32>>();
    let _cookie = cookie.build().unwrap();
    let alias = SessionCookie::encrypted(ring.clone()).typed::<Alias>();
    assert!(alias.build().is_ok());
    let other = SessionCookie::encrypted(ring).typed::<Of<u64>>();
    assert!(says(
        &other.build(),
        "sessions of type `all::sessions::rules::bindings::Of<u32>` already"
    ));
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Of<V>(V);

impl<V: Debug + Default + PartialEq + Serialize + DeserializeOwned + Send + Sync + 'static>
    SessionData for Of<V>
{
    const LABEL: &str = "of";
    const SCHEMA: u32 = 1;
}

/// Two rings are not compared, so only the labels and the schemas of two types keep their sessions apart.
#[test]
fn two_rings_of_the_same_keys_may_have_two_types_under_one_name() {
    let text = EncryptionKey::generate().unwrap().expose_secret();
    let ring = || text.parse::<KeyRing>().unwrap();
    let pair = full_cart(SessionCookie::encrypted(ring()));
    for other in [ring(), ring().clone()] {
        let admins = SessionCookie::encrypted(other).typed::<Admin>();
        let session = admins.build().unwrap().load([&pair], at(1));
        assert_eq!(reason(&session), Some(Reason::Auth));
    }
    // The type has the label of a dictionary.
    let dictionary = SessionCookie::encrypted(ring()).build().unwrap();
    let former = SessionCookie::encrypted(ring()).typed::<Former>();
    let former = former.build().unwrap();
    let pair = sealed(&former, at(0), |session| {
        session.replace(Former { user: 42 }).unwrap();
    });
    let session = dictionary.load([&pair], at(1));
    assert_eq!(reason(&session), Some(Reason::Payload));
    assert!(session.insert("user", 43).is_err());
}

/// A request may choose either's context, by `in_context` or `context_by`.
#[test]
fn a_context_keeps_no_two_types_of_one_label_apart() {
    let ring = SharedKeyRing::from(own_ring());
    let builder = || SessionCookie::encrypted(ring.clone()).context("stage", "live");
    let apart = || SessionCookie::encrypted(ring.clone()).context("stage", "test");
    let check_refused = |built: Option<ConfigError>| {
        let sentence = built.unwrap().to_string();
        assert!(sentence.contains("a different label"), "{sentence}");
    };
    let dictionary = builder().build().unwrap();
    check_refused(apart().typed::<Former>().build().err());
    assert!(apart().typed::<Cart>().build().is_ok());
    drop(dictionary);
    let former = builder().typed::<Former>().build().unwrap();
    check_refused(apart().build().err());
    assert!(apart().application("test").build().is_ok());
    drop(former);
    assert!(apart().build().is_ok());
}

#[test]
fn one_token_and_one_header_have_sessions_of_one_type_too() {
    let ring = SharedKeyRing::from(own_ring());
    let token = |purpose| SessionToken::encrypted(ring.clone(), purpose);
    let header = |name| SessionHeader::encrypted(ring.clone(), name);
    let _token = token("mobile").typed::<Cart>().build().unwrap();
    let _header = header("x-session").typed::<Cart>().build().unwrap();
    check_refused(token("mobile").typed::<Admin>().build());
    check_refused(header("X-Session").typed::<Admin>().build());
    assert!(token("x-session").typed::<Admin>().build().is_ok());
}
