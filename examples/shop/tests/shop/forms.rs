use axum::{body::Body, http::Request};

use crate::browser::Site;

const FORMS: [&str; 9] = [
    "/cart/add",
    "/cart/remove",
    "/checkout",
    "/sign-up",
    "/sign-in",
    "/account/password",
    "/account/sign-out",
    "/account/sign-out-everywhere",
    "/admin/lock",
];

#[tokio::test]
async fn a_form_without_a_token_of_the_session_is_refused() {
    let site = Site::new();
    let (ada, other) = (site.user("ada").await, site.user("bob").await);
    let foreign = other.get("/account").await.field("csrf_token").to_owned();
    for form in FORMS {
        for token in [&[][..], &[("csrf_token", "")], &[("csrf_token", &foreign)]] {
            let page = ada.post(form, token).await;
            assert_eq!(page.status, 403, "{form}");
            assert!(page.has("Please load the page again"), "{form}");
        }
    }
    assert_eq!(ada.name().await.as_deref(), Some("ada"));
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_although_it_has_the_token() {
    let site = Site::new();
    let ada = site.user("ada").await;
    let token = ada.get("/account").await.field("csrf_token").to_owned();
    let request = |site: &str| {
        let request = Request::post("/account/sign-out").header("sec-fetch-site", site);
        let request = request.header("content-type", "application/x-www-form-urlencoded");
        request
            .body(Body::from(format!("csrf_token={token}")))
            .unwrap()
    };
    assert_eq!(ada.send(request("cross-site")).await.status, 403);
    assert_eq!(ada.name().await.as_deref(), Some("ada"));
    assert_eq!(ada.send(request("same-origin")).await.status, 303);
    assert_eq!(ada.name().await, None);
}

#[tokio::test]
async fn every_page_has_a_language_one_heading_and_a_label_for_each_field() {
    let site = Site::new();
    let ada = site.user("ada").await;
    for path in [
        "/",
        "/cart",
        "/checkout",
        "/account",
        "/admin",
        "/sign-in",
        "/sign-up",
        "/nowhere",
    ] {
        let page = ada.get(path).await;
        assert!(
            page.has("<html lang=\"en\">") && page.has("<title>"),
            "{path}"
        );
        assert_eq!(page.text.matches("<h1>").count(), 1, "{path}");
        assert!(
            page.headers.contains_key("content-security-policy"),
            "{path}"
        );
        let ids = page.text.matches(" id=\"").count();
        assert_eq!(page.text.matches("<label for=\"").count(), ids, "{path}");
    }
}
