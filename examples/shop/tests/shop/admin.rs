use std::time::Duration;

use crate::browser::{PASSWORD, Site};

#[tokio::test]
async fn only_admins_see_the_users() {
    let site = Site::new();
    let (ada, bob) = (site.user("ada").await, site.user("bob").await);
    assert!(ada.get("/admin").await.has("Lock bob"));
    let page = bob.get("/admin").await;
    assert_eq!(page.status, 403);
    assert!(page.has("Not allowed") && !page.has("ada"));
    let page = site.browser().get("/admin").await;
    assert_eq!(page.location, "/sign-in?next=%2Fadmin");
    // Bob has a token, but not the right.
    let token = bob.get("/account").await.field("csrf_token").to_owned();
    let fields = [
        ("csrf_token", &*token),
        ("user", "1"),
        ("is_locked", "true"),
    ];
    assert_eq!(bob.post("/admin/lock", &fields).await.status, 403);
    assert_eq!(ada.get("/admin").await.status, 200);
}

#[tokio::test]
async fn a_locked_user_is_signed_out_within_the_interval_and_cannot_sign_in() {
    let site = Site::new();
    let (ada, bob) = (site.user("ada").await, site.user("bob").await);
    ada.submit(
        "/admin",
        "/admin/lock",
        &[("user", "2"), ("is_locked", "true")],
    )
    .await;
    assert!(ada.get("/admin").await.has("The account is locked."));
    site.wait(Duration::from_secs(60));
    assert_eq!(bob.name().await, None);
    assert_eq!(bob.sign_in("bob", PASSWORD, &[]).await.status, 422);

    let former = bob.clone();
    ada.submit(
        "/admin",
        "/admin/lock",
        &[("user", "2"), ("is_locked", "false")],
    )
    .await;
    assert_eq!(former.name().await, None);
    assert_eq!(bob.sign_in("bob", PASSWORD, &[]).await.status, 303);
}

#[tokio::test]
async fn a_copy_of_an_admin_who_signed_out_everywhere_may_do_nothing_at_once() {
    let site = Site::new();
    let ada = site.user("ada").await;
    let copy = ada.clone();
    ada.submit("/account", "/account/sign-out-everywhere", &[])
        .await;
    assert_eq!(copy.get("/admin").await.status, 403);
}
