//! Any fields at the two endpoints of devices: no bound cookie is set without a proof by a key.
#![no_main]

use std::{
    sync::LazyLock,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hardtack::{EncryptionKey, SessionCookie, device::DeviceBound};
use http::Request;
use libfuzzer_sys::fuzz_target;

static COOKIE: LazyLock<SessionCookie> = LazyLock::new(|| {
    let key: EncryptionKey = XAES.parse().unwrap();
    let device = DeviceBound::at("/.session");
    SessionCookie::encrypted(key)
        .device_bound(device)
        .build()
        .unwrap()
});

fuzz_target!(|fields: (&[u8], &[u8], &[u8])| {
    let (proof, identifier, cookies) = fields;
    for path in ["/.session/register", "/.session/refresh"] {
        let request = Request::post(path)
            .header("host", "app.test")
            .header("secure-session-response", proof)
            .header("sec-secure-session-id", identifier)
            .header("cookie", cookies);
        // Bytes that no field can have.
        let Ok(request) = request.body(()) else {
            return;
        };
        let (request, ()) = request.into_parts();
        let response = COOKIE.answer_device(&request, now()).unwrap();
        // An identifier and a challenge would have to be forged.
        assert!(
            matches!(response.status().as_u16(), 400 | 404 | 503),
            "{response:?}"
        );
        assert!(!response.headers().contains_key("set-cookie"));
        assert!(response.body().is_empty());
    }
});

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_800_000_000)
}

const XAES: &str = "hardtack_key_v1_xaes_Tc_wLcc4iPxZvK6BxG7ZxT2idz62dHMINn76nFrYwuDb4yB2";
