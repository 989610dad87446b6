//! Builds the three carriers: checks their settings together, and derives their keys.

use std::{any::TypeId, sync::Arc};

use super::{Options, SessionCookieBuilder, SessionHeaderBuilder, SessionTokenBuilder, size};
use crate::{
    base::{config_error::ConfigError, time::unix_seconds_from},
    carrier::{
        companions::Companions,
        cookie::{Inner, SessionCookie},
        header::SessionHeader,
        token::SessionToken,
    },
    cookie::{CookieName, Finder, MAX_AGE_LEN, PART_LEN, Template, former::FormerAttributes},
    crypto::suite::Mode,
    events,
    keys::{Purpose, PurposeSlot, SessionType},
    session::{Duplicates, Sealer},
    state::{Allowed, DEVICE_LEN, Overhead, Payload, Policy, SizeBudget},
    token::{self, Context},
};

/// For cookies.
impl<T> SessionCookieBuilder<T> {
    /// Checks all settings, derives the keys, and builds the cookie.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SameSite, SessionCookie};
    ///
    /// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .domain("example.com")
    ///     .same_site(SameSite::Strict)
    ///     .build()?;
    /// assert_eq!(cookie.name().as_str(), "__Secure-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], whose message says what to do.
    pub fn build(self) -> Result<SessionCookie<T>, ConfigError>
    where
        T: Payload,
    {
        let options = &self.options;
        let name = options.cookie_name()?;
        refuse(options.attributes.mistakes(Some(&name)))?;
        let (former, allowed) = (options.former(&name)?, options.size.allowed()?);
        let template = Template::new(&name, &options.attributes);
        let slot = options.slot::<T>(Purpose::cookie(name.as_str()))?;
        let companions = Companions {
            #[cfg(feature = "device-bound")]
            devices: options.devices(&name, &slot)?,
            #[cfg(feature = "migrate")]
            old_cookies: options.old_cookies(&name)?,
            #[cfg(not(feature = "migrate"))]
            old_cookies: None,
        };
        let companion = companions.of_sessions();
        let overhead = Overhead {
            field: template.len(),
            max_age: MAX_AGE_LEN,
            part: PART_LEN,
            device: companion.as_ref().map_or(0, |_| DEVICE_LEN),
        };
        let sealer = Sealer {
            duplicates: Duplicates::of(&name),
            companion,
            ..options.sealer::<T>(slot, allowed, overhead)?
        };
        Ok(SessionCookie {
            inner: Arc::new(Inner {
                finder: Finder::new(name.as_str()),
                former,
                companions,
                name,
                template,
            }),
            token: SessionToken::of(sealer),
        })
    }

    pub(crate) fn lifetime_mistakes(&self) -> Vec<ConfigError> {
        self.options.lifetime_mistakes()
    }

    /// Returns the mistakes that settings from outside the program can have, whatever the keys and the type are.
    pub(crate) fn mistakes(&self) -> Vec<ConfigError> {
        let options = &self.options;
        let name = options.cookie_name();
        let mut mistakes = options.attributes.mistakes(name.as_ref().ok());
        match &name {
            // Former attributes have the mistakes of the present ones, too.
            Ok(name) if mistakes.is_empty() => mistakes.extend(options.former(name).err()),
            _ => mistakes.extend(name.err()),
        }
        mistakes.extend(options.size.allowed().err());
        mistakes.extend(options.lifetime_mistakes());
        mistakes.extend(options.labelled(Purpose::default(), "").err());
        mistakes.extend(options.context().err());
        mistakes
    }
}

/// For headers.
impl<T> SessionHeaderBuilder<T> {
    /// Checks all settings, derives the keys, and builds the header.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], whose message says what to do.
    pub fn build(self) -> Result<SessionHeader<T>, ConfigError>
    where
        T: Payload,
    {
        let options = &self.options;
        let name = options.name.as_deref().unwrap_or_default();
        let purpose = header_purpose("name", name)?;
        header_purpose("response_name", &options.response_name)?;
        Ok(SessionHeader {
            token: options.token(purpose)?,
            name: name.to_ascii_lowercase().into(),
            response_name: options.response_name.to_ascii_lowercase().into(),
        })
    }
}

/// For bare tokens.
impl<T> SessionTokenBuilder<T> {
    /// Checks all settings, derives the keys, and builds the tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], whose message says what to do.
    pub fn build(self) -> Result<SessionToken<T>, ConfigError>
    where
        T: Payload,
    {
        let name = self.options.name.as_deref().unwrap_or_default();
        let purpose = Purpose::token(name).ok_or_else(|| {
            let reason = format!("has {} bytes, expected 1 to 65529", name.len());
            ConfigError::new("purpose", reason)
        })?;
        self.options.token(purpose)
    }
}

impl Options {
    fn cookie_name(&self) -> Result<CookieName, ConfigError> {
        let default = self.attributes.default_name();
        let name = self.name.as_deref().unwrap_or(default).parse();
        name.map_err(|error| ConfigError::of("name", error))
    }

    fn former(&self, name: &CookieName) -> Result<Vec<Template>, ConfigError> {
        let now = Template::new(name, &self.attributes);
        let template = |former: &FormerAttributes| match former.template(
            name,
            &self.attributes,
            "formerly",
        )? {
            same if same == now => Err(ConfigError::new("formerly", NOTHING_CHANGED)),
            template => Ok(template),
        };
        self.former.iter().map(template).collect()
    }

    /// Sessions in tokens for `purpose`, in one piece each.
    fn token<T: Payload>(&self, purpose: Purpose) -> Result<SessionToken<T>, ConfigError> {
        let allowed = size::allowed_token(self.max_token_len)?;
        let slot = self.slot::<T>(purpose)?;
        let sealer = self.sealer::<T>(slot, allowed, Overhead::default())?;
        Ok(SessionToken::of(sealer))
    }

    /// Returns the keys for a purpose.
    fn slot<T: Payload>(&self, purpose: Purpose) -> Result<Arc<PurposeSlot>, ConfigError> {
        refuse(self.lifetime_mistakes())?;
        if let Some(check_type) = self.hooks.check_type {
            check_type(TypeId::of::<T>())?;
        }
        let purpose = self.labelled(purpose, self.type_label.as_deref().unwrap_or(T::LABEL))?;
        let sessions = SessionType::of::<T>(self.context()?.encoded());
        self.keys.serve(purpose, self.overlap(), Some(sessions))
    }

    /// Returns the sealer of sessions under these keys: of tokens, which are one in a request and have no companion.
    fn sealer<T: Payload>(
        &self,
        slot: Arc<PurposeSlot>,
        allowed: Allowed,
        overhead: Overhead,
    ) -> Result<Sealer, ConfigError> {
        let mode = self.mode;
        let empty_payload = T::empty().ok_or_else(|| ConfigError::general(NO_PAYLOAD))?;
        let budget = SizeBudget::new(allowed, overhead, token::overhead(mode), self.padding)
            .filter(|budget| empty_payload.len() <= budget.room)
            .ok_or_else(|| ConfigError::general(NO_ROOM))?;
        if mode == Mode::UnencryptedButSigned {
            events::unencrypted(slot.purpose.name());
        }
        Ok(Sealer {
            slot,
            mode,
            context: self.context()?,
            duplicates: Duplicates::Refuse,
            not_before: self.not_before.map_or(0, unix_seconds_from).into(),
            hooks: self.hooks.clone(),
            companion: None,
            policy: Arc::new(Policy {
                lifetimes: self.lifetimes(),
                budget,
                save_on_server_error: self.save_on_server_error,
                shared_caching: self.shared_caching,
                empty_payload: empty_payload.into(),
                schema: T::SCHEMA,
            }),
        })
    }

    fn labelled(&self, purpose: Purpose, type_label: &str) -> Result<Purpose, ConfigError> {
        purpose.with_labels(self.application.as_deref(), type_label)
    }

    fn context(&self) -> Result<Context, ConfigError> {
        let pairs = self.context.iter().map(|(label, value)| (label, value));
        Context::new(pairs).map_err(|error| ConfigError::of("context", error))
    }
}

fn header_purpose(setting: &'static str, name: &str) -> Result<Purpose, ConfigError> {
    Purpose::header(name).ok_or_else(|| {
        let reason = format!(
            "is not a header name: {name:?}; give one of letters, digits and `-`, at most 128 bytes long"
        );
        ConfigError::new(setting, reason)
    })
}

fn refuse(mistakes: Vec<ConfigError>) -> Result<(), ConfigError> {
    mistakes.into_iter().next().map_or(Ok(()), Err)
}

const NOTHING_CHANGED: &str = "has the attributes that the cookie has now; leave it out";
const NO_ROOM: &str = "there is no room for a session; shorten the cookie's name and attributes, or give a larger \
    `max_token_len`";
const NO_PAYLOAD: &str = "the default of the session's type cannot be written and read again with postcard; remove \
    `skip_serializing_if`, `untagged`, `flatten` and internal tags";
