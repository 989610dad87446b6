//! The algorithms of RustCrypto and AWS-LC behind a small interface. This room implements no algorithm, except
//! that on AWS-LC it derives the inner keys of XAES and XChaCha20, which AWS-LC lacks. It knows nothing about key rings or
//! tokens. Other rooms name an algorithm only if users or a protocol do.

#[cfg(feature = "aws-lc")]
mod aws_lc;
pub(crate) mod base64url;
pub(crate) mod cipher;
pub(crate) mod random;
#[cfg(any(test, not(feature = "aws-lc")))]
mod rust_crypto;
pub(crate) mod scratch;
pub(crate) mod sha256;
pub(crate) mod suite;
