//! Content that a session can hold: a dictionary, or a value of a type.

use std::sync::Arc;

use serde::{Serialize, de::DeserializeOwned};

use super::{
    bytes::{
        map,
        postcard::{decode, encode},
    },
    error::SessionError,
};
use crate::base::{LONGEST_LABEL, reason::Reason};

/// A session as a dictionary of text keys and values of types that serde can read and write.
///
/// This type has no values; it selects the methods of a [`Session`](crate::Session). In the token a dictionary is one
/// MessagePack map ([SPEC.md § 5.4]), so programs in other languages can read it. Values are serialized in their
/// human-readable form, as for JSON: a `Uuid` is text, for example.
///
/// # Examples
///
/// ```
/// use hardtack::{Session, SessionError, session::Map};
///
/// // `Session` alone means the same.
/// fn language(session: &Session<Map>) -> Result<Option<String>, SessionError> {
///     session.get("language")
/// }
/// ```
///
/// [SPEC.md § 5.4]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#54-dictionary-payload
#[derive(Clone, Copy, Debug)]
pub enum Map {}

impl Map {
    /// Decodes the payload of a dictionary into a type whose fields have the names of its keys. Other keys are ignored,
    /// unless the type denies them. This function is for [`SessionData::convert`] of a type whose sessions used to be
    /// dictionaries.
    ///
    /// Returns `None` if a required field is missing, or if a value is not of its field's type.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::session::Map;
    /// use serde::Deserialize;
    ///
    /// #[derive(Deserialize)]
    /// struct Login {
    ///     user: u64,
    /// }
    ///
    /// let bytes = b"\x81\xa4user\x2a"; // {"user": 42} in MessagePack
    /// assert_eq!(Map::decode::<Login>(bytes).map(|login| login.user), Some(42));
    /// ```
    #[must_use]
    pub fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
        map::decode_all(bytes).ok()
    }
}

/// A type that a session can hold: [`Session<Login>`](crate::Session).
///
/// It is encoded with postcard (SPEC.md § 5.5), which stores the fields in their order, without their names. Any change
/// of the type's shape therefore needs a new [`SCHEMA`](Self::SCHEMA).
///
/// A value that is stored is decoded again, and compared by `==`. If it cannot be encoded and decoded, or is not equal,
/// the change fails with [`Encode`](crate::SessionError::Encode), and `build` refuses such a default value. Usual
/// causes are `skip_serializing_if`, `untagged`, `flatten`, a `tag` or a NaN. Derive `PartialEq`, because a field that
/// it ignores is not compared.
///
/// A type that contains itself, such as a tree, does not have a dictionary's limit of 64 levels, and is decoded by
/// recursion. Limit the depth of a visitor's input yourself, or a deep value can overflow the stack. If a payload
/// announces more entries than it has, a collection may reserve up to 4 MiB before decoding fails. If its entries have no
/// bytes, as in a `Vec<()>`, all that it announces are decoded. Only a holder of the key can seal such a payload.
///
/// # Changing a schema
///
/// During a rollout, instances of both versions read each other's sessions. Deploy twice, first with code that converts
/// `N + 1` and still writes `N`, then with code that writes `N + 1`. The [guide](crate::guide::typed_sessions#versions)
/// has both programs.
///
/// # Examples
///
/// ```
/// use hardtack::SessionData;
/// use serde::{Deserialize, Serialize};
///
/// #[derive(Serialize, Deserialize, Default, PartialEq)]
/// struct Login {
///     user: u64,
///     language: String,
/// }
///
/// impl SessionData for Login {
///     const LABEL: &str = "login";
///     const SCHEMA: u32 = 2;
///
///     fn convert(schema: u32, bytes: &[u8]) -> Option<Login> {
///         FormerLogin::decode(schema, bytes).map(Login::from)
///     }
/// }
///
/// /// The type of version 1, for as long as its sessions live.
/// #[derive(Serialize, Deserialize, Default, PartialEq)]
/// struct FormerLogin {
///     user: u64,
/// }
///
/// impl SessionData for FormerLogin {
///     const LABEL: &str = "login";
///     const SCHEMA: u32 = 1;
/// }
///
/// impl From<FormerLogin> for Login {
///     fn from(FormerLogin { user }: FormerLogin) -> Login {
///         Login { user, ..Login::default() }
///     }
/// }
/// ```
///
/// With feature `derive` the two implementations are `#[derive(SessionData)]`, with
/// `#[session(label = "login", schema = 2, from = FormerLogin)]` and `#[session(label = "login", schema = 1)]`.
pub trait SessionData:
    Serialize + DeserializeOwned + PartialEq + Default + Send + Sync + 'static
{
    /// Name of at most 255 bytes that distinguishes this type from others. Keys are derived for it (SPEC.md § 3.2), so a
    /// session under one label never opens under another, even with the same ring and name.
    ///
    /// The label stays the same if the type's shape changes, which [`SCHEMA`](Self::SCHEMA) is for. A new label ends
    /// the sessions under the earlier label.
    ///
    /// `""` is for a type that takes over the sessions of a dictionary by [`convert`](Self::convert), because a
    /// dictionary has no label. Two types under one ring, name and application must not share a label, `""` included,
    /// in any context, because each would read the other's sessions as its own. `build` refuses the second type only if
    /// both are built with the same [`SharedKeyRing`](crate::keys::SharedKeyRing), and the first is still in use.
    const LABEL: &'static str;

    /// Version of this type's shape, which is 1 or more.
    const SCHEMA: u32;

    /// Converts a payload that was written under another schema, older or newer. Schema 0 is a dictionary, whose bytes
    /// are a MessagePack map that [`Map::decode`] reads.
    ///
    /// The default converts nothing. If this returns `None`, the session is treated as new, and cannot be changed
    /// ([`Unreadable`](crate::SessionError::Unreadable)) until `sign_in`, `renew` or `invalidate` replaces it (SPEC.md
    /// § 7.9). The session of another library's cookie, or a dictionary from another cookie, is only ignored then. An
    /// empty dictionary becomes the default value without this call.
    ///
    /// Only one of two types may [`decode`](Self::decode) the other here, because they would call each other without
    /// end for a schema that neither has. The derive refuses that between two types that have it.
    ///
    /// # Examples
    ///
    /// A cookie whose sessions used to be dictionaries:
    ///
    /// ```
    /// use hardtack::{SessionData, session::Map};
    /// use serde::{Deserialize, Serialize};
    ///
    /// #[derive(Serialize, Deserialize, Default, PartialEq)]
    /// struct Login {
    ///     user: u64,
    /// }
    ///
    /// impl SessionData for Login {
    ///     const LABEL: &str = "";
    ///     const SCHEMA: u32 = 1;
    ///
    ///     fn convert(schema: u32, bytes: &[u8]) -> Option<Login> {
    ///         match schema {
    ///             0 => Map::decode(bytes),
    ///             _ => None,
    ///         }
    ///     }
    /// }
    /// #
    /// # use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    /// # let (keys, now) = (KeyRing::from(EncryptionKey::generate()?), std::time::SystemTime::now());
    /// # let dictionary = SessionCookie::encrypted(keys.clone()).build()?;
    /// # let session = dictionary.load(None::<&str>, now);
    /// # session.insert("user", 42)?;
    /// # session.insert("cart", [7])?;
    /// # let fields = dictionary.save(&session)?;
    /// # let typed = SessionCookie::encrypted(keys).typed::<Login>().build()?;
    /// # let session = typed.load(fields, now);
    /// # assert_eq!(session.read(|login| login.user), 42);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    fn convert(schema: u32, bytes: &[u8]) -> Option<Self> {
        let _ = (schema, bytes);
        None
    }

    /// Decodes a payload of this type's [`SCHEMA`](Self::SCHEMA), or of a schema that [`convert`](Self::convert)
    /// converts. An empty dictionary gives the default value. Another version of the type calls this in its `convert`.
    /// Do not override it.
    ///
    /// Returns `None` if the schema is unknown, or if the bytes are not a value of this type.
    #[must_use]
    fn decode(schema: u32, bytes: &[u8]) -> Option<Self> {
        match (schema, bytes) {
            // An empty dictionary, such as a session that has an id only.
            (0, []) => Some(Self::default()),
            _ if schema == Self::SCHEMA => decode(bytes),
            _ => Self::convert(schema, bytes),
        }
    }
}

/// Content of a session: [`Map`], or any type that is [`SessionData`]. This trait is sealed.
///
/// # Examples
///
/// ```
/// use hardtack::{Session, SessionError, session::Payload};
///
/// fn sign_out<T: Payload>(session: &Session<T>) -> Result<(), SessionError> {
///     if let Some(id) = session.invalidate()? {
///         println!("session {id} ended");
///     }
///     Ok(())
/// }
/// # use hardtack::{EncryptionKey, SessionCookie};
/// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// # let session = cookie.load(None::<&str>, std::time::SystemTime::now());
/// # session.ensure_id()?;
/// # sign_out(&session)?;
/// # assert_eq!(session.id(), None);
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[diagnostic::on_unimplemented(
    message = "a session cannot hold `{Self}`: it does not implement `SessionData`",
    label = "`SessionData` is not implemented for this type",
    note = "implement `SessionData` for `{Self}`, or use `Session` for a dictionary of values"
)]
pub trait Payload: Sized + Send + Sync + 'static + sealed::Payload {}

mod sealed {
    use std::sync::Arc;

    use crate::{base::Reason, state::error::SessionError};

    /// Keeps other crates from adding kinds of payload.
    pub trait Payload: Sized {
        /// Version in which payloads are written, or 0 for a dictionary.
        const SCHEMA: u32;

        /// Label that keys are derived for unless the builder replaces it. It is empty for a dictionary.
        const LABEL: &'static str;

        /// Returns the payload of an empty session.
        fn empty() -> Result<Vec<u8>, SessionError>;

        /// Decodes the value of a type. A dictionary is only checked and stays in its bytes, so it gives `None`.
        fn accept(schema: u32, bytes: &[u8]) -> Result<Option<Arc<Self>>, Reason>;

        /// Encodes the value of a type that is made from this dictionary, into a buffer of capacity `room`. A
        /// dictionary stays as it is, so it gives `None`.
        fn adopt(_dictionary: &[u8], _room: usize) -> Result<Option<Vec<u8>>, Reason> {
            Ok(None)
        }
    }
}

impl Payload for Map {}

impl sealed::Payload for Map {
    const SCHEMA: u32 = 0;
    const LABEL: &'static str = "";

    fn empty() -> Result<Vec<u8>, SessionError> {
        Ok(Vec::new())
    }

    fn accept(schema: u32, bytes: &[u8]) -> Result<Option<Arc<Map>>, Reason> {
        if schema == 0 && map::is_valid(bytes) {
            Ok(None)
        } else {
            Err(Reason::Payload)
        }
    }
}

impl<T: SessionData> Payload for T {}

impl<T: SessionData> sealed::Payload for T {
    const SCHEMA: u32 = {
        assert!(T::SCHEMA != 0, "SessionData::SCHEMA is 1 or more");
        T::SCHEMA
    };
    const LABEL: &'static str = {
        assert!(
            T::LABEL.len() <= LONGEST_LABEL,
            "SessionData::LABEL has at most 255 bytes"
        );
        T::LABEL
    };

    fn empty() -> Result<Vec<u8>, SessionError> {
        let (bytes, _) = encode(&T::default(), 0).map_err(SessionError::unstorable::<T>)?;
        Ok(bytes.to_vec())
    }

    fn accept(schema: u32, bytes: &[u8]) -> Result<Option<Arc<T>>, Reason> {
        let value = T::decode(schema, bytes).ok_or(Reason::Payload)?;
        Ok(Some(Arc::new(value)))
    }

    fn adopt(dictionary: &[u8], room: usize) -> Result<Option<Vec<u8>>, Reason> {
        let value = T::decode(0, dictionary).ok_or(Reason::Payload)?;
        let (payload, _) = encode(&value, room).map_err(|_| Reason::Payload)?;
        Ok(Some(payload.to_vec()))
    }
}
