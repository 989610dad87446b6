//! Cookies that are changed, cut off, under another key or name, or hold a pickle.
//!
//! Values that serde writes as text for people and as bytes otherwise: actix-session stored the text.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    time::{Duration, SystemTime},
};

use hardtack::{
    Session, SessionCookie, SessionData,
    carrier::SessionCookieBuilder,
    session::{Outcome, Payload, Reason},
};
use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

use super::{
    DAY, builder,
    cookies::{Cookie, Keys},
    saved,
};

fn cookie_and_now(old: &Cookie, keys: Keys) -> (SessionCookie, SystemTime) {
    let now = old.made_at() + Duration::from_secs(60);
    let builder = builder().migrate_from(old.old_with(keys), now - DAY..now + DAY);
    (builder.build().unwrap(), now)
}

/// The reason why the cookie is not taken over.
#[track_caller]
fn reason(cookie: &SessionCookie, field: &str, now: SystemTime) -> Reason {
    let session = cookie.load([field], now);
    let Outcome::NotMigrated { reason } = session.outcome() else {
        panic!("{field}: {}", session.outcome());
    };
    assert!(session.is_new() && session.is_empty());
    assert!(cookie.save(&session).unwrap().is_empty());
    reason
}

#[test]
fn a_changed_cookie_is_refused() {
    for old in Cookie::all() {
        let (cookie, now) = cookie_and_now(&old, Keys::RIGHT);
        for (at, byte) in old.value.char_indices() {
            let other = if byte == 'A' { "B" } else { "A" };
            let mut value = old.value.clone();
            value.replace_range(at..=at, other);
            reason(&cookie, &format!("{}={value}", old.name), now);
        }
    }
}

#[test]
fn a_cookie_cut_off_anywhere_is_refused() {
    for old in Cookie::all() {
        let (cookie, now) = cookie_and_now(&old, Keys::RIGHT);
        for end in 0..old.value.len() {
            reason(&cookie, &format!("{}={}", old.name, &old.value[..end]), now);
        }
    }
}

#[test]
fn a_cookie_under_another_key_is_refused() {
    let changes: [fn(&mut Keys); 4] = [
        |keys| keys.first_byte = 1,
        |keys| keys.secret = "a secret of the old sitf",
        |keys| keys.validate_key = "a key that validatet",
        |keys| keys.encrypt_key = "a key that encryptt",
    ];
    for old in Cookie::all() {
        let outcomes = changes.map(|change| {
            let mut keys = Keys::RIGHT;
            change(&mut keys);
            let (cookie, now) = cookie_and_now(&old, keys);
            cookie.load([old.field()], now).outcome()
        });
        let count = |reason| {
            let refused = Outcome::NotMigrated { reason };
            outcomes.iter().filter(|found| **found == refused).count()
        };
        assert_eq!(count(Reason::Auth), 1, "{}", old.format);
        if old.facts().content.is_none() {
            continue;
        }
        // Beaker's tag is right where only its other key is wrong.
        let has_two = old.format.starts_with("beaker") && !old.format.contains("signed");
        assert_eq!(count(Reason::Payload), usize::from(has_two));
    }
}

/// Signed jars, Pyramid and Beaker do not bind the name.
#[test]
fn a_private_cookie_under_another_name_is_refused() {
    for mut old in Cookie::all()
        .into_iter()
        .filter(|old| old.format.ends_with("private"))
    {
        old.name = "other".to_owned();
        let (cookie, now) = cookie_and_now(&old, Keys::RIGHT);
        assert_eq!(reason(&cookie, &old.field(), now), Reason::Auth);
    }
}

/// So is an integer beyond 64 bits.
#[test]
fn a_pickle_is_refused() {
    for old in Cookie::all() {
        if old.facts().content.is_none() {
            let (cookie, now) = cookie_and_now(&old, Keys::RIGHT);
            let reason = reason(&cookie, &old.field(), now);
            assert_eq!(reason, Reason::Payload, "{}", old.format);
        }
    }
}

#[test]
fn a_huge_cookie_is_refused_unread() {
    for old in Cookie::all() {
        let (cookie, now) = cookie_and_now(&old, Keys::RIGHT);
        for len in [4097, 1_000_000] {
            let field = format!("{}={}", old.name, "A".repeat(len));
            assert_eq!(reason(&cookie, &field, now), Reason::TooLong);
        }
    }
}

const ID: Uuid = uuid!("67e55044-10b1-426f-9247-bb680e5fe0c8");

fn address() -> IpAddr {
    [192, 0, 2, 7].into()
}

fn cart() -> BTreeMap<Uuid, u32> {
    [(ID, 2)].into()
}

/// Takes the session over, and hands it to `look`, once from the old cookie and once from the new one.
fn taken_over<T: Payload>(
    builder: impl Fn() -> SessionCookieBuilder<T>,
    look: impl Fn(&SessionCookie<T>, &Session<T>),
) {
    for format in ["actix types private", "actix types signed"] {
        let old = Cookie::of(format);
        let now = old.made_at();
        let cookie = builder().migrate_from(old.old(), now..now + DAY);
        let cookie = cookie.build().unwrap();
        let session = cookie.load([old.field()], now);
        look(&cookie, &session);
        assert_eq!(session.outcome(), Outcome::Migrated, "{format}");

        let fields = saved(&cookie, &session);
        let session = cookie.load(&fields[..1], now);
        look(&cookie, &session);
        assert!(matches!(session.outcome(), Outcome::Opened { .. }));
    }
}

#[test]
fn a_dictionary_has_the_values_of_the_old_session() {
    taken_over(builder, |_, session| {
        assert_eq!(session.get("user_id").unwrap(), Some(ID));
        assert_eq!(session.get("address").unwrap(), Some(address()));
        assert_eq!(session.get("cart").unwrap(), Some(cart()));
        let text = session.get::<String>("user_id").unwrap();
        assert_eq!(text, Some(ID.to_string()));
    });
}

#[test]
fn a_value_that_is_put_in_again_is_the_same() {
    taken_over(builder, |cookie, session| {
        if session.outcome() == Outcome::Migrated {
            return;
        }
        session.insert("user_id", ID).unwrap();
        session.insert("address", address()).unwrap();
        session.insert("cart", cart()).unwrap();
        assert!(saved(cookie, session).is_empty());
    });
}

#[test]
fn a_type_has_the_values_of_the_old_session() {
    #[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
    #[session(label = "login", schema = 1, from_dictionary)]
    struct Login {
        user_id: Option<Uuid>,
        address: Option<IpAddr>,
        cart: BTreeMap<Uuid, u32>,
    }

    taken_over(
        || builder().typed::<Login>(),
        |_, session| {
            session.read(|login| {
                assert_eq!(login.user_id, Some(ID));
                assert_eq!(login.address, Some(address()));
                assert_eq!(login.cart, cart());
            });
        },
    );
}
