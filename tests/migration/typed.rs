//! Sessions of a type get the old entries as a dictionary.

use hardtack::{
    SessionData,
    session::{Map, Outcome, Reason},
};
use serde::{Deserialize, Serialize, Serializer, ser::Error};

use super::{DAY, builder, rules::plain, saved, start};

#[derive(Serialize, Deserialize, Default, PartialEq)]
pub(crate) struct Login {
    name: String,
    visits: u32,
}

impl SessionData for Login {
    const LABEL: &str = "login";
    const SCHEMA: u32 = 1;

    fn convert(schema: u32, bytes: &[u8]) -> Option<Login> {
        #[derive(Deserialize)]
        struct Old {
            user: String,
        }
        let old: Old = (schema == 0).then(|| Map::decode(bytes))??;
        (old.user != "mallory").then_some(Login {
            name: old.user,
            visits: 0,
        })
    }
}

#[test]
fn a_type_converts_the_entries() {
    let cookie = builder().typed::<Login>();
    let cookie = cookie
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=ada"], start());
    assert_eq!(session.read(|login| login.name.clone()), "ada");
    let fields = saved(&cookie, &session);
    assert_eq!(fields.len(), 2);

    let session = cookie.load(&fields[..1], start());
    session.update(|login| login.visits += 1).unwrap();
    let fields = saved(&cookie, &session);
    let session = cookie.load(&fields[..1], start());
    assert_eq!(
        session.read(|login| (login.name.clone(), login.visits)),
        ("ada".to_owned(), 1)
    );
}

/// The first response writes the bytes of a session that began here, and not those of the old entries.
#[test]
fn a_session_of_a_type_takes_no_more_room_than_one_that_began_here() {
    let cookie = builder().typed::<Login>();
    let cookie = cookie
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let length = |fields: Vec<String>| {
        let ours = fields.iter().find(|field| field.starts_with("__Host-"));
        ours.unwrap().len()
    };
    let value = || Login {
        name: "ada".to_owned(),
        visits: 0,
    };
    let began_here = cookie.load(None::<&str>, start());
    began_here.replace(value()).unwrap();
    let session = cookie.load(["old=ada"], start());
    assert_eq!(session.read(|login| login.name.clone()), "ada");
    let fields = saved(&cookie, &session);
    let loaded = cookie.load(&fields, start());
    assert_eq!(length(fields), length(saved(&cookie, &began_here)));
    // The same value again is no change.
    loaded.replace(value()).unwrap();
    assert!(saved(&cookie, &loaded).is_empty());
}

#[test]
fn a_session_of_which_the_type_keeps_nothing_is_dropped() {
    #[derive(Serialize, Deserialize, Default, PartialEq)]
    struct Empty;
    impl SessionData for Empty {
        const LABEL: &str = "empty";
        const SCHEMA: u32 = 1;

        fn convert(_: u32, _: &[u8]) -> Option<Empty> {
            Some(Empty)
        }
    }
    let cookie = builder().typed::<Empty>();
    let range = start()..start() + DAY;
    let cookie = cookie.migrate_from(plain(), range).build().unwrap();
    let session = cookie.load(["old=ada"], start());
    assert_eq!(session.outcome(), Outcome::Migrated);
    let fields = saved(&cookie, &session);
    assert!(
        fields.iter().all(|field| field.contains("; Max-Age=0; ")),
        "{fields:?}"
    );
}

#[test]
fn a_type_has_the_room_of_its_own_bytes() {
    let old = || {
        plain().convert(|mut entries| {
            entries.insert("a name that is long".repeat(200), 1.into());
            Some(entries)
        })
    };
    let range = || start()..start() + DAY;
    let dictionary = builder().migrate_from(old(), range()).build().unwrap();
    let too_long = Outcome::NotMigrated {
        reason: Reason::TooLong,
    };
    assert_eq!(dictionary.load(["old=ada"], start()).outcome(), too_long);
    let typed = builder().typed::<Login>().migrate_from(old(), range());
    let typed = typed.build().unwrap();
    let session = typed.load(["old=ada"], start());
    assert_eq!(session.outcome(), Outcome::Migrated);
    const LARGE: [u8; 5000] = [b'x'; 5000];
    let large = plain().convert(|_| {
        let user = str::from_utf8(&LARGE).ok()?;
        Some([("user".to_owned(), user.into())].into_iter().collect())
    });
    let typed = builder().typed::<Login>().migrate_from(large, range());
    let typed = typed.build().unwrap();
    assert_eq!(typed.load(["old=ada"], start()).outcome(), too_long);
}

#[test]
fn a_value_that_cannot_be_written_is_refused() {
    #[derive(Deserialize, Default, PartialEq)]
    struct Nobody(String);
    impl Serialize for Nobody {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            match &*self.0 {
                "" => serializer.serialize_str(""),
                _ => Err(S::Error::custom("somebody")),
            }
        }
    }
    impl SessionData for Nobody {
        const LABEL: &str = "nobody";
        const SCHEMA: u32 = 1;

        fn convert(_: u32, _: &[u8]) -> Option<Nobody> {
            Some(Nobody("ada".to_owned()))
        }
    }
    let cookie = builder().typed::<Nobody>();
    let range = start()..start() + DAY;
    let cookie = cookie.migrate_from(plain(), range).build().unwrap();
    let refused = Outcome::NotMigrated {
        reason: Reason::Payload,
    };
    assert_eq!(cookie.load(["old=ada"], start()).outcome(), refused);
}

#[test]
fn entries_that_the_type_does_not_convert_are_refused_and_a_new_session_can_be_written() {
    let cookie = builder().typed::<Login>();
    let cookie = cookie
        .migrate_from(plain(), start()..start() + DAY)
        .build()
        .unwrap();
    let session = cookie.load(["old=mallory"], start());
    let refused = Outcome::NotMigrated {
        reason: Reason::Payload,
    };
    assert_eq!(session.outcome(), refused);
    assert_eq!(session.read(|login| login.name.clone()), "");
    session.update(|login| login.visits += 1).unwrap();
    assert_eq!(saved(&cookie, &session).len(), 2);
}

#[test]
#[cfg(feature = "derive")]
fn keys_that_are_numbers_came_as_texts_and_an_earlier_schema_converts_them() {
    use std::collections::BTreeMap;

    use serde_json::json;

    #[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
    #[session(label = "cart", schema = 1, from_dictionary)]
    struct OldCart {
        cart: BTreeMap<String, u8>,
    }
    #[derive(Serialize, Deserialize, Default, PartialEq, SessionData)]
    #[session(label = "cart", schema = 2, from = OldCart)]
    struct Cart {
        cart: BTreeMap<u32, u8>,
    }
    impl From<OldCart> for Cart {
        fn from(OldCart { cart }: OldCart) -> Cart {
            let articles = cart.into_iter();
            let articles = articles.filter_map(|(id, count)| Some((id.parse().ok()?, count)));
            Cart {
                cart: articles.collect(),
            }
        }
    }
    let old = || {
        plain().convert(|mut entries| {
            entries.insert("cart".to_owned(), json!({ "7": 2 }));
            Some(entries)
        })
    };
    let range = || start()..start() + DAY;
    let dictionary = builder().migrate_from(old(), range()).build().unwrap();
    let session = dictionary.load(["old=ada"], start());
    assert!(session.get::<BTreeMap<u32, u8>>("cart").is_err());
    let texts: Option<BTreeMap<String, u8>> = session.get("cart").unwrap();
    assert_eq!(texts, Some([("7".to_owned(), 2)].into()));

    let typed = builder().typed::<Cart>().migrate_from(old(), range());
    let session = typed.build().unwrap().load(["old=ada"], start());
    assert_eq!(session.read(|cart| cart.cart.clone()), [(7, 2)].into());
}
