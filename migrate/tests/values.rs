//! Values that serde writes as text for people and as bytes otherwise: actix-session stored the text.

use std::{collections::BTreeMap, net::IpAddr};

use hardtack::{
    Session, SessionCookie, SessionData,
    carrier::SessionCookieBuilder,
    session::{Outcome, Payload},
};
use serde::{Deserialize, Serialize};
use uuid::{Uuid, uuid};

use super::{DAY, builder, cookies::Cookie, saved};

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
    #[derive(Serialize, Deserialize, Default, SessionData)]
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
