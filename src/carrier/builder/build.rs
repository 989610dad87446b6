//! Builds each carrier. Checks their settings together, and derives their keys.

use std::{
    any::{TypeId, type_name},
    sync::Arc,
};

#[cfg(feature = "unstable-companion")]
use super::companion::Setup;
use super::{
    InCookie, InHeader, InToken, SessionBuilder, SessionCookieBuilder, SessionHeaderBuilder,
    SessionTokenBuilder,
};
use crate::{
    base::{config_error::ConfigError, mistakes, time::unix_seconds_from},
    carrier::{
        common::Carrier, cookie::SessionCookie, fields::CookieFields, header::SessionHeader,
        token::SessionToken,
    },
    cookie::{CookieName, Finder, FormerAttributes, MAX_AGE_LEN, PART_LEN, Template},
    crypto::suite::Mode,
    events,
    keys::{Purpose, Sessions, looks_like_a_key, quoted_unless_key},
    session::{Asking, CarrierCore, Duplicates},
    state::{Allowed, DEVICE_LEN, LONGEST_SENT, Overhead, Payload, Policy, SizeBudget},
    token,
};

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
    /// Returns a [`ConfigError`] if settings are wrong, or conflict with each other, the keys or the type.
    pub fn build(self) -> Result<SessionCookie<T>, ConfigError>
    where
        T: Payload,
    {
        let carrier = &self.carrier;
        self.check(carrier.mistakes())?;
        let name = carrier.cookie_name()?;
        let former = carrier.former(&name)?;
        let allowed = carrier.size.allowed(carrier.attributes.partitioned)?;
        let template = Template::new(&name, &carrier.attributes);
        let overhead = Overhead {
            field: template.len(),
            max_age: MAX_AGE_LEN,
            part: PART_LEN,
            device: carrier.companion.as_ref().map_or(0, |_| DEVICE_LEN),
        };
        let purpose = Purpose::cookie(name.as_str());
        let mut core = self.core(purpose, allowed, overhead, Some(carrier))?;
        #[cfg(feature = "migrate")]
        let old_cookies = carrier.old_cookies(&name, TypeId::of::<T>())?;
        #[cfg(not(feature = "migrate"))]
        let old_cookies = None;
        #[cfg_attr(not(feature = "unstable-companion"), expect(unused_mut))]
        let mut finder = Finder::new(name.as_str());
        core.duplicates = Duplicates::of(&name);
        #[cfg(feature = "unstable-companion")]
        if let Some(prepare) = &carrier.companion {
            let setup = Setup {
                name: &name,
                attributes: &carrier.attributes,
                clock_skew: self.options.clock_skew,
                keys: &self.keys,
                slot: &core.slot,
            };
            core.companion = Some(prepare.prepared(&setup, &mut finder)?);
        }
        Ok(SessionCookie {
            fields: Arc::new(CookieFields {
                #[cfg(feature = "tower")]
                is_logged: false.into(),
                refresh_navigations_only: carrier.refresh_navigations_only,
                finder,
                former,
                old_cookies,
                most: allowed.cookies,
                template,
            }),
            carrier: Carrier::new(core),
        })
    }
}

impl<T> SessionHeaderBuilder<T> {
    /// Checks all settings, derives the keys, and builds the header.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if settings are wrong, or conflict with each other, the keys or the type.
    pub fn build(self) -> Result<SessionHeader<T>, ConfigError>
    where
        T: Payload,
    {
        let carrier = &self.carrier;
        let (purpose, allowed) = (carrier.purpose(), allowed_token(carrier.max_len));
        let mistakes = [purpose.as_ref().err(), allowed.as_ref().err()];
        self.check(mistakes.into_iter().flatten().cloned().collect())?;
        let core = self.core(purpose?, allowed?, Overhead::default(), None)?;
        let response = carrier.response.to_ascii_lowercase().into();
        let carrier = Carrier::new(core);
        Ok(SessionHeader { carrier, response })
    }
}

impl<T> SessionTokenBuilder<T> {
    /// Checks all settings, derives the keys, and builds the tokens.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if settings are wrong, or conflict with each other, the keys or the type.
    pub fn build(self) -> Result<SessionToken<T>, ConfigError>
    where
        T: Payload,
    {
        let (carrier, options) = (&self.carrier, &self.options);
        let (purpose, allowed) = (carrier.purpose(), allowed_token(carrier.max_len));
        // No response carries the tokens.
        let refuse = |setting| ConfigError::new(setting, NO_RESPONSE);
        let (saves, shares) = (options.save_on_server_error, options.shared_caching);
        let mistakes = [
            saves.then(|| refuse("save_on_server_error")),
            shares.then(|| refuse("danger_allow_shared_caching")),
            purpose.as_ref().err().cloned(),
            allowed.as_ref().err().cloned(),
        ];
        self.check(mistakes.into_iter().flatten().collect())?;
        let core = self.core(purpose?, allowed?, Overhead::default(), None)?;
        let carrier = Carrier::new(core);
        Ok(SessionToken { carrier })
    }
}

impl<C, T: Payload> SessionBuilder<C, T> {
    /// Refuses these mistakes in the settings of one carrier, and mistakes in the others, in the keys and the type.
    fn check(&self, mut mistakes: Vec<ConfigError>) -> Result<(), ConfigError> {
        mistakes.extend(self.options.mistakes());
        let keys = self.keys.current().0.check_mode(self.mode);
        mistakes.extend(keys.err().map(ConfigError::from));
        let is_late = self
            .types_of_hooks
            .iter()
            .any(|it| *it != TypeId::of::<T>());
        mistakes.extend(is_late.then(|| ConfigError::new("typed", LATE)));
        ConfigError::join(mistakes)
    }

    /// Returns the core of these sessions as tokens need it: it refuses several tokens in one request, and has no
    /// companion. `cookie` has the settings of a cookie, if this builds one.
    fn core(
        &self,
        purpose: Purpose,
        allowed: Allowed,
        overhead: Overhead,
        cookie: Option<&InCookie>,
    ) -> Result<CarrierCore, ConfigError> {
        let (options, mode) = (&self.options, self.mode);
        let type_label = options.type_label.as_deref().unwrap_or(T::LABEL);
        let purpose = purpose.with_labels(options.application.as_deref(), type_label)?;
        let of_type = (type_label, T::SCHEMA);
        let settings = options.settings_in_common(mode, &purpose, of_type, allowed, cookie);
        // These settings are sent, logged or counted.
        if looks_like_a_key(&settings) {
            return Err(ConfigError::without_setting(A_KEY));
        }
        let empty_payload =
            T::empty().map_err(|error| ConfigError::without_setting(error.to_string()))?;
        // The longest name and attributes leave a cookie more than a kilobyte.
        let no_room = cookie.map_or(NO_ROOM, |_| LARGE_DEFAULT);
        let budget = SizeBudget::new(allowed, overhead, token::overhead(mode), options.padding)
            .filter(|budget| empty_payload.len() <= budget.room)
            .ok_or_else(|| ConfigError::without_setting(no_room))?;
        let context = options.context()?;
        let is_unencrypted = mode == Mode::UnencryptedButSigned;
        let allows_http = cookie.is_some_and(|cookie| !cookie.attributes.secure);
        let dangers = [
            is_unencrypted.then_some("unencrypted"),
            allows_http.then_some("danger_allow_http"),
            options
                .shared_caching
                .then_some("danger_allow_shared_caching"),
        ];
        let has_companion = cookie.is_some_and(|cookie| cookie.companion.is_some());
        let sessions = Sessions {
            held: TypeId::of::<T>(),
            type_name: type_name::<T>(),
            context: context.encoded().into(),
            settings,
            key_overlap: options.key_overlap(has_companion),
            dangers: dangers.into_iter().flatten().collect(),
        };
        let slot = self.keys.serve(purpose, Some(sessions))?;
        slot.raise_not_before(options.not_before.map_or(0, unix_seconds_from));
        Ok(CarrierCore {
            slot,
            context,
            duplicates: Duplicates::Refuse,
            hooks: self.hooks.clone(),
            companion: None,
            log_limits: events::LogLimits::default(),
            asking: Asking::default(),
            policy: Arc::new(Policy {
                lifetimes: options.lifetimes(),
                budget,
                save_on_server_error: options.save_on_server_error,
                keep_unknown_keys: options.keep_unknown_keys,
                shared_caching: options.shared_caching,
                all_persist: cookie.is_some_and(|cookie| cookie.persistent),
                empty_payload: empty_payload.into(),
                schema: T::SCHEMA,
            }),
        })
    }
}

impl InCookie {
    fn cookie_name(&self) -> Result<CookieName, ConfigError> {
        match &self.name {
            Some(name) => name.parse(),
            None => Ok(self.attributes.default_name()),
        }
    }

    fn former(&self, name: &CookieName) -> Result<Vec<Template>, ConfigError> {
        let current = Template::new(name, &self.attributes);
        let template = |former: &FormerAttributes| {
            let attributes = former.with_defaults_of(&self.attributes);
            let template = Template::checked(name, &attributes, "formerly")?;
            if template == current {
                return Err(ConfigError::new("formerly", mistakes::NOTHING_CHANGED));
            }
            Ok(template)
        };
        self.former.iter().map(template).collect()
    }

    /// Returns the mistakes in these settings, except those in `migrate_from` and those about the keys, the type or the
    /// room for a session.
    pub(crate) fn mistakes(&self) -> Vec<ConfigError> {
        let name = self.cookie_name();
        let mut mistakes = self.attributes.mistakes(name.as_ref().ok());
        match &name {
            // Former attributes would repeat the mistakes of the current ones.
            Ok(name) if mistakes.is_empty() => mistakes.extend(self.former(name).err()),
            _ => mistakes.extend(name.err()),
        }
        mistakes.extend(self.size.allowed(self.attributes.partitioned).err());
        mistakes
    }
}

impl InHeader {
    /// Returns the purpose of the tokens, if both headers have names.
    fn purpose(&self) -> Result<Purpose, ConfigError> {
        let purpose = header_purpose("header", &self.name)?;
        header_purpose("response_header", &self.response).map(|_| purpose)
    }
}

impl InToken {
    fn purpose(&self) -> Result<Purpose, ConfigError> {
        Purpose::token(&self.purpose).ok_or_else(|| {
            let reason = format!("has {} bytes, expected 1 to 65529", self.purpose.len());
            ConfigError::new("purpose", reason)
        })
    }
}

/// Returns the allowed size of a token, which is never split.
fn allowed_token(max_len: usize) -> Result<Allowed, ConfigError> {
    if max_len > LONGEST_SENT {
        let reason = format!("is {max_len}, expected at most {LONGEST_SENT} characters");
        return Err(ConfigError::new("max_token_len", reason));
    }
    Ok(Allowed::new(1, max_len))
}

fn header_purpose(setting: &'static str, name: &str) -> Result<Purpose, ConfigError> {
    Purpose::header(name).ok_or_else(|| {
        let found = quoted_unless_key(name);
        let reason = format!(
            "is not a header name: {found}; give one of letters, digits and `-`, at most 128 bytes long"
        );
        ConfigError::new(setting, reason)
    })
}

const LATE: &str = "is called after `revoked_if` or `revalidate_after`, which would look for content of another type; \
    call `typed` first";
const NO_RESPONSE: &str = "has no effect on bare tokens, which no response carries; leave it out, or build a \
    `SessionHeader`";
const A_KEY: &str =
    "a name, path, domain, label or context holds a key, which belongs in {keys} alone";
const NO_ROOM: &str = "there is no room for a session; give a larger {max_token_len}, or its type a smaller default value";
const LARGE_DEFAULT: &str =
    "the default value of the type has no room; make it smaller, or allow larger sessions";
