//! A session that holds one value of a type.

use std::{any::type_name, sync::Arc};

use super::{
    data::State,
    error::SessionError,
    payload::{self, SessionData},
};
use crate::crypto::scratch::Wiped;

impl<T: SessionData> State<T> {
    /// Returns the value as it is now.
    pub(crate) fn value(&mut self) -> Arc<T> {
        let value = self.value.take().unwrap_or_else(|| self.decode());
        self.value = Some(Arc::clone(&value));
        value
    }

    /// Changes the value in place. If `change` panics, or the result cannot be stored, the session keeps its bytes,
    /// from which the value is decoded again.
    pub(crate) fn update<R>(
        &mut self,
        change: impl FnOnce(&mut T) -> R,
    ) -> Result<R, SessionError> {
        let mut value = self.value.take().unwrap_or_else(|| self.decode());
        if Arc::get_mut(&mut value).is_none() {
            // A reader still holds this value.
            value = self.decode();
        }
        let value_mut = Arc::get_mut(&mut value).expect("a value just decoded has one owner");
        let result = change(value_mut);
        self.replace(value)?;
        Ok(result)
    }

    pub(crate) fn replace(&mut self, value: Arc<T>) -> Result<(), SessionError> {
        let room = self.policy.budget.room.max(self.payload().len());
        let payload = payload::encode(&*value, room);
        let payload = payload.ok_or(SessionError::Encode(type_name::<T>()))?;
        self.set_payload(Wiped::from(payload))?;
        self.value = Some(value);
        Ok(())
    }

    fn decode(&self) -> Arc<T> {
        if self.payload.is_none() && self.arrived.is_none() {
            return Arc::new(T::default());
        }
        let value = T::decode(self.metadata.schema, self.payload());
        // The arrived payload was read before, and a stored one was encoded here, so this does not fail.
        Arc::new(value.unwrap_or_default())
    }
}
