use std::time::Duration;

use hardtack::EncryptionKey;
use rusqlite::Connection;

use crate::browser::{PASSWORD, Site};

#[tokio::test]
async fn a_new_user_is_signed_in_and_signs_out() {
    let site = Site::new();
    let ada = site.user("ada").await;
    assert!(ada.get("/").await.has("Welcome aboard."));
    assert_eq!(ada.name().await.as_deref(), Some("ada"));
    ada.submit("/account", "/account/sign-out", &[]).await;
    assert!(ada.get("/").await.has("You are signed out."));
    assert_eq!(ada.name().await, None);
    ada.sign_in("Ada", PASSWORD, &[]).await;
    assert_eq!(ada.name().await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_name_are_refused_alike() {
    let site = Site::new();
    site.user("ada").await;
    for (name, password) in [
        ("ada", "wrong password"),
        ("ada", ""),
        ("bob", PASSWORD),
        ("bob", ""),
    ] {
        let browser = site.browser();
        let page = browser.sign_in(name, password, &[]).await;
        assert_eq!(page.status, 422);
        assert!(page.has("The name or the password is wrong."));
        assert_eq!(browser.name().await, None);
    }
}

#[tokio::test]
async fn a_name_is_taken_once_and_a_short_password_is_refused() {
    let site = Site::new();
    site.user("ada").await;
    for (name, password, sentence) in [
        ("ADA", PASSWORD, "Somebody else has this name."),
        ("bob", "short", "at least 12 characters"),
        (" bob", PASSWORD, "Choose a name"),
    ] {
        let browser = site.browser();
        let fields = [("name", name), ("password", password)];
        let page = browser.submit("/sign-up", "/sign-up", &fields).await;
        assert_eq!(page.status, 422);
        assert!(page.has(sentence), "{}", page.text);
        assert_eq!(browser.name().await, None);
    }
}

#[tokio::test]
async fn a_session_is_remembered_if_the_visitor_wants_it() {
    let site = Site::new();
    site.user("ada").await;
    let [remembered, other] = [site.browser(), site.browser()];
    let page = remembered
        .sign_in("ada", PASSWORD, &[("remember", "on")])
        .await;
    assert!(
        page.headers["set-cookie"]
            .to_str()
            .unwrap()
            .contains("Max-Age=2592000")
    );
    other.sign_in("ada", PASSWORD, &[]).await;
    site.wait(Duration::from_secs(13 * 3600));
    assert_eq!(remembered.name().await.as_deref(), Some("ada"));
    assert_eq!(other.name().await, None);
}

#[tokio::test]
async fn signing_out_everywhere_ends_the_other_browser_and_its_copies_within_the_interval() {
    let site = Site::new();
    let laptop = site.user("ada").await;
    let phone = site.browser();
    phone.sign_in("ada", PASSWORD, &[]).await;
    let copy = phone.clone();

    site.wait(Duration::from_secs(30));
    laptop
        .submit("/account", "/account/sign-out-everywhere", &[])
        .await;
    assert!(laptop.get("/").await.has("You are signed out everywhere."));
    assert_eq!(phone.name().await.as_deref(), Some("ada"));

    site.wait(Duration::from_secs(30));
    for ended in [&phone, &copy] {
        assert_eq!(
            ended.get("/account").await.location,
            "/sign-in?next=%2Faccount"
        );
        // It is said once: this page begins a new session.
        assert!(ended.get("/sign-in").await.has("You have been signed out."));
        assert!(!ended.get("/sign-in").await.has("You have been signed out."));
    }
    phone.sign_in("ada", PASSWORD, &[]).await;
    assert_eq!(phone.name().await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_new_password_ends_the_other_browser_and_copies_within_the_interval() {
    let site = Site::new();
    let laptop = site.user("ada").await;
    let phone = site.browser();
    phone.sign_in("ada", PASSWORD, &[]).await;
    let copy = laptop.clone();
    let change = async |current, new| {
        let fields = [("current", current), ("new", new)];
        laptop
            .submit("/account", "/account/password", &fields)
            .await
    };
    let new = "battery horse correct";
    for (current, new, sentence) in [
        ("wrong", new, "The current password is wrong."),
        (PASSWORD, "short", "at least 12 characters"),
    ] {
        let page = change(current, new).await;
        assert_eq!(page.status, 422);
        assert!(page.has(sentence), "{}", page.text);
    }
    assert_eq!(change(PASSWORD, new).await.location, "/account");
    assert!(
        laptop
            .get("/account")
            .await
            .has("Your password is changed.")
    );

    site.wait(Duration::from_secs(60));
    assert_eq!(laptop.name().await.as_deref(), Some("ada"));
    for ended in [&phone, &copy] {
        assert!(ended.get("/cart").await.has("You have been signed out."));
        assert_eq!(ended.name().await, None);
    }
    assert_eq!(phone.sign_in("ada", PASSWORD, &[]).await.status, 422);
    assert_eq!(phone.sign_in("ada", new, &[]).await.status, 303);
}

#[tokio::test]
async fn a_visitor_comes_back_to_the_page_that_needed_a_sign_in() {
    let site = Site::new();
    site.user("ada").await;
    let browser = site.browser();
    let asked = browser.get("/account?page=2&all=yes").await;
    assert_eq!(
        asked.location,
        "/sign-in?next=%2Faccount%3Fpage%3D2%26all%3Dyes"
    );
    let next = browser
        .get(&asked.location)
        .await
        .field("next")
        .replace("&amp;", "&");
    let page = browser.sign_in("ada", PASSWORD, &[("next", &next)]).await;
    assert_eq!(page.location, "/account?page=2&all=yes");
    // A form is not sent again.
    let visitor = site.browser();
    let page = visitor.get("/sign-in").await;
    let token = [("csrf_token", page.field("csrf_token"))];
    let sent = visitor.post("/checkout", &token).await;
    assert_eq!(sent.location, "/sign-in?next=%2F");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site() {
    let site = Site::new();
    site.user("ada").await;
    for next in [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "/\t/evil.example",
        "evil.example",
        "",
    ] {
        let encoded: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let browser = site.browser();
        let form = browser.get(&format!("/sign-in?next={encoded}")).await;
        assert_eq!(form.field("next"), "/", "{next}");
        let page = browser.sign_in("ada", PASSWORD, &[("next", next)]).await;
        assert_eq!((page.status, &*page.location), (303, "/"), "{next}");
    }
}

#[tokio::test]
async fn nobody_is_signed_out_by_a_database_that_is_away() {
    let database = "file:away?mode=memory&cache=shared";
    let site = Site::open(EncryptionKey::generate().unwrap().into(), database);
    let ada = site.user("ada").await;
    let other = Connection::open(database).unwrap();
    other
        .execute_batch("ALTER TABLE users RENAME TO away")
        .unwrap();
    assert_eq!(ada.name().await.as_deref(), Some("ada"));
    site.wait(Duration::from_secs(60));
    let page = ada.get("/cart").await;
    assert_eq!(page.status, 503);
    assert!(page.has("You are still signed in."));
    other
        .execute_batch("ALTER TABLE away RENAME TO users")
        .unwrap();
    assert_eq!(ada.name().await.as_deref(), Some("ada"));
}
