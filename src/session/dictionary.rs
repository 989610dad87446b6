use serde::{Serialize, de::DeserializeOwned};

use super::handle::Session;
use crate::state::{Map, Payload, SessionError, map};

/// Session as a dictionary.
impl<T: Payload> Session<T> {
    /// Returns the value under `key`, if there is one. A `None` that was stored is a value too, of type `Option<V>`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// assert_eq!(session.get("user")?, Some(42));
    /// assert_eq!(session.get::<String>("language")?, None);
    /// assert!(session.get::<String>("user").is_err()); // it is a number
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Decode`](SessionError::Decode) if the value is not a `V`, or
    /// [`InsideUpdate`](SessionError::InsideUpdate).
    pub fn get<V>(&self, key: &str) -> Result<Option<V>, SessionError>
    where
        T: Dictionary,
        V: DeserializeOwned,
    {
        self.try_access()?.state().get(key)
    }

    /// Stores `value` under `key`, and replaces an earlier value. Storing the same value again is no change, unless it
    /// has a `HashMap` or `HashSet`, which may be encoded in another order.
    ///
    /// The value is not compared with what [`get`](Self::get) will return, which may differ, as with JSON: `Some(None)`
    /// becomes `None`, and an `untagged` enum becomes the first variant that takes the content ([more
    /// cases](crate::guide::typed_sessions#what-can-be-stored)).
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// #[derive(serde::Serialize, serde::Deserialize)]
    /// struct Item {
    ///     article: u64,
    ///     count: u8,
    /// }
    ///
    /// session.insert("last", Item { article: 42, count: 2 })?;
    /// let last: Option<Item> = session.get("last")?;
    /// assert!(last.is_some_and(|item| item.count == 2 && item.article == 42));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), and [`Encode`](SessionError::Encode) for a value that
    /// cannot be stored.
    #[doc(alias = "set")]
    pub fn insert<V: Serialize>(&self, key: &str, value: V) -> Result<(), SessionError>
    where
        T: Dictionary,
    {
        // Encoded before the lock is taken, because that runs the application's code.
        let value = map::encode(&value).map_err(SessionError::unstorable::<V>);
        self.change(|state| state.insert(key, &value?))
    }

    /// Drops the value under `key`. Returns `false` if there was no value.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// assert!(session.remove("user")?);
    /// assert!(!session.remove("user")?);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors).
    #[doc(alias("remove_value", "delete"))]
    pub fn remove(&self, key: &str) -> Result<bool, SessionError>
    where
        T: Dictionary,
    {
        self.change(|state| state.remove(key))
    }

    /// Drops the value under `key` and returns it. A value that is not a `V` is an error and stays, because the visitor
    /// may need it in another version of the program. [`remove`](Self::remove) drops it.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("next", "/account")?;
    /// assert_eq!(session.take::<String>("next")?.as_deref(), Some("/account"));
    /// assert_eq!(session.take::<String>("next")?, None);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), and [`Decode`](SessionError::Decode) if the value is not a
    /// `V`.
    #[doc(alias("remove_as", "pop"))]
    pub fn take<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, SessionError>
    where
        T: Dictionary,
    {
        self.change(|state| {
            let value = state.get(key)?;
            state.remove(key)?;
            Ok(value)
        })
    }
}

impl Session {
    /// Changes the value under `key` in place, starting with `V::default()` if there is no value, and returns the
    /// result of `change`. No other handle of the session can read or write in between.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// let visits = |session: &hardtack::Session| {
    ///     session.update("visits", |visits: &mut u32| {
    ///         *visits += 1;
    ///         *visits
    ///     })
    /// };
    /// assert_eq!(visits(&session)?, 1);
    /// assert_eq!(visits(&session)?, 2);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns the errors of [every change](Session#errors), [`Decode`](SessionError::Decode) if the value is not a
    /// `V`, and [`Encode`](SessionError::Encode). If `change` panics, the session also stays as it was.
    pub fn update<V, R>(
        &self,
        key: &str,
        change: impl FnOnce(&mut V) -> R,
    ) -> Result<R, SessionError>
    where
        V: Serialize + DeserializeOwned + Default,
    {
        self.change(|state| {
            let mut value = state.get(key)?.unwrap_or_default();
            let result = change(&mut value);
            let value = map::encode(&value).map_err(SessionError::unstorable::<V>)?;
            state.insert(key, &value)?;
            Ok(result)
        })
    }

    /// Returns `true` if there is a value under `key`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(!session.contains_key("user"));
    /// session.insert("user", 42)?;
    /// assert!(session.contains_key("user"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn contains_key(&self, key: &str) -> bool {
        map::get(self.access().state().payload(), key).is_some()
    }

    /// Returns all keys, in ascending order of their bytes.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// session.insert("language", "sv")?;
    /// assert_eq!(session.keys(), ["language", "user"]);
    /// assert_eq!(session.len(), 2);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let mut held = self.access();
        let keys = map::keys(held.state().payload());
        keys.map(str::to_owned).collect()
    }

    /// Returns the number of entries.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// assert_eq!(session.len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn len(&self) -> usize {
        map::len(self.access().state().payload())
    }

    /// Returns `true` if there are no entries.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// assert!(session.is_empty());
    /// session.insert("user", 42)?;
    /// assert!(!session.is_empty());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the whole dictionary as one value: a map, or a struct whose fields are the keys.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// #[derive(serde::Deserialize)]
    /// struct Visitor {
    ///     user: u64,
    ///     language: Option<String>,
    /// }
    ///
    /// session.insert("user", 42)?;
    /// let visitor: Visitor = session.deserialize()?;
    /// assert_eq!((visitor.user, visitor.language), (42, None));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Decode`](SessionError::Decode) if the dictionary is not a `V`, or
    /// [`InsideUpdate`](SessionError::InsideUpdate).
    pub fn deserialize<V: DeserializeOwned>(&self) -> Result<V, SessionError> {
        map::decode_all(self.try_access()?.state().payload()).map_err(SessionError::misread::<V>)
    }
}

/// Content of a session with keys, which is [`Map`] alone. Methods such as [`Session::get`] require it, so that the
/// compiler names the methods of a typed session instead.
#[diagnostic::on_unimplemented(
    message = "a session that holds a `{Self}` has no keys",
    label = "a method of dictionaries, which are `Session` without a type",
    note = "a typed session is read by `read`, and changed by `update` or `replace`: `session.update(|value| …)?`"
)]
pub trait Dictionary: sealed::Sealed {}

impl Dictionary for Map {}

mod sealed {
    pub trait Sealed {}

    impl Sealed for crate::state::Map {}
}
