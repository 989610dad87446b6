//! What the documentation of Beaker, Pylons, pyramid_beaker, Akhet and Pyramid shows of sessions, one
//! test for each example. The table in README.md, beside this file, says which is whose.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use hardtack::{
    Clock, EncryptionKey, KeyRing, Map, Outcome, Payload, Reason, RenewAfter, SameSite, Session,
    SessionCookie, SessionCookieBuilder, SessionData, SessionError, SetCookies, SigningKey, Size,
    TokenChange,
};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use serde_json::{Value, json};

// The dictionary

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
    let mut browser = Browser::of(start().unwrap());
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
        .layer(SessionLayer::new(site().build().unwrap()).clock(at(0)));

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

// Signing in and out

#[test]
fn signing_in_is_remembered_by_the_session() {
    let mut browser = Browser::new();
    assert_eq!(browser.visit(home), "Please login");
    browser.visit(|session| authenticate(session, "opensesame"));
    assert_eq!(browser.visit(home), "Welcome");
}

#[test]
fn a_wrong_password_leaves_no_session() {
    let mut browser = Browser::new();
    browser.visit(|session| authenticate(session, "wrong"));
    assert_eq!(browser.cookie, None);
    assert_eq!(browser.visit(home), "Please login");
}

#[test]
fn signing_out_clears_the_session_and_saves_that() {
    let mut browser = Browser::new();
    browser.visit(|session| authenticate(session, "opensesame"));
    browser.visit(|session| {
        session.clear().unwrap();
        session.save().unwrap();
    });
    assert_eq!(browser.cookie, None);
    assert_eq!(browser.visit(home), "Please login");
}

#[test]
fn a_deleted_session_takes_its_cookie_along() {
    let mut browser = Browser::with([("logged_in", true)]);
    browser.visit(|session| session.invalidate().unwrap());
    assert_eq!(
        browser.sent,
        [
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Lax; Max-Age=0; \
             Expires=Thu, 01 Jan 1970 00:00:00 GMT"
        ]
    );
    assert_eq!(browser.content(), json!({}));
}

#[test]
fn an_invalidated_session_can_be_used_as_a_new_one() {
    let mut browser = Browser::new();
    let old = browser.visit(|session| {
        authenticate(session, "opensesame");
        session.ensure_id().unwrap()
    });
    let new = browser.visit(|session| {
        assert_eq!(session.invalidate().unwrap(), Some(old));
        assert!(session.is_empty() && session.is_new());
        session.insert("language", "en").unwrap();
        session.ensure_id().unwrap()
    });
    assert_ne!(new, old);
    assert_eq!(browser.content(), json!({"language": "en"}));
}

#[test]
fn an_invalidated_session_cannot_be_fixed_by_who_planted_it() {
    let mut browser = Browser::with([("planted", true)]);
    browser.visit(|session| {
        session.invalidate().unwrap();
        authenticate(session, "opensesame");
    });
    assert_eq!(browser.content(), json!({"logged_in": true}));
}

#[test]
fn a_sign_in_can_keep_the_data_under_a_new_id() {
    let mut browser = Browser::with([("cart", 7)]);
    let old = browser.visit(|session| session.ensure_id().unwrap());
    let new = browser.visit(|session| {
        session.renew().unwrap();
        session.id().unwrap()
    });
    assert_ne!(new, old);
    assert_eq!(browser.visit(Session::id), Some(new));
    assert_eq!(browser.content(), json!({"cart": 7}));
}

#[test]
fn the_id_is_regenerated_and_the_rest_stays() {
    let mut browser = Browser::with([("cart", 7)]);
    let old = browser.visit(|session| session.ensure_id().unwrap());
    browser.now += 10;
    let before = browser.visit(|session| {
        session.renew_id().unwrap();
        assert_ne!(session.id(), Some(old));
        session.created_at()
    });
    assert_eq!(browser.visit(Session::created_at), before);
    assert_eq!(browser.content(), json!({"cart": 7}));
}

// What a session says of itself

#[test]
fn the_time_of_creation_stays() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 100;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 200;
    assert_eq!(browser.visit(Session::created_at), Some(at(0)));
}

#[test]
fn a_session_is_new_until_it_comes_back() {
    let mut browser = Browser::new();
    browser.visit(|session| {
        session.insert("a", 1).unwrap();
        assert!(session.is_new());
    });
    assert!(!browser.visit(Session::is_new));
}

#[test]
fn the_last_access_is_the_one_before_this_and_absent_at_first() {
    let mut browser = Browser::of(site().renew_after(RenewAfter::Always).build().unwrap());
    browser.visit(|session| {
        session.insert("a", 1).unwrap();
        assert_eq!(session.last_active_at(), None);
    });
    for (now, before) in [(100, 0), (250, 100), (300, 250)] {
        browser.now = now;
        assert_eq!(browser.visit(Session::last_active_at), Some(at(before)));
    }
}

#[test]
fn the_last_access_is_the_last_change_where_reading_does_not_count() {
    let mut browser = Browser::of(site().renew_after(RenewAfter::OnChange).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 100;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 250;
    assert_eq!(browser.visit(Session::last_active_at), Some(at(100)));
    browser.now = 300;
    assert_eq!(browser.visit(Session::last_active_at), Some(at(100)));
}

#[test]
fn an_id_is_made_when_it_is_asked_for_and_stays() {
    let mut browser = Browser::new();
    assert_eq!(browser.visit(Session::id), None);
    let id = browser.visit(|session| session.ensure_id().unwrap());
    assert_eq!(browser.visit(Session::id), Some(id));
    let other = Browser::new().visit(|session| session.ensure_id().unwrap());
    assert_ne!(id, other);
}

// Loading and saving

#[test]
fn a_page_without_the_session_reads_nothing_and_sends_nothing() {
    let mut browser = Browser::with([("a", 1)]);
    let asked = Arc::new(AtomicUsize::new(0));
    let clock = Clock::from_fn({
        let asked = Arc::clone(&asked);
        move || {
            asked.fetch_add(1, Ordering::Relaxed);
            at(40_000)
        }
    });
    let session = browser.site.load(&browser.cookie, clock);
    browser.receive(browser.site.save(&session).unwrap());
    assert!(browser.sent.is_empty());
    assert_eq!(asked.load(Ordering::Relaxed), 0);
}

#[test]
fn changes_save_themselves() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.visit(|session| session.insert("b", 2).unwrap());
    browser.visit(|session| session.remove("a").unwrap());
    assert_eq!(browser.content(), json!({"b": 2}));
}

#[test]
fn every_method_that_changes_is_saved() {
    #[track_caller]
    fn check(change: impl FnOnce(&Session), expected: &Value) {
        let mut browser = Browser::with([("a", 1), ("b", 2)]);
        browser.visit(change);
        assert_eq!(browser.sent.len(), 1);
        assert_eq!(&browser.content(), expected);
    }
    check(|s| s.insert("a", 3).unwrap(), &json!({"a": 3, "b": 2}));
    check(|s| _ = s.remove("a").unwrap(), &json!({"b": 2}));
    check(|s| _ = s.take::<u8>("a").unwrap(), &json!({"b": 2}));
    check(
        |s| s.update("a", |a: &mut u8| *a += 4).unwrap(),
        &json!({"a": 5, "b": 2}),
    );
    check(|s| s.clear().unwrap(), &json!({}));
}

#[test]
fn saving_writes_a_session_that_did_not_change() {
    let mut browser = Browser::with([("a", 1)]);
    browser.visit(|session| session.save().unwrap());
    assert_eq!(browser.sent.len(), 1);
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn a_value_that_is_changed_in_place_is_saved() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("mylist", [0]).unwrap());
    browser.visit(|session| {
        let append = |list: &mut Vec<u32>| list.push(1);
        session.update("mylist", append).unwrap();
    });
    browser.visit(|session| {
        let append = |list: &mut Vec<u32>| list.push(2);
        session.update("mylist", append).unwrap();
        // Never needed, and no harm.
        session.save().unwrap();
    });
    assert_eq!(browser.content(), json!({"mylist": [0, 1, 2]}));
}

#[test]
fn a_value_in_a_nested_dictionary_is_changed() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("foo", json!({})).unwrap());
    browser.visit(|session| {
        let set = |foo: &mut BTreeMap<String, u32>| foo.insert("a".to_owned(), 1);
        session.update("foo", set).unwrap();
    });
    assert_eq!(browser.content(), json!({"foo": {"a": 1}}));
}

#[test]
fn a_typed_session_is_changed_like_any_value() {
    #[derive(Serialize, Deserialize, Default)]
    struct Cart {
        articles: Vec<u32>,
    }
    impl SessionData for Cart {
        const SCHEMA: u32 = 1;
    }
    let mut browser = Browser::of(site().typed::<Cart>().build().unwrap());
    browser.visit(|session| session.update(|cart| cart.articles.push(7)).unwrap());
    browser.visit(|session| session.update(|cart| cart.articles.push(9)).unwrap());
    let articles = browser.visit(|session| session.read(|cart| cart.articles.clone()));
    assert_eq!(articles, [7, 9]);
}

#[test]
fn a_change_after_the_head_was_sent_is_an_error() {
    let mut browser = Browser::with([("count", 1)]);
    let session = browser.site.load(&browser.cookie, at(0));
    session.insert("count", 2).unwrap();
    browser.receive(browser.site.save(&session).unwrap());
    let late = session.insert("count", 3);
    assert!(matches!(late, Err(SessionError::AfterHead)));
    assert!(matches!(session.save(), Err(SessionError::AfterHead)));
    assert_eq!(session.to::<Value>().unwrap(), json!({"count": 2}));
    assert_eq!(browser.content(), json!({"count": 2}));
}

#[test]
fn what_was_changed_is_reverted() {
    let mut browser = Browser::with([("a", 1)]);
    browser.visit(|session| {
        session.insert("a", 2).unwrap();
        session.discard().unwrap();
    });
    assert!(browser.sent.is_empty());
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[cfg(feature = "http")]
#[test]
fn nothing_is_saved_when_something_goes_wrong() {
    let mut browser = Browser::with([("a", 1)]);
    let change = |session: &Session| session.insert("a", 2).unwrap();
    browser.visit_and_answer(http::StatusCode::INTERNAL_SERVER_ERROR, change);
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[cfg(feature = "http")]
#[test]
fn what_was_explicitly_saved_is_sent_although_something_goes_wrong() {
    let mut browser = Browser::with([("a", 1)]);
    browser.visit_and_answer(http::StatusCode::INTERNAL_SERVER_ERROR, |session| {
        session.insert("a", 2).unwrap();
        session.save().unwrap();
    });
    assert_eq!(browser.content(), json!({"a": 2}));
}

#[cfg(feature = "http")]
#[test]
fn the_cookie_is_set_on_an_error_page_where_that_is_wanted() {
    let mut browser = Browser::of(site().save_on_server_error().build().unwrap());
    let change = |session: &Session| session.insert("a", 2).unwrap();
    browser.visit_and_answer(http::StatusCode::INTERNAL_SERVER_ERROR, change);
    assert_eq!(browser.content(), json!({"a": 2}));
}

// Timeouts

#[test]
fn a_session_ends_when_its_visitor_stays_away_for_the_timeout() {
    let mut browser = Browser::of(site().idle_timeout(seconds(1200)).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 1199;
    assert!(!browser.visit(Session::is_new));
    browser.now = 1200 + 1199;
    assert!(browser.visit(Session::is_new));
}

#[test]
fn a_timeout_runs_from_the_last_visit_and_not_from_the_creation() {
    let mut browser = Browser::of(site().idle_timeout(seconds(1200)).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    for visit in 1..=10 {
        browser.now = visit * 1000;
        assert_eq!(browser.content(), json!({"a": 1}), "at {}", browser.now);
    }
}

#[test]
fn without_a_timeout_a_session_waits_for_its_visitor() {
    let week = seconds(7 * 86_400);
    let site = site().idle_timeout(None).absolute_timeout(week).build();
    let mut browser = Browser::of(site.unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 7 * 86_400 - 1;
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn the_cookie_is_reissued_once_a_tenth_of_the_timeout_has_passed() {
    let mut browser = Browser::of(
        site()
            .idle_timeout(seconds(1200))
            .renew_after(RenewAfter::Span(seconds(120)))
            .build()
            .unwrap(),
    );
    browser.visit(|session| session.insert("a", 1).unwrap());
    for (now, reissued) in [(119, 0), (120, 1), (239, 0), (240, 1)] {
        browser.now = now;
        browser.visit(|session| session.contains("a"));
        assert_eq!(browser.sent.len(), reissued, "at {now}");
    }
}

#[test]
fn the_cookie_is_reissued_on_every_request_that_reads_it() {
    let mut browser = Browser::of(site().renew_after(RenewAfter::Always).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    for now in 1..4 {
        browser.now = now;
        browser.visit(|session| session.contains("a"));
        assert_eq!(browser.sent.len(), 1);
    }
}

#[test]
fn a_cookie_that_is_never_reissued_ends_after_its_timeout_whatever_happens() {
    let mut browser = Browser::of(
        site()
            .idle_timeout(seconds(1200))
            .renew_after(RenewAfter::Never)
            .build()
            .unwrap(),
    );
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.now = 1000;
    browser.visit(|session| session.insert("a", 2).unwrap());
    browser.now = 1199;
    assert_eq!(browser.content(), json!({"a": 2}));
    browser.now = 1200;
    assert!(browser.visit(Session::is_new));
}

// The cookie

#[test]
fn the_cookie_has_the_name_that_was_chosen() {
    let mut browser = Browser::of(site().name("mykey").build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    assert!(browser.sent[0].starts_with("mykey="));
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn the_cookie_is_for_this_host_and_ends_with_the_browser_by_default() {
    check_attributes(site(), "; Path=/; Secure; HttpOnly; SameSite=Lax");
}

#[test]
fn the_cookie_is_for_the_domain_and_path_that_were_chosen() {
    check_attributes(
        site().domain("example.com").path("/admin"),
        "; Path=/admin; Domain=example.com; Secure; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn the_cookie_goes_to_other_sites_as_was_chosen() {
    check_attributes(
        site().same_site(SameSite::Strict),
        "; Path=/; Secure; HttpOnly; SameSite=Strict",
    );
    check_attributes(
        site().same_site(SameSite::None),
        "; Path=/; Secure; HttpOnly; SameSite=None",
    );
    check_attributes(
        site().same_site(SameSite::Omit),
        "; Path=/; Secure; HttpOnly",
    );
}

#[test]
fn the_cookie_is_secure_unless_plain_http_was_allowed() {
    check_attributes(
        site().danger_allow_http(),
        "; Path=/; HttpOnly; SameSite=Lax",
    );
}

#[test]
fn a_session_that_does_not_fit_its_cookie_is_an_error() {
    let mut browser = Browser::of(site().size(Size::Browser).build().unwrap());
    browser.visit(|session| {
        session.insert("a", 1).unwrap();
        let refused = session.insert("large", "x".repeat(4000));
        assert!(matches!(refused, Err(SessionError::TooLarge(_))));
    });
    assert_eq!(browser.content(), json!({"a": 1}));
}

// Keys

#[test]
fn an_encrypted_session_shows_nothing_of_its_content() {
    let mut browser = Browser::new();
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let sealed = browser.sealed();
    assert!(!contains(&sealed, b"Fred") && !contains(&sealed, b"name"));
}

#[test]
fn a_signed_session_can_be_read_by_anybody() {
    let mut browser = Browser::of(signed());
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let sealed = browser.sealed();
    assert!(contains(&sealed, b"name") && contains(&sealed, b"Fred Smith"));
    assert_eq!(browser.content(), json!({"name": "Fred Smith"}));
}

#[test]
fn a_signed_session_cannot_be_changed_by_anybody() {
    let mut browser = Browser::of(signed());
    browser.visit(|session| session.insert("name", "Fred Smith").unwrap());
    let mut sealed = browser.sealed();
    let name = sealed.windows(4).position(|w| w == b"Fred").unwrap();
    sealed[name..name + 4].copy_from_slice(b"Anna");
    let forged = BASE64_URL_SAFE_NO_PAD.encode(sealed);
    browser.cookie = Some(format!("__Host-session={forged}"));
    assert_rejected(&mut browser, Reason::Auth);
}

#[test]
fn a_corrupt_cookie_is_a_new_session_and_no_error() {
    let mut browser = Browser::with([("a", 1)]);
    browser.cookie = Some("__Host-session=corrupt!".to_owned());
    assert_rejected(&mut browser, Reason::Encoding);
    browser.visit(|session| session.insert("a", 2).unwrap());
    assert_eq!(browser.content(), json!({"a": 2}));
}

#[test]
fn servers_with_the_same_secret_share_their_sessions() {
    let ring: KeyRing<EncryptionKey> = EncryptionKey::generate().unwrap().into();
    let server = || SessionCookie::encrypted(ring.clone()).build().unwrap();
    let mut browser = Browser::of(server());
    browser.visit(|session| session.insert("a", 1).unwrap());
    browser.site = server();
    assert_eq!(browser.content(), json!({"a": 1}));
}

#[test]
fn a_session_under_another_secret_is_new() {
    let mut browser = Browser::with([("a", 1)]);
    browser.site = site().build().unwrap();
    assert_rejected(&mut browser, Reason::UnknownKey);
}

#[test]
fn an_earlier_secret_still_opens_after_a_change() {
    let old = EncryptionKey::generate().unwrap().expose_secret();
    let old = || old.parse::<EncryptionKey>().unwrap();
    let mut browser = Browser::of(SessionCookie::encrypted(old()).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());

    let new = EncryptionKey::generate().unwrap();
    let key_id = new.id();
    let ring = KeyRing::from_keys([new, old()]).unwrap();
    browser.site = SessionCookie::encrypted(ring).build().unwrap();
    assert_eq!(browser.content(), json!({"a": 1}));
    let outcome = browser.visit(Session::outcome);
    assert_eq!(outcome, Outcome::Opened { key_id });
}

#[test]
fn another_cipher_can_be_chosen() {
    let key = EncryptionKey::generate_xchacha20().unwrap();
    let mut browser = Browser::of(SessionCookie::encrypted(key).build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    assert_eq!(browser.content(), json!({"a": 1}));
}

// One session in several places

#[test]
fn a_middleware_a_handler_and_a_template_hold_one_session() {
    let template = |session: &Session| session.get::<u32>("count").unwrap().unwrap();
    let mut browser = Browser::new();
    browser.visit(|middleware| {
        middleware.insert("count", 1).unwrap();
        let handler = middleware.clone();
        handler
            .update("count", |count: &mut u32| *count += 1)
            .unwrap();
        assert_eq!(template(middleware), 2);
    });
    assert_eq!(browser.content(), json!({"count": 2}));
}

#[test]
fn applications_side_by_side_share_one_session() {
    let ring: KeyRing<EncryptionKey> = EncryptionKey::generate().unwrap().into();
    let application = || {
        let cookie = SessionCookie::encrypted(ring.clone());
        cookie.name("__Host-my_project").build().unwrap()
    };
    let (home, broker, proxy) = (application(), application(), application());
    let mut browser = Browser::of(home);
    browser.visit(|session| session.insert("home", 1).unwrap());
    browser.site = broker;
    browser.visit(|session| session.insert("servicebroker", 2).unwrap());
    browser.site = proxy;
    assert_eq!(browser.content(), json!({"home": 1, "servicebroker": 2}));
}

#[test]
fn the_language_of_every_page_is_the_one_that_was_chosen() {
    let mut browser = Browser::new();
    let page = |session: &Session| match session.get("lang").unwrap().unwrap_or("en".to_owned()) {
        lang if lang == "de" => "Guten Tag",
        _ => "Hello",
    };
    assert_eq!(browser.visit(page), "Hello");
    browser.visit(|session| session.insert("lang", "de").unwrap());
    assert_eq!(browser.visit(page), "Guten Tag");
    assert_eq!(browser.visit(page), "Guten Tag");
}

#[test]
fn a_session_travels_without_cookies() {
    let tokens = site().build_token("mobile").unwrap();
    let session = tokens.load(None::<&str>, at(0));
    session.insert("fred", 42).unwrap();
    assert!(session.is_new());
    let TokenChange::Set(token) = tokens.save(&session).unwrap() else {
        panic!("a session with content is written");
    };
    let session = tokens.load(Some(token), at(10));
    assert_eq!(session.get("fred").unwrap(), Some(42));
    assert_eq!(tokens.save(&session).unwrap(), TokenChange::None);
}

// What the tests above have in common

/// A browser that knows one site, and a clock that moves when it is told to.
struct Browser<T = Map> {
    site: SessionCookie<T>,
    /// What it sends: `name=value`.
    cookie: Option<String>,
    /// What it got last.
    sent: Vec<String>,
    now: u64,
}

impl Browser {
    fn new() -> Browser {
        Browser::of(site().build().unwrap())
    }

    /// One that comes back with a session of these entries.
    fn with<V: Serialize, const N: usize>(entries: [(&str, V); N]) -> Browser {
        let mut browser = Browser::new();
        browser.visit(|session| {
            for (key, value) in entries {
                session.insert(key, value).unwrap();
            }
        });
        browser
    }

    /// Everything in the session, read on another visit.
    fn content(&mut self) -> Value {
        self.visit(|session| session.to().unwrap())
    }

    #[cfg(feature = "http")]
    fn visit_and_answer(&mut self, status: http::StatusCode, page: impl FnOnce(&Session)) {
        let mut response = http::HeaderMap::new();
        let session = self.site.load(&self.cookie, at(self.now));
        page(&session);
        self.site.save_to(&session, status, &mut response).unwrap();
        let fields = response.get_all(http::header::SET_COOKIE);
        self.store(
            fields
                .iter()
                .map(|field| field.to_str().unwrap().to_owned()),
        );
    }
}

impl<T: Payload> Browser<T> {
    fn of(site: SessionCookie<T>) -> Browser<T> {
        Browser {
            site,
            cookie: None,
            sent: Vec::new(),
            now: 0,
        }
    }

    fn visit<R>(&mut self, page: impl FnOnce(&Session<T>) -> R) -> R {
        let session = self.site.load(&self.cookie, at(self.now));
        let result = page(&session);
        self.receive(self.site.save(&session).unwrap());
        result
    }

    fn receive(&mut self, set_cookies: SetCookies) {
        self.store(set_cookies.into_iter());
    }

    fn store(&mut self, fields: impl Iterator<Item = String>) {
        self.sent = fields.collect();
        for field in &self.sent {
            let (cookie, attributes) = field.split_once("; ").unwrap();
            let is_kept = !attributes.contains("Max-Age=0");
            self.cookie = is_kept.then(|| cookie.to_owned());
        }
    }

    /// The bytes of the token that the browser holds.
    fn sealed(&self) -> Vec<u8> {
        let (_, token) = self.cookie.as_deref().unwrap().split_once('=').unwrap();
        BASE64_URL_SAFE_NO_PAD.decode(token).unwrap()
    }
}

fn site() -> SessionCookieBuilder {
    SessionCookie::encrypted(EncryptionKey::generate().unwrap())
}

fn signed() -> SessionCookie {
    let key = SigningKey::generate().unwrap();
    SessionCookie::unencrypted_but_signed(key).build().unwrap()
}

fn authenticate(session: &Session, password: &str) {
    if password == "opensesame" {
        session.insert("logged_in", true).unwrap();
    }
}

fn home(session: &Session) -> &'static str {
    match session.get("logged_in").unwrap() {
        Some(true) => "Welcome",
        _ => "Please login",
    }
}

#[track_caller]
fn check_attributes(site: SessionCookieBuilder, expected: &str) {
    let mut browser = Browser::of(site.build().unwrap());
    browser.visit(|session| session.insert("a", 1).unwrap());
    let (_, attributes) = browser.sent[0].split_at(browser.sent[0].find(';').unwrap());
    assert_eq!(attributes, expected);
}

#[track_caller]
fn assert_rejected(browser: &mut Browser, expected: Reason) {
    browser.visit(|session| {
        assert!(session.is_new() && session.is_empty());
        match session.outcome() {
            Outcome::Rejected { reason, .. } => assert_eq!(reason, expected),
            outcome => panic!("{outcome:?}"),
        }
    });
}

fn contains(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Seconds after the beginning of the test.
fn at(second: u64) -> SystemTime {
    UNIX_EPOCH + seconds(1_800_000_000 + second)
}
