use axum::http::Request;
use hardtack::{EncryptionKey, SessionCookie};
use hardtack_device::{BindToDevice, DeviceBound};

use super::{
    counted::counted_by,
    site::{START, time},
};

#[test]
fn an_answer_to_a_device_is_counted() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.device_bound(DeviceBound::at("/.session"));
    let cookie = cookie.build().unwrap();
    let counts = counted_by(|| {
        let request = Request::post("/.session/register").body(()).unwrap();
        drop(cookie.answer(&request.into_parts().0, time(START)));
    });
    let answer = r#"hardtack_device_answers_total{purpose="__Host-session",answer="Refused"}"#;
    assert_eq!(counts.get(answer), Some(&1), "{counts:?}");
}
