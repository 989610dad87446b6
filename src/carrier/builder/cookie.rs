//! The settings that only a cookie has, and their check.

use std::{marker::PhantomData, ops::Range, sync::Arc, time::SystemTime};

use super::{
    CarrierOptions, OverHttp, SessionBuilder, SessionCookieBuilder, error::ConfigError,
    formerly::FormerAttributes, sealed, size::Size,
};
use crate::{
    carrier::cookie::{Inner, SessionCookie},
    cookie::{
        AttributeError, Attributes, CookieName, Finder, MAX_AGE_LONGEST, PART_LEN, SameSite,
        Template, default_name,
    },
    device::DeviceBound,
    keys::{EncryptionKey, IntoKeys, Purpose, SigningKey},
    migrate::OldCookie,
    session::Duplicates,
    state::{Overhead, Payload},
};

/// The settings that only a cookie has, as a parameter of [`SessionBuilder`].
#[derive(Clone, Debug)]
pub struct CookieOptions {
    pub(crate) name: Option<String>,
    pub(crate) attributes: Attributes,
    pub(crate) size: Size,
    pub(crate) formerly: Vec<FormerAttributes>,
    pub(super) device: Option<DeviceBound>,
    pub(crate) migrate_from: Vec<(OldCookie, Range<SystemTime>)>,
}

impl CarrierOptions for CookieOptions {}
impl OverHttp for CookieOptions {}

impl sealed::CarrierOptions for CookieOptions {
    const IS_COOKIE: bool = true;
    const IS_OVER_HTTP: bool = true;

    fn map_cookie<R>(self, change: impl FnOnce(CookieOptions) -> (CookieOptions, R)) -> (Self, R) {
        change(self)
    }
}

impl Default for CookieOptions {
    fn default() -> Self {
        CookieOptions {
            name: None,
            attributes: Attributes {
                path: "/".to_owned(),
                domain: None,
                secure: true,
                same_site: SameSite::Lax,
                partitioned: false,
            },
            size: Size::default(),
            formerly: Vec::new(),
            device: None,
            migrate_from: Vec::new(),
        }
    }
}

impl SessionCookie {
    /// Creates a builder of cookies whose content only holders of a key can read. `keys` is a key, a
    /// [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// If several applications have these keys, give each a name or an
    /// [`application`](SessionBuilder::application) label. With the default name, each would accept
    /// the sessions of the others.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, KeyRing, SessionCookie};
    ///
    /// # let text = EncryptionKey::generate()?.expose_secret();
    /// let keys: KeyRing<EncryptionKey> = text.parse()?;
    /// let login = SessionCookie::encrypted(keys.clone()).name("__Host-login").build()?;
    /// let cart = SessionCookie::encrypted(keys).name("__Host-cart").build()?;
    /// # let _ = (login, cart);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn encrypted(keys: impl IntoKeys<EncryptionKey>) -> SessionCookieBuilder {
        SessionBuilder::new(keys.into().into(), CookieOptions::default())
    }

    /// Creates a builder of cookies whose content **anyone can read** who sees the cookie, such as the visitor. Only
    /// holders of a key can change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{SessionCookie, SigningKey};
    ///
    /// let cookie = SessionCookie::unencrypted_but_signed(SigningKey::generate()?)
    ///     .name("__Host-language")
    ///     .build()?;
    /// # let session = cookie.load([""], std::time::SystemTime::now());
    /// # session.insert("language", "sv")?;
    /// # assert_eq!(cookie.save(&session)?.iter().len(), 1);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn unencrypted_but_signed(keys: impl IntoKeys<SigningKey>) -> SessionCookieBuilder {
        SessionBuilder::new(keys.into().into(), CookieOptions::default())
    }
}

/// For cookies.
impl<T: Payload> SessionCookieBuilder<T> {
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
    pub fn build(self) -> Result<SessionCookie<T>, ConfigError> {
        let name = self.carrier.name()?;
        self.carrier.attributes.check(&name).map_err(of_attribute)?;
        let former = self.carrier.former(&name)?;
        let old = self.carrier.old(&name)?;
        let template = Template::new(&name, &self.carrier.attributes);
        let overhead = Overhead {
            field: template.len(),
            max_age: MAX_AGE_LONGEST,
            part: PART_LEN,
            device: self.device_len(),
        };
        let sealer = self.settings.sealer::<T>(
            Purpose::cookie(name.as_str()),
            self.carrier.size.allowed()?,
            overhead,
            Duplicates::of(&name),
        )?;
        let sealer = self.with_devices(sealer, &name)?;
        Ok(SessionCookie {
            inner: Arc::new(Inner {
                sealer: Arc::new(sealer),
                finder: Finder::new(name.as_str()),
                name,
                template,
                former,
                old,
                shared_caching: self.settings.responses.shared_caching,
            }),
            payload: PhantomData,
        })
    }

    pub(crate) fn lifetime_mistakes(&self) -> Vec<ConfigError> {
        self.settings.lifetime_mistakes()
    }

    /// The mistakes in the settings, whatever the keys are.
    pub(crate) fn mistakes(&self) -> Vec<ConfigError> {
        let own = self.carrier.mistakes();
        let all = own.into_iter().chain(self.settings.mistakes());
        all.chain(self.device_options().err()).collect()
    }
}

impl CookieOptions {
    fn mistakes(&self) -> Vec<ConfigError> {
        let name = self.name();
        let attributes = self.attributes.mistakes(name.as_ref().ok());
        let former = match &name {
            // Earlier attributes have the mistakes of the present ones, too.
            Ok(name) if attributes.is_empty() => self.former(name).map(drop),
            _ => Ok(()),
        };
        let checks = [name.map(drop), former, self.size.allowed().map(drop)];
        let attributes = attributes.into_iter().map(of_attribute);
        attributes
            .chain(checks.into_iter().filter_map(Result::err))
            .collect()
    }

    pub(super) fn name(&self) -> Result<CookieName, ConfigError> {
        let default = default_name(&self.attributes);
        let name = self.name.as_deref().unwrap_or(default);
        name.parse().map_err(|error| ConfigError::of("name", error))
    }

    /// The fields of cookies that were set with earlier attributes.
    fn former(&self, name: &CookieName) -> Result<Vec<Template>, ConfigError> {
        let now = &self.attributes;
        let former = self.formerly.iter().map(|formerly| {
            let attributes = formerly.attributes(now);
            let checked = attributes.check(name);
            checked.map_err(|error| ConfigError::of("formerly", error))?;
            if attributes.to_string() == now.to_string() {
                return Err(ConfigError::new(
                    "formerly",
                    "has the attributes that the cookie has now; leave it out",
                ));
            }
            Ok(Template::new(name, &attributes))
        });
        former.collect()
    }
}

fn of_attribute(error: AttributeError) -> ConfigError {
    match error.attribute() {
        Some(attribute) => ConfigError::new(attribute, error.reason()),
        None => ConfigError::general(error),
    }
}
