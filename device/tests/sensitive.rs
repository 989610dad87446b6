//! Fields that logs and compression tables have to leave out.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::{BindToDevice, DeviceBound};
use http::{HeaderMap, StatusCode};

#[test]
fn the_offer_and_the_cookie_of_a_sign_in_are_sensitive() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap())
        .device_bound(DeviceBound::at("/.session"))
        .build()
        .unwrap();
    let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
    let session = cookie.load_from(&HeaderMap::new(), now);
    session.renew().unwrap();
    session.insert("user", "ada").unwrap();
    let mut response = HeaderMap::new();
    cookie
        .save_to(&session, StatusCode::OK, &mut response)
        .unwrap();
    for name in ["secure-session-registration", "set-cookie"] {
        assert!(response[name].is_sensitive(), "{name}");
    }
    assert!(!response["cache-control"].is_sensitive());
}
