use cookie::CookieJar;
use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::{BindToDevice, DeviceBound};

use super::site::{START, time};

#[test]
fn a_jar_cannot_offer_a_registration_and_says_so() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.device_bound(DeviceBound::at("/.session"));
    let cookie = cookie.build().unwrap();
    let session = cookie.load_from_cookies(CookieJar::new().iter(), time(START));
    session.renew().unwrap();
    let refused = cookie.save_as_cookies(&session).unwrap_err().to_string();
    assert!(refused.contains("use `save` instead"), "{refused}");
}
