//! The algorithms of RustCrypto and AWS-LC behind a small interface; random bytes; memory that is overwritten. This folder
//! implements no cipher or hash. With feature `aws-lc` it derives the inner keys of XAES and XChaCha20, which `aws-lc-rs`
//! does not. It imports no other folder.

#[cfg(feature = "aws-lc")]
pub(crate) mod aws_lc;
pub(crate) mod base64url;
pub(crate) mod cipher;
pub(crate) mod random;
#[cfg(any(test, not(feature = "aws-lc")))]
mod rust_crypto;
pub(crate) mod scratch;
pub(crate) mod sha256;
pub(crate) mod suite;
