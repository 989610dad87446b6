//! Keys that encrypt and keys that only sign never stand in for each other.

use hardtack::{
    ConfigError, KeyRing, SessionCookie, SessionHeader, SessionToken, SigningKey,
    keys::{Mode, RingKey, RingSource, SharedKeyRing},
};

use super::common::{at, key};

fn signing_key() -> SigningKey {
    SigningKey::generate().unwrap()
}

#[track_caller]
fn refused<S>(built: Result<S, ConfigError>, remedy: &str) {
    let error = built.err().expect("the keys are of the other kind");
    assert_eq!(error.setting(), Some("keys"));
    assert!(error.to_string().contains(remedy), "{error}");
}

#[test]
fn a_key_that_only_signs_does_not_encrypt() {
    let remedy = "choose `unencrypted_but_signed`";
    refused(SessionCookie::encrypted(signing_key()).build(), remedy);
    refused(
        SessionHeader::encrypted("x-session", signing_key()).build(),
        remedy,
    );
    refused(
        SessionToken::encrypted("mobile", signing_key()).build(),
        remedy,
    );
}

#[test]
fn a_key_that_encrypts_does_not_sign_what_anyone_may_read() {
    let remedy = "choose `encrypted`";
    refused(
        SessionCookie::unencrypted_but_signed(key(0)).build(),
        remedy,
    );
    refused(
        SessionHeader::unencrypted_but_signed("x-session", key(0)).build(),
        remedy,
    );
    refused(
        SessionToken::unencrypted_but_signed("mobile", key(0)).build(),
        remedy,
    );
}

#[test]
fn a_ring_has_keys_of_one_kind() {
    let (encrypts, signs) = (key(0), signing_key());
    let ids = [encrypts.id(), signs.id()];
    let texts = [encrypts.expose_secret(), signs.expose_secret()].map(|text| text.to_string());
    for sentence in [
        texts.join("\n").parse::<KeyRing>().unwrap_err().to_string(),
        KeyRing::from_sources(texts.map(vault))
            .unwrap_err()
            .to_string(),
    ] {
        assert!(
            sentence.ends_with("which does not encrypt, expected `xaes` or `xcha`"),
            "{sentence}"
        );
    }
    let keys = [RingKey::from(encrypts), RingKey::from(signs)];
    let sentence = KeyRing::from_keys(keys).unwrap_err().to_string();
    for id in ids {
        assert!(sentence.contains(&id.to_string()), "{sentence}");
    }
    assert!(
        sentence.contains("give each kind a separate key ring"),
        "{sentence}"
    );
}

fn vault(text: String) -> RingSource {
    RingSource::from_fn("a vault", move || Ok(text.clone()))
}

#[test]
fn a_ring_says_which_kind_it_has() {
    assert_eq!(KeyRing::from(key(0)).mode(), Mode::Encrypted);
    assert_eq!(
        KeyRing::from(signing_key()).mode(),
        Mode::UnencryptedButSigned
    );
}

/// Sessions that are promised to be encrypted stay so.
#[test]
fn a_ring_in_use_is_not_replaced_by_one_of_the_other_kind() {
    let keys = SharedKeyRing::from(key(0));
    let cookie = SessionCookie::encrypted(keys.clone()).build().unwrap();
    let error = keys.replace(signing_key()).unwrap_err();
    assert!(
        error.to_string().contains("expected `xaes` or `xcha`"),
        "{error}"
    );
    assert_eq!(
        keys.current().fingerprint(),
        KeyRing::from(key(0)).fingerprint()
    );
    assert_eq!(cookie.keys_in_use(at(0)).seals, key(0).id());

    let signing = SharedKeyRing::from(signing_key());
    let error = signing.replace(key(0)).unwrap_err();
    assert!(error.to_string().contains("expected `sign`"), "{error}");
    assert_eq!(signing.current().mode(), Mode::UnencryptedButSigned);
}
