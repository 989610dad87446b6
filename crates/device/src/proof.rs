//! Proof of a device: a JSON Web Signature (RFC 7515) by its key. `endpoints.rs` opens its challenge.
//!
//! ```text
//! base64url(header) "." base64url(payload) "." base64url(r || s)
//!
//! header   {"alg": "ES256", "typ": "dbsc+jwt"}, and at registration "jwk": {"kty": "EC", "crv": "P-256", "x", "y"}
//! payload  {"jti": challenge}, and "aud": the URL of the endpoint, where the browser sends it
//! ```

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::Value;

use super::{
    es256::{PublicKey, SIGNATURE_LEN},
    strict_json::{self, Object},
};

/// Reason why a proof is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProofError {
    /// The proof is not a signature in compact form, or a part of it is wrong.
    Malformed,
    /// The algorithm is not ES256.
    Algorithm,
    /// A registration has no key, a refresh has one, or the key is not a point of the curve.
    Key,
    /// The signature is not by this key.
    Signature,
}

/// Well-formed proof. Nothing in it is verified, and a signature does not make its claims true.
pub(crate) struct Proof<'a> {
    /// Challenge that was signed.
    pub(crate) challenge: String,
    /// URL of the endpoint that the proof was made for, if the browser names it.
    pub(crate) audience: Option<String>,
    header: Object,
    /// Both parts before the signature, as they were sent.
    signed: &'a [u8],
    signature: [u8; SIGNATURE_LEN],
}

impl<'a> Proof<'a> {
    /// Reads a proof. Ignores unknown members, but refuses `crit`, which has to be understood (RFC 7515 § 4.1.11).
    pub(crate) fn parse(text: &'a [u8]) -> Result<Proof<'a>, ProofError> {
        let malformed = ProofError::Malformed;
        let [signed, header, claims, signature] = split(text).ok_or(malformed)?;
        let decoded = |part| decode(part).ok_or(malformed);
        let (header, claims) = (decoded(header)?, decoded(claims)?);
        let object = |text: &[u8]| strict_json::object(text).ok_or(malformed);
        let header = object(&header)?;
        let signature = decoded(signature)?.try_into().map_err(|_| malformed)?;
        let is =
            |name: &str, expected: &str| header.get(name).and_then(Value::as_str) == Some(expected);
        if !is("alg", "ES256") {
            return Err(ProofError::Algorithm);
        }
        if !is("typ", "dbsc+jwt") || header.contains_key("crit") {
            return Err(malformed);
        }
        let claims = object(&claims)?;
        let text = |claim: &Value| claim.as_str().map(str::to_owned).ok_or(malformed);
        Ok(Proof {
            challenge: text(claims.get("jti").ok_or(malformed)?)?,
            audience: claims.get("aud").map(text).transpose()?,
            header,
            signed: signed.as_bytes(),
            signature,
        })
    }

    /// Returns `true` if the proof was made for the endpoint at this origin and path, or names no endpoint.
    pub(crate) fn is_for(&self, origin: Option<&str>, path: &str) -> bool {
        let Some(audience) = &self.audience else {
            return true;
        };
        origin.is_some_and(|origin| audience.strip_prefix(origin) == Some(path))
    }

    /// Verifies the proof of a registration by the key that it carries, and returns the key.
    pub(crate) fn verify_registration(&self) -> Result<PublicKey, ProofError> {
        let jwk = self.header.get("jwk");
        let key = jwk.and_then(public_key).ok_or(ProofError::Key)?;
        self.verify(&key)?;
        Ok(key)
    }

    /// Verifies the proof of a refresh by the key that was registered.
    pub(crate) fn verify_refresh(&self, key: &PublicKey) -> Result<(), ProofError> {
        if self.header.contains_key("jwk") {
            return Err(ProofError::Key);
        }
        self.verify(key)
    }

    fn verify(&self, key: &PublicKey) -> Result<(), ProofError> {
        let is_signed = key.verify(self.signed, &self.signature);
        is_signed.then_some(()).ok_or(ProofError::Signature)
    }
}

/// Splits a proof into the signed text, its two parts, and the signature.
fn split(proof: &[u8]) -> Option<[&str; 4]> {
    let proof = str::from_utf8(proof).ok()?;
    let (signed, signature) = proof.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    let is_short = proof.len() <= LONGEST;
    is_short.then_some([signed, header, claims, signature])
}

/// Reads a JSON Web Key (RFC 7518 § 6.2).
fn public_key(jwk: &Value) -> Option<PublicKey> {
    let text = |name: &str| jwk.get(name).and_then(Value::as_str);
    if text("kty") != Some("EC") || text("crv") != Some("P-256") {
        return None;
    }
    let coordinate = |name| decode(text(name)?)?.try_into().ok();
    PublicKey::from_coordinates(&coordinate("x")?, &coordinate("y")?)
}

fn decode(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// Longest proof, in characters. A registration of Chromium has about 410.
const LONGEST: usize = 2048;

#[cfg(test)]
mod tests {
    use super::*;

    /// Proof that Chromium 156 sent, with a key in software.
    const REGISTRATION: &str = "eyJhbGciOiJFUzI1NiIsImp3ayI6eyJjcnYiOiJQLTI1NiIsImt0eSI6IkVDIiwieCI6ImVpaWdFOWtJcXptMzRMMmdQVlNLaV9rWF9JWjJHSWhudHZ0RXZ3OFVEY1kiLCJ5Ijoia3BfeF8wZEZ4RkxZX0w3SFkycHNoaHpmVEdJYXdHTHUtempxQXdCcVU3NCJ9LCJ0eXAiOiJkYnNjK2p3dCJ9.eyJqdGkiOiJnN204cTA5MFlKYll0QTNUY1lZcHpxYVFUTGk2SVFBaHlsY3lqazV0ZmNPN2I2anBQbVNIejk3VG54aXR6dGtlIn0.cucTIzvphmua7cY65t0u_qhNZkuZ8Yza6Gck3irk0mWzgm5La0hHxZzFBGfewN82Hn8dT9bMC2ivOCm2dlZqSw";
    const REFRESH: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImRic2Mrand0In0.eyJqdGkiOiJ2OFBSZEpjdkZCUmJPRmlrYS1sOW9WM0JVbmQwVGtsOGhOTlRlUVg2SlFtY0tHNWRWNVhYa0tlRkl3VFdkNk44In0.QaCTyuda_EpKPrehJNd6Yeh99tEg8sETr-IHxC-d3IbJ62I_OFPrA107H1ofBeugoQzLEkvo6EdaU2PPsrm6Ww";

    fn registration(text: &[u8]) -> Result<PublicKey, ProofError> {
        Proof::parse(text)?.verify_registration()
    }

    fn refresh(text: &[u8], key: &PublicKey) -> Result<(), ProofError> {
        Proof::parse(text)?.verify_refresh(key)
    }

    fn captured_key() -> PublicKey {
        registration(REGISTRATION.as_bytes()).expect("it was sent")
    }

    #[test]
    fn the_proofs_of_a_browser_are_verified() {
        let key = captured_key();
        let proof = |text: &'static str| Proof::parse(text.as_bytes());
        assert_eq!(
            proof(REGISTRATION).expect("it was sent").challenge,
            "g7m8q090YJbYtA3TcYYpzqaQTLi6IQAhylcyjk5tfcO7b6jpPmSHz97Tnxitztke"
        );
        refresh(REFRESH.as_bytes(), &key).expect("the same key signed it");
        let proof = proof(REFRESH).expect("it was sent");
        assert!(proof.challenge.starts_with("v8PRdJcvFBRb") && proof.audience.is_none());
        let again = PublicKey::from_bytes(&key.to_bytes()).expect("it was written here");
        assert_eq!(again.to_bytes(), key.to_bytes());
    }

    #[test]
    fn a_proof_is_for_one_of_the_two_endpoints() {
        let refused = refresh(REGISTRATION.as_bytes(), &captured_key());
        assert_eq!(refused.err(), Some(ProofError::Key));
        let refused = registration(REFRESH.as_bytes());
        assert_eq!(refused.err(), Some(ProofError::Key));
    }

    #[test]
    fn a_proof_is_refused_at_every_cut_and_with_every_character_changed() {
        let key = captured_key();
        for proof in [REGISTRATION, REFRESH] {
            let accepts = |text: &[u8]| refresh(text, &key).is_ok() || registration(text).is_ok();
            for end in 0..proof.len() {
                assert!(!accepts(&proof.as_bytes()[..end]), "{end}");
                let mut changed = proof.as_bytes().to_vec();
                changed[end] ^= 1;
                assert!(!accepts(&changed), "{end}");
            }
        }
    }
}
