//! The check that one name has sessions of one type in a process. Of two types, each would replace the other's
//! sessions.

use std::{
    any::{TypeId, type_name},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use crate::{base::config_error::ConfigError, keys::PurposeSlot, token::Context};

/// Sessions that were built, as long as something uses them.
struct Built {
    slot: Weak<PurposeSlot>,
    context: Context,
    id: TypeId,
    name: &'static str,
}

/// Refuses sessions of type `T` where those of another one have the same name, and a key in common.
pub(super) fn claim<T: 'static>(
    slot: &Arc<PurposeSlot>,
    context: &Context,
) -> Result<(), ConfigError> {
    let (id, name) = (TypeId::of::<T>(), type_name::<T>());
    // The labels of the types are not compared, because the name of the cookie is the same.
    let meets = |known: &&Built| {
        id != known.id
            && *context == known.context
            && known.slot.upgrade().is_some_and(|known| slot.meets(&known))
    };
    // Nothing panics while the list changes.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.retain(|known| known.slot.strong_count() > 0);
    if let Some(Built { name, .. }) = built.iter().find(meets) {
        return Err(ConfigError::general(format_args!(
            "sessions of type `{name}` are built with this name, ring and context already, and each would \
             overwrite the other's sessions; choose another name, or drop what was built first"
        )));
    }
    built.push(Built {
        slot: Arc::downgrade(slot),
        context: context.clone(),
        id,
        name,
    });
    Ok(())
}

static BUILT: Mutex<Vec<Built>> = Mutex::new(Vec::new());
