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

/// Refuses sessions of type `T` where those of another one have the same name, a key in common, and the same context or
/// label.
pub(super) fn claim<T: 'static>(
    slot: &Arc<PurposeSlot>,
    context: &Context,
) -> Result<(), ConfigError> {
    let (id, name) = (TypeId::of::<T>(), type_name::<T>());
    // In one context types with different labels meet too, because the name of the cookie is the same. A request may
    // choose any context, and then only the labels keep types apart.
    let meets = |known: &&Built| {
        let is_of_context = *context == known.context;
        let meets = |other: Arc<PurposeSlot>| {
            slot.meets(&other) && (is_of_context || slot.purpose == other.purpose)
        };
        id != known.id && known.slot.upgrade().is_some_and(meets)
    };
    // Nothing panics while the list changes.
    let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
    built.retain(|known| known.slot.strong_count() > 0);
    if let Some(known) = built.iter().find(meets) {
        let (name, is_of_context) = (known.name, *context == known.context);
        let sentence = match is_of_context {
            true => {
                "name, ring and context already, and each would overwrite the other's sessions; choose another name, or \
                 drop what was built first"
            }
            false => {
                "name, ring and label already, and a request may choose either's context; give each type a label of its \
                 own, or choose another name"
            }
        };
        return Err(ConfigError::general(format_args!(
            "sessions of type `{name}` are built with this {sentence}"
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
