//! The settings that sessions of every kind have, put together.

use super::{Settings, error::ConfigError, one_type::OneType};
use crate::{
    base::time::unix_seconds_from,
    crypto::suite::Mode,
    keys::{LabelError, Purpose},
    session::{Duplicates, Sealer, events},
    state::{Allowed, Lifetimes, Overhead, Payload, Policy, SizeBudget, sealed},
    token::{self, Context},
};

impl Settings {
    pub(super) fn sealer<T: Payload>(
        &self,
        purpose: Purpose,
        allowed: Allowed,
        overhead: Overhead,
        duplicates: Duplicates,
    ) -> Result<Sealer, ConfigError> {
        let application = self.application.as_deref();
        let type_label = self.type_label.as_deref();
        let type_label = type_label.unwrap_or(<T as sealed::Payload>::LABEL);
        let mode = self.keys.mode();
        let lifetimes = self.lifetimes()?;
        let overlap = self.overlap(&lifetimes);
        let purpose = purpose.with_labels(application, type_label);
        let purpose = purpose.map_err(of_label)?;
        let context = self.context()?;
        let empty_payload = <T as sealed::Payload>::empty();
        let empty_payload = empty_payload.ok_or_else(|| ConfigError::general(NO_PAYLOAD))?;
        let budget = SizeBudget::new(allowed, overhead, token::overhead(mode), self.padding)
            .filter(|budget| empty_payload.len() <= budget.room())
            .ok_or_else(|| ConfigError::general(NO_ROOM))?;
        if mode == Mode::UnencryptedButSigned {
            events::unencrypted(purpose.name());
        }
        let slot = self.keys.serve(purpose, overlap)?;
        OneType::of::<T>(&slot, &context).claim()?;
        Ok(Sealer {
            slot,
            mode,
            context,
            duplicates,
            not_before: self.not_before.map_or(0, unix_seconds_from).into(),
            hooks: self.hooks.clone(),
            devices: None,
            policy: Policy {
                lifetimes,
                budget,
                save_on_server_error: self.responses.save_on_server_error,
                empty_payload: empty_payload.into(),
                schema: <T as sealed::Payload>::SCHEMA,
            },
        })
    }

    /// The seconds for which a key that no longer seals has to open.
    pub(super) fn overlap(&self, lifetimes: &Lifetimes) -> u64 {
        if self.retire_early {
            0
        } else {
            lifetimes.longest()
        }
    }

    /// The mistakes in these settings, whatever the keys and the type are.
    pub(super) fn mistakes(&self) -> Vec<ConfigError> {
        let labelled = Purpose::default().with_labels(self.application.as_deref(), "");
        let checks = [
            labelled.map(drop).map_err(of_label),
            self.context().map(drop),
        ];
        let mut mistakes = self.lifetime_mistakes();
        mistakes.extend(checks.into_iter().filter_map(Result::err));
        mistakes
    }

    fn context(&self) -> Result<Context, ConfigError> {
        let pairs = self.context.iter().map(|(label, value)| (label, value));
        Context::new(pairs).map_err(|error| ConfigError::of("context", error))
    }
}

fn of_label(error: LabelError) -> ConfigError {
    let setting = match error {
        LabelError::Application(_) => "application",
        LabelError::Type(_) => "type_label",
    };
    ConfigError::new(setting, error)
}

const NO_ROOM: &str = "there is no room for a session; shorten the cookie's name and attributes, or give a larger \
    `max_token_len`";
const NO_PAYLOAD: &str = "the default of the session's type cannot be written and read again with postcard; remove \
    `skip_serializing_if`, `untagged`, `flatten` and internal tags";
