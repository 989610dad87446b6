//! Suites and modes, with their names, lengths and libraries.

use std::fmt;

/// Protection of a session's content: encrypted, or signed only.
///
/// # Examples
///
/// ```
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # use std::time::SystemTime;
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, SystemTime::now());
/// use hardtack::keys::Mode;
///
/// assert_eq!(cookie.mode(), Mode::Encrypted);
/// assert_eq!(Mode::UnencryptedButSigned.to_string(), "unencrypted-but-signed");
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Mode {
    /// Only a holder of the key can read or change the session.
    Encrypted,
    /// Anyone with the token can read the session; only a holder of the key can change it.
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

/// Algorithm that a key seals with ([SPEC.md § 2]).
///
/// The key selects the algorithm; a token never does.
///
/// [SPEC.md § 2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#2-suites
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Suite {
    /// XAES-256-GCM, the default.
    Xaes256Gcm,
    /// XChaCha20-Poly1305, for machines without AES instructions.
    XChaCha20Poly1305,
    /// HMAC-SHA-256, cut to 16 bytes. It only signs.
    HmacSha256,
}

impl Suite {
    pub(crate) const ALL: [Suite; 3] = [
        Suite::Xaes256Gcm,
        Suite::XChaCha20Poly1305,
        Suite::HmacSha256,
    ];

    /// Returns the format, the word and the name of this suite (SPEC.md § 2).
    const fn row(self) -> (u8, &'static str, &'static str) {
        match self {
            Suite::Xaes256Gcm => (0x78, "xaes", "XAES-256-GCM"),
            Suite::XChaCha20Poly1305 => (0x79, "xcha", "XChaCha20-Poly1305"),
            Suite::HmacSha256 => (0xB0, "sign", "HMAC-SHA-256"),
        }
    }

    /// Returns the first byte of every token of this suite, before encoding.
    pub(crate) const fn format(self) -> u8 {
        self.row().0
    }

    pub(crate) fn from_format(format: u8) -> Option<Suite> {
        let mut suites = Suite::ALL.into_iter();
        suites.find(|suite| suite.format() == format)
    }

    /// Returns the word for this suite in the text of a key: `xaes`, `xcha` or `sign`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        self.row().1
    }

    /// Returns the library that this suite runs on, for health checks.
    #[must_use]
    pub fn backend(self) -> Backend {
        match self.mode() {
            #[cfg(feature = "aws-lc")]
            Mode::Encrypted if aws_lc_rs::try_fips_mode().is_ok() => Backend::AwsLcFips,
            Mode::Encrypted if cfg!(feature = "aws-lc") => Backend::AwsLc,
            _ => Backend::RustCrypto,
        }
    }

    /// Returns the mode of tokens that this suite seals.
    #[must_use]
    pub const fn mode(self) -> Mode {
        match self {
            Suite::Xaes256Gcm | Suite::XChaCha20Poly1305 => Mode::Encrypted,
            Suite::HmacSha256 => Mode::UnencryptedButSigned,
        }
    }
}

/// Name of the algorithm.
impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}

/// Library that a suite encrypts or signs with. Tokens do not depend on it.
///
/// # Examples
///
/// ```
/// use hardtack::keys::Backend;
///
/// assert_eq!(Backend::AwsLc.to_string(), "AWS-LC");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Backend {
    /// Crates of RustCrypto, the default.
    RustCrypto,
    /// AWS-LC, with feature `aws-lc`. HMAC, HKDF and HChaCha20 are still RustCrypto's.
    AwsLc,
    /// AWS-LC as a FIPS module that has passed its self-tests. It needs feature `aws-lc`, and a dependency of the
    /// program on `aws-lc-rs` with feature `fips`.
    AwsLcFips,
}

/// Name of the library.
impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Backend::RustCrypto => "RustCrypto",
            Backend::AwsLc => "AWS-LC",
            Backend::AwsLcFips => "AWS-LC FIPS",
        })
    }
}

/// Authenticated cipher of an encrypting suite, with its key (SPEC.md § 2).
pub(crate) trait Aead: Send + Sync {
    /// `ciphertext || tag = AEAD(K, nonce, aad, body)`: encrypts in place and returns the tag.
    fn encrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8]) -> Tag;

    /// Decrypts in place if the tag is right. Otherwise the body stays encrypted or becomes zeros.
    fn decrypt(&self, nonce: &Nonce, aad: &[u8], body: &mut [u8], tag: &Tag) -> Option<()>;
}

impl Mode {
    /// Bytes of the nonce before the body.
    pub(crate) const fn nonce_len(self) -> usize {
        match self {
            Mode::Encrypted => NONCE_LEN,
            Mode::UnencryptedButSigned => 0,
        }
    }
}

/// Bytes of the nonce in every encrypting suite (SPEC.md § 2).
pub(crate) const NONCE_LEN: usize = 24;
/// Bytes of the tag in every suite (SPEC.md § 2).
pub(crate) const TAG_LEN: usize = 16;
pub(crate) type Nonce = [u8; NONCE_LEN];
pub(crate) type Tag = [u8; TAG_LEN];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suites_modes_and_libraries_have_names() {
        let suites = Suite::ALL.map(|suite| suite.to_string());
        assert_eq!(
            suites,
            ["XAES-256-GCM", "XChaCha20-Poly1305", "HMAC-SHA-256"]
        );
        let libraries = [Backend::RustCrypto, Backend::AwsLc, Backend::AwsLcFips]
            .map(|library| library.to_string());
        assert_eq!(libraries, ["RustCrypto", "AWS-LC", "AWS-LC FIPS"]);
        let modes = [Mode::Encrypted, Mode::UnencryptedButSigned].map(|mode| mode.to_string());
        assert_eq!(modes, ["encrypted", "unencrypted-but-signed"]);
    }

    #[test]
    fn a_suite_says_which_library_it_runs_on() {
        let of_ciphers = if cfg!(feature = "aws-lc") {
            Backend::AwsLc
        } else {
            Backend::RustCrypto
        };
        let expected = [of_ciphers, of_ciphers, Backend::RustCrypto];
        assert_eq!(Suite::ALL.map(Suite::backend), expected);
    }
}
