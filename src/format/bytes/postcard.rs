//! A value of a type in postcard (SPEC.md § 5.5).

use serde::{Serialize, de::DeserializeOwned};

use super::map::FAILS;
use crate::format::crypto::scratch::Wiped;

/// Encodes `value` into a buffer of capacity `room`, because growing would leave a copy in freed memory. Returns the
/// bytes, and the equal value that they decode to. The error is the reason why the value cannot be stored.
pub(crate) fn encode<T: Serialize + DeserializeOwned + PartialEq>(
    value: &T,
    room: usize,
) -> Result<(Wiped, T), &'static str> {
    let mut buffer = Wiped::borrow();
    let bytes = buffer.start(room);
    postcard::serialize_with_flavor(value, Appended(bytes)).map_err(|_| FAILS)?;
    let read = decode(bytes).filter(|read| read == value).ok_or(UNEQUAL)?;
    Ok((buffer, read))
}

/// Reason of a type that cannot read what it wrote or read before.
pub(crate) const UNEQUAL: &str = "what the next request would read is not equal to it; usual causes are `skip`, \
    `skip_serializing_if`, `untagged`, `flatten`, `tag`, a `Deserialize` that changes what it reads, and a NaN";

/// Writes into a vector of the caller, so that nothing is copied afterwards.
struct Appended<'a>(&'a mut Vec<u8>);

impl postcard::ser_flavors::Flavor for Appended<'_> {
    type Output = ();

    // Called from the application's crate, for every field.
    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    // `from_bytes` would ignore bytes after the value.
    match postcard::take_from_bytes(bytes) {
        Ok((value, [])) => Some(value),
        _ => None,
    }
}
