//! Keeps sessions of two types apart under a shared ring, because they would overwrite or read each other's sessions.

use std::any::TypeId;

use crate::{base::ConfigError, keys::Purpose};

/// Sessions that keys are derived for, with facts for logs and health checks.
pub(crate) struct Sessions {
    /// Type of their content.
    pub(crate) held: TypeId,
    pub(crate) type_name: &'static str,
    /// Context of a session for which a request chooses none.
    pub(crate) context: Box<[u8]>,
    /// Text of the settings that all programs with these sessions must share (SPEC.md § 3.7).
    pub(crate) settings: String,
    /// Time for which a key has to open after it has sealed (SPEC.md § 3.4.8), in seconds.
    pub(crate) key_overlap: u64,
    /// Settings that weaken the sessions.
    pub(crate) dangers: Vec<&'static str>,
}

impl Sessions {
    /// Refuses these sessions for `purpose` next to `others` of another type with the same name and application, and the
    /// same context or label.
    pub(super) fn check(
        &self,
        purpose: &Purpose,
        others: Option<&Sessions>,
        of_others: &Purpose,
    ) -> Result<(), ConfigError> {
        let others = others.filter(|_| purpose.differs_in_type_at_most(of_others));
        let Some(other) = others.filter(|other| other.held != self.held) else {
            return Ok(());
        };
        // In one context, both types find each other's cookie, whatever their labels are. In two contexts, only the
        // labels keep them apart, because a request may choose either context.
        let reason = if self.context == other.context {
            SAME_CONTEXT
        } else if purpose == of_others {
            SAME_LABEL
        } else {
            return Ok(());
        };
        Err(ConfigError::without_setting(format!(
            "sessions of type `{}` already use this {reason}",
            other.type_name
        )))
    }
}

const SAME_CONTEXT: &str = "name, ring and context, and the two would overwrite each other's sessions; choose another \
    name, or drop what was built first";
const SAME_LABEL: &str = "name, ring and label, and a request may choose either's context; give each type a different \
    label, or choose another name";
