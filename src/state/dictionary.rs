//! Sessions that are a dictionary.

use serde::de::DeserializeOwned;

use super::{data::State, error::SessionError, map};
use crate::crypto::scratch::Wiped;

impl<T> State<T> {
    pub(crate) fn get<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, SessionError> {
        map::get(self.payload(), key)
            .map(|value| map::decode(value, Some(key)))
            .transpose()
    }

    /// Stores an encoded value under `key`.
    pub(crate) fn insert(&mut self, key: &str, value: &[u8]) -> Result<(), SessionError> {
        let (payload, _) = map::edit(self.payload(), key, Some(value));
        self.set_payload(Wiped::from(payload)).map_err(|mut error| {
            error.key = Some(key.to_owned());
            error.into()
        })
    }

    pub(crate) fn remove(&mut self, key: &str) -> Result<bool, SessionError> {
        let (payload, was_there) = map::edit(self.payload(), key, None);
        self.set_payload(Wiped::from(payload))?;
        Ok(was_there)
    }
}
