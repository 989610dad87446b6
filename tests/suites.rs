//! The suites that a program includes, by the features `xaes`, `xchacha20` and `aws-lc`, and the libraries that they run
//! on. Runs with each of them alone, with all, and with none.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use hardtack::{
    EncryptionKey, KeyRing, SessionCookie, SigningKey,
    keys::{Backend, Suite},
};

#[test]
fn a_key_of_a_suite_that_was_left_out_is_refused_with_the_feature_to_enable() {
    check(XAES, "xaes", HAS_XAES);
    check(XCHACHA20, "xchacha20", cfg!(feature = "xchacha20"));
}

#[track_caller]
fn check(text: &str, feature: &str, is_included: bool) {
    if is_included {
        let cookie = SessionCookie::encrypted(text.parse::<EncryptionKey>().unwrap());
        keeps_a_session(cookie.build().unwrap());
        return;
    }
    let sentence =
        format!("key is of a suite that was left out; enable feature `{feature}` of hardtack");
    let error = text.parse::<EncryptionKey>().unwrap_err();
    assert_eq!(error.to_string(), sentence);
    let error = text.parse::<KeyRing>().unwrap_err();
    assert!(error.to_string().ends_with(&sentence), "{error}");
}

#[test]
fn a_generated_key_is_of_the_first_suite_that_is_included() {
    let suite = EncryptionKey::generate().map(|key| KeyRing::from(key).keys()[0].suite);
    if HAS_XAES {
        assert_eq!(suite.unwrap(), Suite::Xaes256Gcm);
    } else if cfg!(feature = "xchacha20") {
        assert_eq!(suite.unwrap(), Suite::XChaCha20Poly1305);
    } else {
        let sentence = suite.unwrap_err().to_string();
        assert!(
            sentence.contains("was left out; enable feature `"),
            "{sentence}"
        );
    }
    let is_made = EncryptionKey::generate_xchacha20().is_ok();
    assert_eq!(is_made, cfg!(feature = "xchacha20"));
}

#[test]
fn a_signed_session_takes_no_encrypting_suite() {
    let key = SigningKey::generate().unwrap();
    keeps_a_session(SessionCookie::unencrypted_but_signed(key).build().unwrap());
}

#[test]
fn a_suite_says_which_library_it_runs_on() {
    let of_ciphers = if cfg!(feature = "aws-lc") {
        Backend::AwsLc
    } else {
        Backend::RustCrypto
    };
    let of = |is_included: bool| is_included.then_some(of_ciphers);
    assert_eq!(Suite::Xaes256Gcm.backend(), of(HAS_XAES));
    let has_xchacha20 = cfg!(feature = "xchacha20");
    assert_eq!(Suite::XChaCha20Poly1305.backend(), of(has_xchacha20));
    assert_eq!(Suite::HmacSha256.backend(), Some(Backend::RustCrypto));
}

#[track_caller]
fn keeps_a_session(cookie: SessionCookie) {
    let session = cookie.load(None::<&str>, NOW);
    session.insert("user", 42).unwrap();
    let fields = cookie.save(&session).unwrap();
    let session = cookie.load(&fields, NOW);
    assert_eq!(session.get("user").unwrap(), Some(42));
}

const NOW: fn() -> SystemTime = || UNIX_EPOCH + Duration::from_secs(1_800_000_000);

const HAS_XAES: bool = cfg!(any(feature = "xaes", feature = "aws-lc"));

const XAES: &str = "hardtack_key_v1_xaes_ZDIWFF2AiFfzRFU7RMJSpHEjlfkXu7Z53cc2DaRwNZdryarj";
const XCHACHA20: &str = "hardtack_key_v1_xcha_ZyjbTq0jAaqBqvEPuCXv0Jr27j2fejSzDFtw05weZ1Vd1Pz5";
