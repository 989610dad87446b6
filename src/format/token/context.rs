//! Context of a token, and its associated data. The key already includes the name, application and type
//! (`keys/purpose.rs`).

use std::borrow::Cow;

use super::layout::{HEAD_LEN, Head};
use crate::format::base::ConfigError;

/// Pairs of a label and a value that a token is bound to, in addition to its key and purpose.
///
/// A token sealed in one context does not open in another. Use contexts if tenants or stages share a key ring, and
/// [`application`](crate::carrier::SessionCookieBuilder::application) if applications share one. The default context is
/// empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// `u32(len ctx) || ctx`, or nothing if there are no pairs. ctx is `u8(len label) || label || u16(len value) ||
    /// value` for each pair (SPEC.md § 4.2).
    encoded: Box<[u8]>,
}

impl Context {
    /// Creates a context from `pairs`, whose order counts.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # use std::time::SystemTime;
    /// use hardtack::Context;
    ///
    /// let acme = cookie.in_context(Context::new([("tenant", "acme")])?);
    /// # let now = SystemTime::now();
    /// let field = acme.cookie_for(now, |session| session.insert("user", 42))?;
    /// assert!(cookie.load([field], now).is_new()); // of no tenant
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if a label is longer than 255 bytes, a value is longer than 65,535 bytes, or all pairs together
    /// take 4 GiB or more ([SPEC.md § 4.2]).
    ///
    /// [SPEC.md § 4.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#42-context
    pub fn new<L, V>(pairs: impl IntoIterator<Item = (L, V)>) -> Result<Context, ConfigError>
    where
        L: AsRef<str>,
        V: AsRef<str>,
    {
        let mut encoded = WITHOUT_PAIRS.to_vec();
        for (label, value) in pairs {
            let (label, value) = (label.as_ref(), value.as_ref());
            append_pair(label, value, &mut encoded)?;
        }
        let len = encoded.len() - LENGTH_LEN;
        let len = u32::try_from(len).map_err(|_| too_long("", len, "4294967295"))?;
        if len == 0 {
            return Ok(Context::default());
        }
        encoded[..LENGTH_LEN].copy_from_slice(&len.to_be_bytes());
        Ok(Context {
            encoded: encoded.into(),
        })
    }

    /// `u32(len ctx) || ctx`
    pub(crate) fn encoded(&self) -> &[u8] {
        match &*self.encoded {
            [] => &WITHOUT_PAIRS,
            encoded => encoded,
        }
    }

    /// `head || u32(len ctx) || ctx` (SPEC.md § 4.3), in `room` without pairs, and in its own memory with pairs.
    pub(super) fn aad<'a>(&self, head: &Head, room: &'a mut AadRoom) -> Cow<'a, [u8]> {
        if !self.encoded.is_empty() {
            return Cow::Owned([head, &*self.encoded].concat());
        }
        room[..HEAD_LEN].copy_from_slice(head);
        Cow::Borrowed(room)
    }
}

fn append_pair(label: &str, value: &str, encoded: &mut Vec<u8>) -> Result<(), ConfigError> {
    let label_len =
        u8::try_from(label.len()).map_err(|_| too_long("a label of ", label.len(), "255"))?;
    let value_len =
        u16::try_from(value.len()).map_err(|_| too_long("a value of ", value.len(), "65535"))?;
    encoded.push(label_len);
    encoded.extend_from_slice(label.as_bytes());
    encoded.extend_from_slice(&value_len.to_be_bytes());
    encoded.extend_from_slice(value.as_bytes());
    Ok(())
}

fn too_long(part: &str, found: usize, most: &str) -> ConfigError {
    ConfigError::new(
        "context",
        format!("has {part}{found} bytes, expected at most {most}"),
    )
}

const LENGTH_LEN: usize = 4;
/// Room for associated data without pairs.
pub(super) type AadRoom = [u8; HEAD_LEN + LENGTH_LEN];
/// Encoded length of a context without pairs.
const WITHOUT_PAIRS: [u8; LENGTH_LEN] = [0; LENGTH_LEN];
