//! The one folder that names algorithms. It implements none, and knows nothing of key rings or tokens.

#[cfg(feature = "aws-lc")]
mod aws_lc;
pub(crate) mod backend;
pub(crate) mod base64url;
pub(crate) mod cipher;
#[cfg(feature = "device-bound")]
pub(crate) mod es256;
pub(crate) mod hash;
pub(crate) mod kdf;
#[cfg(not(all(any(feature = "xaes", feature = "aws-lc"), feature = "xchacha20")))]
mod left_out;
pub(crate) mod mac;
#[cfg(feature = "migrate")]
pub(crate) mod old;
pub(crate) mod random;
#[cfg(any(test, not(feature = "aws-lc")))]
mod rust_crypto;
pub(crate) mod scratch;
pub(crate) mod suite;
