//! Algorithms, by libraries of the field: this room implements none. Other rooms name one where a user or a protocol
//! does. Knows nothing of key rings or tokens.

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
