//! The check that one name has sessions of one type in a process. Of two types, each would replace the other's
//! sessions.

use std::{
    any::{TypeId, type_name},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use super::error::ConfigError;
use crate::{keys::PurposeSlot, token::Context};

/// Sessions that were built, as long as something uses them.
pub(super) struct OneType {
    slot: Weak<PurposeSlot>,
    context: Context,
    id: TypeId,
    name: &'static str,
}

impl OneType {
    pub(super) fn of<T: 'static>(slot: &Arc<PurposeSlot>, context: &Context) -> OneType {
        OneType {
            slot: Arc::downgrade(slot),
            context: context.clone(),
            id: TypeId::of::<T>(),
            name: type_name::<T>(),
        }
    }

    /// Refuses the type where sessions of another one have the same name, and a key in common.
    pub(super) fn claim(self) -> Result<(), ConfigError> {
        // Nothing panics while the list changes.
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        built.retain(|known| known.slot.strong_count() > 0);
        if let Some(known) = built.iter().find(|known| self.meets(known)) {
            let name = known.name;
            return Err(ConfigError::general(format_args!(
                "sessions of type `{name}` are built with this name, ring and context already, and each would \
                 overwrite the other's sessions; choose another name, or drop what was built first"
            )));
        }
        built.push(self);
        Ok(())
    }

    /// The labels of the types are not compared, because the name of the cookie is the same.
    fn meets(&self, known: &OneType) -> bool {
        let slots = self.slot.upgrade().zip(known.slot.upgrade());
        self.id != known.id
            && self.context == known.context
            && slots.is_some_and(|(slot, known)| slot.meets(&known))
    }
}

static BUILT: Mutex<Vec<OneType>> = Mutex::new(Vec::new());
