use serde::{Serialize, de::DeserializeOwned};

use super::Session;
use crate::{body::encode, error::SessionError};

/// The session as a dictionary.
impl Session {
    /// The value under `key`, if there is one.
    ///
    /// # Errors
    ///
    /// [`Decode`](SessionError::Decode) if the value is not a `V`.
    pub fn get<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, SessionError> {
        self.try_see(|state| state.get(key))
    }

    /// Stores `value` under `key`, in the place of what was there. Storing the value that is already
    /// there writes nothing.
    ///
    /// # Errors
    ///
    /// Those of every change, [`Encode`](SessionError::Encode) for a value that serde cannot write, and
    /// [`TooDeep`](SessionError::TooDeep) for one that could not be read again.
    pub fn insert<V: Serialize>(&self, key: &str, value: V) -> Result<(), SessionError> {
        let value = encode(&value)?;
        self.change(|state| state.insert(key, &value))
    }

    /// Changes the value under `key` in place, beginning with `V::default()` if there is none, and
    /// returns what `change` returned. Nobody else gets between reading and writing.
    ///
    /// # Errors
    ///
    /// Those of every change, [`Decode`](SessionError::Decode) if the value is not a `V`, and
    /// [`Encode`](SessionError::Encode). If `change` panics the session stays as it was, too.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// session.update("cart", |cart: &mut Vec<u32>| cart.push(7))?;
    /// session.update("cart", |cart: &mut Vec<u32>| cart.push(9))?;
    /// assert_eq!(session.get::<Vec<u32>>("cart")?, Some(vec![7, 9]));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn update<V, R>(
        &self,
        key: &str,
        change: impl FnOnce(&mut V) -> R,
    ) -> Result<R, SessionError>
    where
        V: Serialize + DeserializeOwned + Default,
    {
        self.change(|state| state.update(key, change))
    }

    /// Drops the value under `key`. `false`: there was none.
    ///
    /// # Errors
    ///
    /// Those of every change.
    pub fn remove(&self, key: &str) -> Result<bool, SessionError> {
        self.change(|state| state.remove(key))
    }

    /// Drops the value under `key` and returns it.
    ///
    /// # Errors
    ///
    /// Those of every change, and [`Decode`](SessionError::Decode) if the value is not a `V`; it is then
    /// still there.
    pub fn take<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, SessionError> {
        self.change(|state| state.take(key))
    }

    /// There is a value under `key`.
    #[must_use]
    pub fn contains(&self, key: &str) -> bool {
        self.see(|state| state.contains(key))
    }

    /// All keys, in ascending order of their bytes.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        self.see(|state| state.keys())
    }

    /// Number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.see(|state| state.len())
    }

    /// There are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The whole dictionary as one value: a map, or a struct whose fields are the keys.
    ///
    /// # Errors
    ///
    /// [`Decode`](SessionError::Decode) if the dictionary is not a `V`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::{collections::BTreeMap, time::SystemTime};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load([""], SystemTime::now());
    /// session.insert("visits", 3)?;
    /// let all: BTreeMap<String, u32> = session.to()?;
    /// assert_eq!(all["visits"], 3);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn to<V: DeserializeOwned>(&self) -> Result<V, SessionError> {
        self.try_see(|state| state.to())
    }
}
