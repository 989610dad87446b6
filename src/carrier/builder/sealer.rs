//! The settings that sessions of every kind have, put together.

use super::{Settings, error::ConfigError, one_type::OneType};
use crate::{
    base::time::unix_seconds_from,
    crypto::suite::Mode,
    keys::Purpose,
    session::{Duplicates, Sealer, events},
    state::{Overhead, Payload, Policy, SizeBudget, SizeLimit, sealed},
    token::{Context, Reserved},
};

impl Settings {
    pub(super) fn sealer<T: Payload>(
        &self,
        purpose: Purpose,
        limit: SizeLimit,
        overhead: Overhead,
        duplicates: Duplicates,
    ) -> Result<Sealer, ConfigError> {
        let application = self.application.as_deref();
        let type_label = self.type_label.as_deref();
        let type_label = type_label.unwrap_or(<T as sealed::Payload>::LABEL);
        let mode = self.keys.mode();
        let lifetimes = self.lifetimes()?;
        let overlap = if self.retire_early {
            0
        } else {
            lifetimes.longest()
        };
        let reserved = Reserved::new(application, type_label).ok_or(ConfigError::Label)?;
        let context = self.context()?;
        let empty_payload = <T as sealed::Payload>::empty().ok_or(ConfigError::Payload)?;
        let budget = SizeBudget::new(limit, overhead, mode, self.padding)
            .filter(|budget| empty_payload.len() <= budget.room())
            .ok_or(ConfigError::NoRoom)?;
        if mode == Mode::UnencryptedButSigned {
            events::unencrypted(purpose.as_str());
        }
        let slot = self.keys.serve(purpose, overlap)?;
        OneType::of::<T>(&slot, application, &context).claim()?;
        Ok(Sealer {
            slot,
            mode,
            reserved,
            context,
            duplicates,
            not_before: self.not_before.map_or(0, unix_seconds_from).into(),
            hooks: self.hooks.clone(),
            policy: Policy {
                lifetimes,
                budget,
                save_on_server_error: self.responses.save_on_server_error,
                empty_payload: empty_payload.into(),
                schema: <T as sealed::Payload>::SCHEMA,
            },
        })
    }

    /// The mistakes in these settings, whatever the keys and the type are.
    pub(super) fn mistakes(&self) -> impl Iterator<Item = ConfigError> {
        let reserved = Reserved::new(self.application.as_deref(), "");
        let checks = [
            reserved.map(drop).ok_or(ConfigError::Label),
            self.context().map(drop),
        ];
        self.lifetime_mistakes()
            .map(ConfigError::Lifetime)
            .chain(checks.into_iter().filter_map(Result::err))
    }

    fn context(&self) -> Result<Context, ConfigError> {
        let pairs = self.context.iter().map(|(label, value)| (label, value));
        Ok(Context::new(pairs)?)
    }
}
