use std::{fmt, sync::Arc, time::Duration};

use crate::{
    base::ConfigError,
    cookie::{Attributes, CompanionCookies, CookieName, Finder},
    keys::{PurposeSlot, SharedKeyRing},
    session::companion::{Attached, Companion, Seal},
};

/// Cookie that is being built, for its [`Companion`].
pub struct Setup<'a> {
    pub(super) name: &'a CookieName,
    pub(super) attributes: &'a Attributes,
    pub(super) clock_skew: Duration,
    pub(super) keys: &'a SharedKeyRing,
    pub(super) slot: &'a PurposeSlot,
}

impl Setup<'_> {
    /// Returns the name of the session's cookie.
    #[must_use]
    pub fn name(&self) -> &CookieName {
        self.name
    }

    /// Returns the attributes of the session's cookie, as in `Set-Cookie`: `Path=/; Secure; HttpOnly; SameSite=Lax`.
    #[must_use]
    pub fn attributes(&self) -> String {
        let text = self.attributes.to_string();
        text.trim_start_matches("; ").to_owned()
    }

    /// Derives keys for the purpose `device:<word>:<cookie>`. A token opens for `lasts`, in whole seconds, after the time
    /// that it carries, or without a time limit if `lasts` is `None`.
    ///
    /// # Errors
    ///
    /// Returns an error unless `word` has 1 to 32 letters, all in lower case.
    pub fn seal(&self, word: &str, lasts: Option<Duration>) -> Result<Seal, ConfigError> {
        let is_word =
            (1..=32).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_lowercase());
        if !is_word {
            return Err(ConfigError::new("companion", NO_WORD));
        }
        let purpose = self.slot.purpose.device(word);
        Ok(Seal {
            // The cookie's own sessions already warn of a key that ends early.
            slot: self.keys.serve(purpose, None)?,
            lasts,
            skew: self.clock_skew,
        })
    }

    /// Returns the error for a wrong setting of the companion. `reason` is the rest of a sentence that begins with the
    /// setting's name, and puts names of other settings in braces: ``"does not work with {partitioned}"``.
    #[must_use]
    pub fn mistake(&self, setting: &'static str, reason: &'static str) -> ConfigError {
        ConfigError::new(setting, reason)
    }
}

impl fmt::Debug for Setup<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Setup")
            .field("name", &self.name.as_str())
            .field("attributes", &self.attributes())
            .finish_non_exhaustive()
    }
}

/// Makes the companion of a cookie when the cookie is built.
#[derive(Clone)]
pub(crate) struct Prepare(pub(super) Arc<PrepareFn>);

impl Prepare {
    /// Makes the companion, and lets `finder` find its cookies.
    pub(super) fn prepared(
        &self,
        setup: &Setup<'_>,
        finder: &mut Finder,
    ) -> Result<Attached, ConfigError> {
        let companion = (self.0)(setup)?;
        finder.of_companion = CompanionCookies(Some(companion.reads()));
        Ok(companion)
    }
}

type PrepareFn = dyn Fn(&Setup<'_>) -> Result<Arc<dyn Companion>, ConfigError> + Send + Sync;

impl fmt::Debug for Prepare {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Prepare")
    }
}

const NO_WORD: &str = "names its tokens by a word that is not 1 to 32 lower-case letters";
