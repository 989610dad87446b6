//! Sessions of a type get the old entries as a dictionary.

use hardtack::{
    SessionData,
    session::{Map, Outcome, Reason},
};
use serde::{Deserialize, Serialize};

use super::{DAY, builder, rules::plain, saved, start};

#[derive(Serialize, Deserialize, Default)]
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

    let session = cookie.load(&fields[1..], start());
    session.update(|login| login.visits += 1).unwrap();
    let fields = saved(&cookie, &session);
    let session = cookie.load(&fields[1..], start());
    assert_eq!(
        session.read(|login| (login.name.clone(), login.visits)),
        ("ada".to_owned(), 1)
    );
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

/// As docs/moving-in.md says of maps whose keys are numbers.
#[test]
#[cfg(feature = "derive")]
fn keys_that_are_numbers_came_as_texts_and_an_earlier_schema_converts_them() {
    use std::collections::BTreeMap;

    use serde_json::json;

    #[derive(Serialize, Deserialize, Default, SessionData)]
    #[session(label = "cart", schema = 1, from_dictionary)]
    struct OldCart {
        cart: BTreeMap<String, u8>,
    }
    #[derive(Serialize, Deserialize, Default, SessionData)]
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
