use std::time::Duration;

use hardtack::{EncryptionKey, KeyRing};

use crate::browser::Site;

#[tokio::test]
async fn a_rotation_of_keys_signs_nobody_out() {
    let [old, new] = [(); 2].map(|()| {
        let key = EncryptionKey::generate().unwrap();
        key.expose_secret().to_string()
    });
    let site = Site::open(old.parse().unwrap(), ":memory:");
    let ada = site.user("ada").await;
    let health = async || site.browser().get("/health").await.text;
    let first = health().await;
    for ring in [
        format!("{old}\n{new}"),
        format!("{new}\n{old}"),
        new.clone(),
    ] {
        site.keys.replace(ring.parse::<KeyRing>().unwrap()).unwrap();
        assert_eq!(
            ada.name().await.as_deref(),
            Some("ada"),
            "{}",
            health().await
        );
        site.wait(Duration::from_secs(60));
    }
    let line = |text: &str| text.lines().next().unwrap().to_owned();
    assert_ne!(line(&first), line(&health().await));
}

#[tokio::test]
async fn a_health_check_begins_no_session() {
    let site = Site::new();
    let browser = site.browser();
    for path in ["/health", "/style.css"] {
        assert_eq!(browser.get(path).await.status, 200);
        assert!(browser.cookie.borrow().is_none());
    }
}
