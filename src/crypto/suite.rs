//! The algorithms (nothing outside of this folder names one), HKDF, and the hedge of nonces.

use std::{fmt, ops::Range};

use chacha20poly1305::{KeyInit, XChaCha20Poly1305, aead::AeadInOut};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use super::{
    NONCE_LEN,
    mac::{Mac, TAG_LEN},
    xaes::Xaes256Gcm,
};

/// Whether the content of a session can be read by whoever holds its cookie.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// use hardtack::Mode;
///
/// assert_eq!(cookie.mode(), Mode::Encrypted);
/// assert_eq!(Mode::UnencryptedButSigned.to_string(), "unencrypted-but-signed");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Nobody without the key reads or changes the session.
    Encrypted,
    /// Everybody reads the session; nobody without the key changes it.
    UnencryptedButSigned,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Mode::Encrypted => "encrypted",
            Mode::UnencryptedButSigned => "unencrypted-but-signed",
        })
    }
}

/// What a key seals with (SPEC.md § 2). The key selects it; a token never does.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, KeyRing, Mode, Suite};
///
/// let ring = KeyRing::new(EncryptionKey::generate()?);
/// let suite = ring.keys()[0].suite;
/// assert_eq!(suite, Suite::Xaes256Gcm);
/// assert_eq!((suite.word(), suite.mode()), ("xaes", Mode::Encrypted));
/// assert_eq!(suite.to_string(), "XAES-256-GCM");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// XAES-256-GCM: the one to use.
    Xaes256Gcm,
    /// XChaCha20-Poly1305, for machines without AES instructions.
    XChaCha20Poly1305,
    /// HMAC-SHA-256, of which a token has 16 bytes: signs, and encrypts nothing.
    HmacSha256,
}

impl Suite {
    pub(crate) const ALL: [Suite; 3] = [
        Suite::Xaes256Gcm,
        Suite::XChaCha20Poly1305,
        Suite::HmacSha256,
    ];

    /// The first byte of every token of this suite.
    pub(crate) const fn format(self) -> u8 {
        match self {
            Suite::Xaes256Gcm => 0x78,
            Suite::XChaCha20Poly1305 => 0x79,
            Suite::HmacSha256 => 0xB0,
        }
    }

    pub(crate) fn from_format(format: u8) -> Option<Suite> {
        Suite::ALL
            .into_iter()
            .find(|suite| suite.format() == format)
    }

    /// The word for this suite in the text of a key: `xaes`, `xcha` or `sign`.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, Suite};
    ///
    /// let key = EncryptionKey::generate_xchacha20()?.expose_secret();
    /// assert_eq!(key.split('_').nth(3), Some(Suite::XChaCha20Poly1305.word()));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Suite::Xaes256Gcm => "xaes",
            Suite::XChaCha20Poly1305 => "xcha",
            Suite::HmacSha256 => "sign",
        }
    }

    /// Whether what it seals can be read without a key.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Mode, Suite};
    ///
    /// assert_eq!(Suite::XChaCha20Poly1305.mode(), Mode::Encrypted);
    /// assert_eq!(Suite::HmacSha256.mode(), Mode::UnencryptedButSigned);
    /// ```
    #[must_use]
    pub const fn mode(self) -> Mode {
        match self {
            Suite::Xaes256Gcm | Suite::XChaCha20Poly1305 => Mode::Encrypted,
            Suite::HmacSha256 => Mode::UnencryptedButSigned,
        }
    }
}

/// The algorithm.
impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Suite::Xaes256Gcm => "XAES-256-GCM",
            Suite::XChaCha20Poly1305 => "XChaCha20-Poly1305",
            Suite::HmacSha256 => "HMAC-SHA-256",
        })
    }
}

impl Mode {
    /// Bytes of the sealed text before its body, after the head.
    pub(crate) const fn nonce_len(self) -> usize {
        match self {
            Mode::Encrypted => NONCE_LEN,
            Mode::UnencryptedButSigned => 0,
        }
    }

    /// Bytes of the sealed text beside head and body.
    pub(crate) const fn overhead(self) -> usize {
        self.nonce_len() + TAG_LEN
    }
}

/// The pseudorandom key of HKDF: what a ring keeps of a secret.
pub(crate) struct Prk(Zeroizing<[u8; 32]>);

impl Prk {
    pub(crate) fn extract(salt: &[u8], secret: &[u8]) -> Prk {
        let (prk, _) = Hkdf::<Sha256>::extract(Some(salt), secret);
        Prk(Zeroizing::new(prk.into()))
    }

    pub(crate) fn expand<const N: usize>(&self, info: &[u8]) -> Zeroizing<[u8; N]> {
        const { assert!(N <= 255 * 32, "HKDF yields at most 255 blocks") };
        let mut output = Zeroizing::new([0; N]);
        Hkdf::<Sha256>::from_prk(&*self.0)
            .expect("a PRK is as long as the hash")
            .expand(info, &mut *output)
            .expect("the length was checked when this was compiled");
        output
    }
}

/// A key of one suite, ready to seal and open.
pub(crate) enum Cipher {
    Encrypting {
        aead: Aead,
        /// Hedges the nonce against a generator that repeats itself (SPEC.md § 6).
        nonce: Mac,
    },
    Signing(Mac),
}

pub(crate) enum Aead {
    Xaes256Gcm(Box<Xaes256Gcm>),
    XChaCha20Poly1305(XChaCha20Poly1305),
}

impl Cipher {
    pub(crate) fn new(
        suite: Suite,
        key: &[u8; 32],
        nonce_key: impl FnOnce() -> Zeroizing<[u8; 32]>,
    ) -> Cipher {
        match Aead::new(suite, key) {
            None => Cipher::Signing(Mac::new(key)),
            Some(aead) => Cipher::Encrypting {
                aead,
                nonce: Mac::new(&nonce_key()),
            },
        }
    }

    /// Seals in place. `blob` is `head || room for the nonce || body` and becomes
    /// `head || nonce || ciphertext || tag`, or `head || body || tag`.
    pub(crate) fn seal(&self, aad: &[u8], random: &[u8; RANDOM_LEN], blob: &mut Vec<u8>) {
        let tag = match self {
            Cipher::Signing(mac) => mac.of(&[aad, &blob[HEAD_LEN..]]),
            Cipher::Encrypting { aead, nonce } => {
                let (head_and_nonce, body) = blob.split_at_mut(HEAD_LEN + NONCE_LEN);
                // With a repeated `random` two bodies still get two nonces, because the nonce depends on the
                // body.
                let nonce = nonce.of(&[random, aad, body]);
                head_and_nonce[HEAD_LEN..].copy_from_slice(&nonce);
                aead.encrypt(&nonce, aad, body)
            }
        };
        blob.extend_from_slice(&tag);
    }

    /// Verifies the tag, then decrypts in place. Returns where the body stands in `blob`.
    #[inline]
    pub(crate) fn open(&self, aad: &[u8], blob: &mut [u8]) -> Option<Range<usize>> {
        let body_end = blob.len().checked_sub(TAG_LEN)?;
        let (sealed, tag) = blob.split_at_mut(body_end);
        let tag: &[u8; TAG_LEN] = (&*tag).try_into().ok()?;
        match self {
            Cipher::Signing(mac) => {
                let body = sealed.get(HEAD_LEN..)?;
                let is_good = mac.verifies(&[aad, body], tag);
                is_good.then_some(HEAD_LEN..body_end)
            }
            Cipher::Encrypting { aead, .. } => {
                let body_start = HEAD_LEN + NONCE_LEN;
                let (head_and_nonce, body) = sealed.split_at_mut_checked(body_start)?;
                let nonce = head_and_nonce[HEAD_LEN..].try_into().ok()?;
                aead.decrypt(nonce, aad, body, tag)?;
                Some(body_start..body_end)
            }
        }
    }
}

impl Aead {
    /// `None`: the suite does not encrypt.
    pub(crate) fn new(suite: Suite, key: &[u8; 32]) -> Option<Aead> {
        match suite {
            Suite::Xaes256Gcm => Some(Aead::Xaes256Gcm(Box::new(Xaes256Gcm::new(key)))),
            Suite::XChaCha20Poly1305 => {
                Some(Aead::XChaCha20Poly1305(XChaCha20Poly1305::new(key.into())))
            }
            Suite::HmacSha256 => None,
        }
    }

    pub(crate) fn encrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
    ) -> [u8; TAG_LEN] {
        match self {
            Aead::Xaes256Gcm(aead) => aead.encrypt(nonce, aad, body),
            Aead::XChaCha20Poly1305(aead) => aead
                .encrypt_inout_detached(nonce.into(), aad, body.into())
                .expect("a body is shorter than 256 GiB")
                .into(),
        }
    }

    /// Decrypts in place if the tag is good; otherwise leaves the body alone.
    #[inline]
    pub(crate) fn decrypt(
        &self,
        nonce: &[u8; NONCE_LEN],
        aad: &[u8],
        body: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Option<()> {
        match self {
            Aead::Xaes256Gcm(aead) => aead.decrypt(nonce, aad, body, tag),
            Aead::XChaCha20Poly1305(aead) => aead
                .decrypt_inout_detached(nonce.into(), aad, body.into(), tag.into())
                .ok(),
        }
    }
}

/// SHA-256 of `parts`, joined.
pub(crate) fn hash(parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hash.finalize().into()
}

/// `format (1 byte) || key id (4 bytes)`, at the start of every token.
pub(crate) const HEAD_LEN: usize = 5;
pub(crate) const RANDOM_LEN: usize = 24;
