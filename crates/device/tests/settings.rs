//! Mistakes in the settings, which `build` refuses with a sentence.
//!
//! How long the keys of bound sessions open: the identifier of a device is sealed once, at its registration.

use std::time::{Duration, UNIX_EPOCH};

use hardtack::{
    EncryptionKey, SameSite, SessionCookie, SessionError, SessionLayer,
    carrier::SessionCookieBuilder, companion::CompanionLayer,
};
use hardtack_device::{BindToDevice, DeviceBound, Initiators};

fn device() -> DeviceBound {
    DeviceBound::at("/.session")
}

fn mistake(
    device: DeviceBound,
    change: impl FnOnce(SessionCookieBuilder) -> SessionCookieBuilder,
) -> Option<String> {
    let builder = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let built = change(builder).device_bound(device).build();
    built.err().map(|error| error.to_string())
}

#[test]
fn a_setting_that_never_works_is_refused() {
    let seconds = Duration::from_secs;
    for (device, sentence) in [
        (DeviceBound::at("session"), "a path begins with `/`"),
        (DeviceBound::at("/session/"), "does not end with one"),
        (DeviceBound::at("/a\"b"), "no other characters"),
        (DeviceBound::at("//session"), "at another address"),
        (DeviceBound::at("/./session"), "at another address"),
        (DeviceBound::at("/app/.."), "at another address"),
        (device().exclude("static"), "a path begins with `/`"),
        (device().bound_for(seconds(179)), "3 minutes to a day"),
        (device().bound_for(seconds(86_401)), "3 minutes to a day"),
        (device().challenge_for(seconds(9)), "10 seconds to an hour"),
        (
            device().challenge_for(seconds(3_601)),
            "10 seconds to an hour",
        ),
        (device().required_after(seconds(9)), "at least 10 seconds"),
        (device().origin(""), "`origin` is `https://` and a host"),
        (device().origin("https://"), "`origin` is"),
        (device().origin("app.example"), "`origin` is"),
        (device().origin("http://app.example"), "`origin` is"),
        (device().origin("https://app.example/"), "no `/` after it"),
    ] {
        let found = mistake(device, |cookie| cookie).unwrap();
        assert!(found.contains(sentence), "{found}");
    }
    let strict = mistake(device(), |cookie| cookie.same_site(SameSite::Strict)).unwrap();
    assert!(strict.contains("`SameSite=Strict`"), "{strict}");
    for name in ["session.b-AbCd_-01", "session.out-12345678"] {
        let name = mistake(device(), |cookie| cookie.name(name)).unwrap();
        assert!(name.contains("is for devices"), "{name}");
    }
    for name in [
        "session.b-AbCd_-0",
        "session.b-AbCd_-012",
        "session.out-1234567.",
    ] {
        assert_eq!(mistake(device(), |cookie| cookie.name(name)), None);
    }
    let insecure = mistake(device(), |b| b.danger_allow_http(true)).unwrap();
    assert!(insecure.contains("needs `Secure`"), "{insecure}");
    let partitioned = mistake(device(), |b| b.partitioned(true)).unwrap();
    assert!(partitioned.contains("`partitioned`"), "{partitioned}");
}

#[test]
fn two_options_are_both_there_in_either_order() {
    type Give = fn(DeviceBound) -> DeviceBound;
    let options: [(Give, &str); 8] = [
        (|device| device.without_offers(), "offers: false"),
        (
            |device| device.bound_for(Duration::from_secs(300)),
            "bound_for: 300s",
        ),
        (
            |device| device.challenge_for(Duration::from_secs(30)),
            "challenge_for: 30s",
        ),
        (|device| device.initiators(Initiators::SameSite), "SameSite"),
        (|device| device.exclude("/static"), "/static"),
        (|device| device.exclude("/images"), "/images"),
        (
            |device| device.required_after(Duration::from_secs(20)),
            "Some(20s)",
        ),
        (
            |device| device.origin("https://app.example"),
            "https://app.example",
        ),
    ];
    for (first, one) in options {
        assert!(!format!("{:?}", device()).contains(one), "{one}");
        for (second, other) in options {
            let shown = format!("{:?}", second(first(device())));
            assert!(shown.contains(one) && shown.contains(other), "{shown}");
        }
    }
}

#[test]
fn a_layer_shows_the_layer_in_it() {
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let cookie = cookie.device_bound(device()).build().unwrap();
    let layer = CompanionLayer::new(SessionLayer::new(cookie));
    let shown = format!("{layer:?}");
    assert!(shown.starts_with("CompanionLayer(SessionLayer"), "{shown}");
}

/// docs/spec/writer.md § 9.5: a session may become one of a device at any time.
#[test]
fn a_refusal_counts_the_bytes_of_a_device() {
    let needed = |cookie: SessionCookieBuilder| {
        let session = cookie.build().unwrap().load(None::<&str>, UNIX_EPOCH);
        match session.insert("k", "x".repeat(4_000)) {
            Err(SessionError::TooLarge(error)) => error.needed,
            other => panic!("{other:?}"),
        }
    };
    let cookie = SessionCookie::encrypted(EncryptionKey::generate().unwrap());
    let more = needed(cookie.clone().device_bound(device())) - needed(cookie);
    // Sixteen bytes, as base64url.
    assert!((21..=22).contains(&more), "{more}");
}

#[test]
fn the_ends_of_the_ranges_are_good() {
    let seconds = Duration::from_secs;
    for device in [
        device().bound_for(seconds(180)).challenge_for(seconds(10)),
        device()
            .bound_for(seconds(86_400))
            .challenge_for(seconds(3_600)),
        device().required_after(seconds(10)),
        DeviceBound::at("/.a/b..//...").exclude("//x/../y"),
        device().origin("https://app.example"),
        device().origin("https://[::1]:8443"),
    ] {
        assert_eq!(mistake(device, |cookie| cookie), None);
    }
    let same_site = device().initiators(Initiators::SameSite);
    let strict = |cookie: SessionCookieBuilder| cookie.same_site(SameSite::Strict);
    assert_eq!(mistake(same_site, strict), None);
}
