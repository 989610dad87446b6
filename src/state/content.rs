//! Content of a session: a dictionary or a value of a type, and messages for the next page. A session whose content no
//! longer decodes is withheld (`received.rs`).

use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::{
    bytes::{
        map,
        messages::{self, messages},
        postcard,
    },
    data::State,
    error::SessionError,
    session_data::SessionData,
};
use crate::crypto::scratch::Wiped;

impl<T> State<T> {
    pub(crate) fn get<V: DeserializeOwned>(&self, key: &str) -> Result<Option<V>, SessionError> {
        map::get(self.payload(), key)
            .map(|value| map::decode(value).ok_or_else(|| SessionError::misread::<V>(Some(key))))
            .transpose()
    }

    /// Stores an encoded value under `key`.
    pub(crate) fn insert(&mut self, key: &str, value: &[u8]) -> Result<(), SessionError> {
        let (payload, _) = map::edit(self.payload(), key, Some(value));
        let mut stored = self.set_payload(Wiped::from(payload));
        if let Err(SessionError::TooLarge(error)) = &mut stored {
            error.key = Some(key.to_owned());
        }
        stored
    }

    pub(crate) fn remove(&mut self, key: &str) -> Result<bool, SessionError> {
        let (payload, was_there) = map::edit(self.payload(), key, None);
        self.set_payload(Wiped::from(payload))?;
        Ok(was_there)
    }

    pub(crate) fn flash(&mut self, queue: &str, message: &str) -> Result<(), SessionError> {
        let mut messages: Vec<_> = messages(self.flash_bytes()).collect();
        messages.push((queue, message));
        let flash = messages::encode(&messages);
        self.set_flash(flash.into())
    }

    /// Like [`flash`](Self::flash), but does nothing if the queue has the same message.
    pub(crate) fn flash_once(&mut self, queue: &str, message: &str) -> Result<(), SessionError> {
        if messages(self.flash_bytes()).any(|known| known == (queue, message)) {
            return Ok(());
        }
        self.flash(queue, message)
    }

    /// Returns the messages of some queues, oldest first, each with its queue.
    pub(crate) fn flashes(&self, of: impl Fn(&str) -> bool) -> Vec<(String, String)> {
        messages(self.flash_bytes())
            .filter(|(queue, _)| of(queue))
            .map(|(queue, message)| (queue.to_owned(), message.to_owned()))
            .collect()
    }

    /// Drops the messages of some queues.
    pub(crate) fn drop_flashes(&mut self, of: impl Fn(&str) -> bool) -> Result<(), SessionError> {
        let others = messages(self.flash_bytes()).filter(|(queue, _)| !of(queue));
        let flash = messages::encode(&others.collect::<Vec<_>>());
        self.set_flash(flash.into())
    }
}

impl<T: SessionData> State<T> {
    /// Returns the value as it is now.
    ///
    /// # Panics
    ///
    /// Panics if the type does not read its bytes a second time. The default value in its place could sign the visitor
    /// out, or free an account of its limits.
    pub(crate) fn value(&mut self) -> Arc<T> {
        let decoded = self.draft.value.take().map_or_else(|| self.decode(), Ok);
        let value = decoded.expect("a type reads again what it has read or written");
        self.draft.value = Some(Arc::clone(&value));
        value
    }

    /// Changes the value in place. If `change` panics, or the result cannot be stored, the session keeps its bytes,
    /// from which the value is decoded again.
    pub(crate) fn update<R>(
        &mut self,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, SessionError> {
        let mut value = self.draft.value.take().map_or_else(|| self.decode(), Ok)?;
        if Arc::get_mut(&mut value).is_none() {
            // A reader still holds this value.
            value = self.decode()?;
        }
        let value_mut = Arc::get_mut(&mut value).expect("a value just decoded has one owner");
        let result = change(value_mut);
        *value_mut = self.store_value(value_mut)?;
        self.draft.value = Some(value);
        Ok(result)
    }

    /// Replaces the value.
    pub(crate) fn replace(&mut self, value: &T) -> Result<(), SessionError> {
        let read = self.store_value(value)?;
        self.draft.value = Some(Arc::new(read));
        Ok(())
    }

    /// Stores a value. Returns the equal value that the next request will read, and that this one reads from now on.
    fn store_value(&mut self, value: &T) -> Result<T, SessionError> {
        let room = self.policy.budget.room.max(self.payload().len());
        let (payload, read) =
            postcard::encode(value, room).map_err(SessionError::unstorable::<T>)?;
        self.set_payload(payload)?;
        Ok(read)
    }

    /// Decodes the payload. Fails only if the type cannot read what it wrote or read before.
    fn decode(&self) -> Result<Arc<T>, SessionError> {
        if self.has_empty_payload() {
            return Ok(Arc::new(T::default()));
        }
        T::decode(self.draft.metadata.schema, self.payload())
            .map(Arc::new)
            .ok_or_else(|| SessionError::unstorable::<T>(postcard::UNEQUAL))
    }
}
