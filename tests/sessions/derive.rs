//! `#[derive(SessionData)]`, and types that read what other versions of them wrote.

use hardtack::{
    EncryptionKey, KeyRing, Session, SessionCookie, SessionData, carrier::SessionCookieBuilder,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use uuid::Uuid;

use crate::common::at;

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "login", schema = 1)]
struct First {
    user: u64,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "login", schema = 2, from = First)]
struct Second {
    user: u64,
    language: String,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(schema = 3, label = "login")]
#[session(from = Second)]
struct Third {
    language: String,
    users: Vec<u64>,
}

/// The first version while instances of the second run beside it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "login", schema = 1, from = Other)]
struct Between {
    user: u64,
}

/// What `Second` will be.
#[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
#[session(label = "login", schema = 2)]
struct Other {
    user: u64,
    language: String,
}

/// The second version while instances of the first and the third run beside it.
#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "login", schema = 2, from = Coming)]
struct Middle {
    user: u64,
    language: String,
}

/// What `Third` will be, with all versions before it.
#[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
#[session(label = "login", schema = 3, from = First)]
struct Coming {
    language: String,
    users: Vec<u64>,
}

#[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
#[session(label = "login", schema = 4)]
struct Fourth {
    user: u64,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "", schema = 2, from = MovedFirst, from_dictionary)]
struct Moved {
    user: u64,
    #[serde(default)]
    name: Option<String>,
}

#[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
#[session(label = "", schema = 1)]
struct MovedFirst {
    user: u64,
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize, SessionData)]
#[session(label = "generic", schema = 1)]
#[serde(bound = "")]
struct Of<T: Serialize + DeserializeOwned + PartialEq + Default + Send + Sync + 'static> {
    value: T,
}

impl From<First> for Second {
    fn from(First { user }: First) -> Second {
        Second {
            user,
            language: "en".to_owned(),
        }
    }
}

impl From<Second> for Third {
    fn from(Second { user, language }: Second) -> Third {
        Third {
            language,
            users: vec![user],
        }
    }
}

impl From<Other> for Between {
    fn from(Other { user, .. }: Other) -> Between {
        Between { user }
    }
}

impl From<First> for Coming {
    fn from(First { user }: First) -> Coming {
        Coming {
            language: "en".to_owned(),
            users: vec![user],
        }
    }
}

impl From<Coming> for Middle {
    fn from(Coming { language, users }: Coming) -> Middle {
        Middle {
            user: users.first().copied().unwrap_or_default(),
            language,
        }
    }
}

impl From<MovedFirst> for Moved {
    fn from(MovedFirst { user }: MovedFirst) -> Moved {
        Moved { user, name: None }
    }
}

/// Looks at the session that a program with type `A` wrote, in a program with type `B`.
fn passed_on<A: SessionData, B: SessionData, R>(
    value: A,
    look: impl FnOnce(&Session<B>) -> R,
) -> R {
    let keys = KeyRing::from(EncryptionKey::generate().unwrap());
    let cookie = builder(&keys).typed::<A>().build().unwrap();
    let field = cookie
        .cookie_for(at(0), |session| session.replace(value))
        .unwrap();
    let cookie = builder(&keys).typed::<B>().build().unwrap();
    look(&cookie.load([&field], at(1)))
}

fn builder(keys: &KeyRing) -> SessionCookieBuilder {
    SessionCookie::encrypted(keys.clone())
}

#[test]
fn a_type_has_the_label_and_the_schema_of_its_attribute() {
    assert_eq!((First::LABEL, First::SCHEMA), ("login", 1));
    assert_eq!((Third::LABEL, Third::SCHEMA), ("login", 3));
    assert_eq!((Of::<u8>::LABEL, Of::<u8>::SCHEMA), ("generic", 1));
}

#[test]
fn every_earlier_version_is_read_by_way_of_the_next_ones() {
    let first = passed_on(First { user: 42 }, |session: &Session<Third>| {
        session.read(|third| (third.language.clone(), third.users.clone()))
    });
    assert_eq!(first, ("en".to_owned(), vec![42]));
    let second = Second {
        user: 7,
        language: "sv".to_owned(),
    };
    let second = passed_on(second, |session: &Session<Third>| {
        session.read(|third| third.users.clone())
    });
    assert_eq!(second, [7]);
}

#[test]
fn a_type_that_reads_dictionaries_reads_its_earlier_version_too() {
    let first = passed_on(MovedFirst { user: 42 }, |session: &Session<Moved>| {
        session
            .update(|moved| moved.name.get_or_insert_default().push('!'))
            .unwrap();
        session.read(|moved| (moved.user, moved.name.clone()))
    });
    assert_eq!(first, (42, Some("!".to_owned())));
}

#[test]
fn an_instance_of_the_first_deployment_reads_sessions_of_the_second_and_answers_forms() {
    let second = Second {
        user: 42,
        language: "sv".to_owned(),
    };
    passed_on(second, |session: &Session<Between>| {
        assert_eq!(session.read(|between| between.user), 42);
        let token = session.csrf_token().unwrap();
        assert!(session.verify_csrf(&token).is_ok());
        session.update(|between| between.user = 43).unwrap();
    });
}

#[test]
fn an_instance_between_two_versions_reads_both_and_refuses_one_that_is_not_known() {
    let read = |session: &Session<Middle>| {
        let is_changed = session.update(|middle| middle.user += 1).is_ok();
        session.read(|middle| (middle.user, middle.language.clone(), is_changed))
    };
    let third = Third {
        language: "sv".to_owned(),
        users: vec![7, 8],
    };
    assert_eq!(
        passed_on(First { user: 42 }, read),
        (43, "en".to_owned(), true)
    );
    assert_eq!(passed_on(third, read), (8, "sv".to_owned(), true));
    assert_eq!(
        passed_on(Fourth { user: 42 }, read),
        (0, String::new(), false)
    );
}

#[test]
fn a_version_that_is_not_known_is_refused_and_not_overwritten() {
    let second = Second {
        user: 42,
        language: "sv".to_owned(),
    };
    passed_on(second, |session: &Session<First>| {
        assert_eq!(session.read(|first| first.user), 0);
        assert!(session.update(|first| first.user = 1).is_err());
    });
}

#[test]
fn a_dictionary_is_read_by_the_names_of_its_keys() {
    let keys = KeyRing::from(EncryptionKey::generate().unwrap());
    let dictionary = builder(&keys).build().unwrap();
    let field = |fill: &dyn Fn(&Session)| {
        let fill = |session: &Session| {
            fill(session);
            session.ensure_id().map(drop)
        };
        dictionary.cookie_for(at(0), fill).unwrap()
    };
    let full = field(&|session| {
        session.insert("user", 42).unwrap();
        session.insert("cart", [7]).unwrap();
    });
    let empty = field(&|_| {});
    let wrong = field(&|session| session.insert("user", "ada").unwrap());
    let typed = builder(&keys).typed::<Moved>().build().unwrap();
    let read = |field: &str| {
        let session = typed.load([field], at(1));
        (
            session.read(|moved| moved.user),
            session.update(|_| ()).is_ok(),
        )
    };
    assert_eq!(
        [read(&full), read(&empty), read(&wrong)],
        [(42, true), (0, true), (0, false)]
    );
}

#[test]
fn an_id_is_a_text_in_a_dictionary_and_bytes_in_the_type_that_reads_it() {
    #[derive(Default, Serialize, Deserialize, PartialEq, SessionData)]
    #[session(label = "", schema = 1, from_dictionary)]
    struct Login {
        id: Option<Uuid>,
    }
    let keys = KeyRing::from(EncryptionKey::generate().unwrap());
    let id = Uuid::from_u128(u128::MAX / 3);
    let dictionary = builder(&keys).build().unwrap();
    let field = dictionary.cookie_for(at(0), |session| session.insert("id", id));

    let typed = builder(&keys).typed::<Login>().build().unwrap();
    let session = typed.load([field.unwrap()], at(1));
    assert_eq!(session.read(|login| login.id), Some(id));
    session.update(|_| ()).unwrap();
    let fields = typed.save(&session).unwrap();
    let token = typed.name().tokens_in(&fields).remove(0).unwrap();
    let content = typed.inspect(&token, at(1)).unwrap();
    let compact = [&[1, 16][..], id.as_bytes()].concat();
    assert_eq!((content.schema, &content.payload[..]), (1, &compact[..]));
}

#[test]
fn bytes_after_a_value_are_refused() {
    assert_eq!(First::decode(1, &[42]), Some(First { user: 42 }));
    assert_eq!(First::decode(1, &[42, 0]), None);
    assert_eq!(Third::decode(1, &[42, 0]), None);
}

#[test]
fn a_builder_can_be_cloned_for_a_content_that_cannot() {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap()).typed::<Other>();
    let [one, other] = [builder.clone(), builder].map(|builder| builder.build().unwrap());
    let pair = one.cookie_for(at(0), |session| session.update(|next| next.user = 7));
    let pair = pair.unwrap();
    assert!(!other.load([pair], at(1)).is_new());
}
