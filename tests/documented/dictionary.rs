//! The dictionary.

use std::collections::BTreeMap;

use hardtack::{EncryptionKey, Session, SessionCookie, SessionError};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use serde_json::{Value, json};

use crate::browser::Browser;

#[test]
fn a_value_is_stored_and_read_by_its_key() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let name: Option<String> = browser.visit(|session| session.get("name").unwrap());
    assert_eq!(name.as_deref(), Some("Fred Smith"));
}

#[test]
fn a_key_is_tested_for() {
    let mut browser = Browser::new();
    browser.visit(|session| {
        assert!(!session.contains("user_id"));
        session.insert("user_id", 10).unwrap();
        assert!(session.contains("user_id"));
    });
    assert!(browser.visit(|session| session.contains("user_id")));
}

#[test]
fn a_missing_key_reads_as_nothing_or_as_a_default() {
    Browser::new().visit(|session| {
        assert_eq!(session.get::<String>("language").unwrap(), None);
        let language = session.get("language").unwrap();
        assert_eq!(language.unwrap_or("en".to_owned()), "en");
    });
}

#[test]
fn a_key_is_deleted() {
    let mut browser = Browser::with([("a", 1), ("b", 2)]);
    browser.visit(|session| {
        assert!(session.remove("a").unwrap());
        assert!(!session.remove("a").unwrap());
    });
    assert_eq!(browser.content(), json!({"b": 2}));
}

#[test]
fn a_value_is_taken_out_with_its_key() {
    let mut browser = Browser::with([("a", 1), ("b", 2)]);
    browser.visit(|session| {
        assert_eq!(session.take("a").unwrap(), Some(1));
        assert_eq!(session.take::<u32>("a").unwrap(), None);
        assert_eq!(session.take("c").unwrap().unwrap_or(7), 7);
    });
    assert_eq!(browser.content(), json!({"b": 2}));
}

#[test]
fn any_item_is_taken_out_until_none_is_left() {
    let mut browser = Browser::with([("a", 1), ("b", 2)]);
    browser.visit(|session| {
        let mut items = Vec::new();
        while let Some(key) = session.keys().pop() {
            items.push(session.take::<u32>(&key).unwrap());
        }
        assert_eq!(items, [Some(2), Some(1)]);
        assert!(session.is_empty());
    });
    assert_eq!(browser.cookie, None);
}

#[test]
fn a_default_is_stored_where_a_key_is_missing() {
    let mut browser = Browser::with([("a", 1)]);
    let set_default = |session: &Session, key: &str, default: u32| {
        let stored = |value: &mut Option<u32>| *value.get_or_insert(default);
        session.update(key, stored).unwrap()
    };
    browser.visit(|session| {
        assert_eq!(set_default(session, "a", 7), 1);
        assert_eq!(set_default(session, "b", 7), 7);
    });
    assert_eq!(browser.content(), json!({"a": 1, "b": 7}));
}

#[test]
fn the_keys_are_listed_in_order() {
    let mut browser = Browser::with([("b", 2), ("c", 3), ("a", 1)]);
    browser.visit(|session| {
        assert_eq!(session.keys(), ["a", "b", "c"]);
        assert_eq!(session.len(), 3);
    });
}

#[test]
fn values_and_items_are_read_as_one_map() {
    let mut browser = Browser::with([("a", 1), ("b", 2)]);
    browser.visit(|session| {
        let items: BTreeMap<String, u32> = session.to().unwrap();
        assert!(items.values().eq(&[1, 2]));
        assert!(
            items
                .into_iter()
                .eq([("a".to_owned(), 1), ("b".to_owned(), 2)])
        );
    });
}

#[test]
fn another_dictionary_is_merged_in() {
    let mut browser = Browser::with([("a", 1), ("b", 2)]);
    browser.visit(|session| {
        for (key, value) in [("b", 3), ("c", 4)] {
            session.insert(key, value).unwrap();
        }
    });
    assert_eq!(browser.content(), json!({"a": 1, "b": 3, "c": 4}));
}

#[test]
fn all_values_are_cleared_at_once() {
    let mut browser = Browser::with([("a", 1), ("b", 2)]);
    browser.visit(|session| {
        session.clear().unwrap();
        assert!(session.is_empty());
        session.insert("c", 3).unwrap();
    });
    assert_eq!(browser.content(), json!({"c": 3}));
}

#[test]
fn values_of_every_basic_type_come_back() {
    let value = json!({
        "text": "žluťoučký kůň", "list": [1, [2, "three"]], "dictionary": {"a": {"b": null}},
        "integers": [0, -1, i64::MIN, u64::MAX], "float": 0.1, "yes": true, "nothing": null,
    });
    let mut browser = Browser::new();
    browser.visit(|session| {
        session.insert("value", &value).unwrap();
        session.insert("tuple", (1, "two", 3.0)).unwrap();
    });
    browser.visit(|session| {
        assert_eq!(session.get::<Value>("value").unwrap(), Some(value));
        let tuple: Option<(u8, String, f64)> = session.get("tuple").unwrap();
        assert_eq!(tuple, Some((1, "two".to_owned(), 3.0)));
    });
}

#[test]
fn an_object_of_the_application_is_stored_and_read() {
    #[derive(Serialize, Deserialize, Debug, PartialEq)]
    struct Address {
        street: String,
        number: u32,
    }
    let address = Address {
        street: "Main Street".to_owned(),
        number: 7,
    };
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("address", &address).unwrap());
    let read = browser.visit(|session| session.get("address").unwrap());
    assert_eq!(read, Some(address));
}

#[test]
fn a_value_that_cannot_be_stored_is_refused_where_it_is_inserted() {
    struct Connection;
    impl Serialize for Connection {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("a connection cannot be stored"))
        }
    }
    let mut browser = Browser::with([("a", 1)]);
    browser.visit(|session| {
        let refused = session.insert("connection", Connection);
        assert!(matches!(refused, Err(SessionError::Encode(_))));
    });
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn a_counter_counts_over_all_pages() {
    let counter = |session: &Session| {
        session
            .update("counter", |counter: &mut u32| {
                *counter += 1;
                *counter
            })
            .unwrap()
    };
    let home = |session: &Session| format!("Home View: {}", counter(session));
    let howdy = |session: &Session| format!("Hello View: {}", counter(session));
    let mut browser = Browser::new();
    assert_eq!(browser.visit(home), "Home View: 1");
    assert_eq!(browser.visit(howdy), "Hello View: 2");
    assert_eq!(browser.visit(home), "Home View: 3");
}

#[test]
fn a_session_goes_on_after_a_restart() {
    let key = EncryptionKey::generate().unwrap().expose_secret();
    let start = || SessionCookie::encrypted(key.parse::<EncryptionKey>().unwrap()).build();
    let mut browser = Browser::from(start().unwrap());
    browser.visit(|session| session.insert("counter", 3).unwrap());
    browser.site = start().unwrap();
    assert_eq!(browser.content(), json!({"counter": 3}));
}

#[test]
fn a_view_sees_on_later_visits_what_it_stored_on_the_first() {
    let view = |session: &Session| {
        if session.contains("abc") {
            session.insert("fred", "yes").unwrap();
        }
        session.insert("abc", "123").unwrap();
        session.contains("fred")
    };
    let mut browser = Browser::new();
    assert!(!browser.visit(view), "fred was not in the session");
    assert!(browser.visit(view), "fred was in the session");
    assert!(browser.visit(view), "fred was in the session");
}

#[cfg(feature = "axum")]
#[tokio::test]
async fn a_whole_application_needs_a_layer_and_nothing_else() {
    use crate::{moments::at, sites::encrypted};
    use axum::{Router, body::Body, routing::get};
    use hardtack::SessionLayer;
    use http::{Request, header};
    use http_body_util::BodyExt;
    use tower::ServiceExt;

    async fn simple_app(session: Session) -> Result<String, SessionError> {
        let user = session.contains("user_id");
        session.insert("user_id", 10)?;
        Ok(format!("User is logged in: {user}"))
    }
    let app = Router::new()
        .route("/", get(simple_app))
        .layer(SessionLayer::new(encrypted().build().unwrap()).clock(at(0)));

    let request = Request::get("/").body(Body::empty()).unwrap();
    let response = app.clone().oneshot(request).await.unwrap();
    let field = response.headers()[header::SET_COOKIE].to_str().unwrap();
    let (cookie, _) = field.split_once(';').unwrap();
    let request = Request::get("/").header(header::COOKIE, cookie);
    let body = response.into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "User is logged in: false");

    let response = app.oneshot(request.body(Body::empty()).unwrap()).await;
    let body = response.unwrap().into_body().collect().await.unwrap();
    assert_eq!(body.to_bytes(), "User is logged in: true");
}
