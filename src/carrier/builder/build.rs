use std::{marker::PhantomData, sync::Arc, time::Duration};

use super::{DEFAULT_IDLE, SessionCookieBuilder, Settings, error::ConfigError, one_type::OneType};
use crate::{
    base::time::unix_seconds_from,
    carrier::{
        cookie::{SessionCookie, Shared},
        header::SessionHeader,
        token::SessionToken,
    },
    cookie::{CookieName, Finder, MAX_AGE_LONGEST, PART_LEN, Template},
    crypto::suite::Mode,
    keys::Purpose,
    session::{Sealer, Several, events},
    state::{Lifetimes, Overhead, Payload, Policy, RefreshAfter, SizeBudget, SizeLimit, sealed},
    token::{Context, Reserved},
};

impl<T: Payload> SessionCookieBuilder<T> {
    /// Checks everything, derives the keys, and builds the cookie.
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
    /// [`ConfigError`], whose sentence says what to do.
    pub fn build(self) -> Result<SessionCookie<T>, ConfigError> {
        let (name, former) = self.named()?;
        let template = Template::new(&name, &self.settings.attributes);
        let purpose = Purpose::cookie(name.as_str());
        let several = Several::of(&name);
        let frame = Overhead {
            field: template.len(),
            max_age: MAX_AGE_LONGEST,
            part: PART_LEN,
        };
        let sealer = self.sealer(purpose, self.settings.size.allowance()?, frame, several)?;
        Ok(SessionCookie {
            shared: Arc::new(Shared {
                sealer: Arc::new(sealer),
                finder: Finder::new(name.as_str()),
                name,
                template,
                former,
                shared_caching: self.settings.shared_caching,
            }),
            payload: PhantomData,
        })
    }

    /// Builds a bare token instead of a cookie, for sessions that travel another way. It is sealed for
    /// the purpose `name`, so it never opens as a cookie, nor a cookie as a token.
    ///
    /// The lifetimes, the context and the size are those of this builder; the settings of the cookie
    /// itself do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie, Size};
    /// use std::time::SystemTime;
    ///
    /// let tokens = SessionCookie::encrypted(EncryptionKey::generate()?)
    ///     .idle_timeout(None)
    ///     .size(Size::Browser)
    ///     .build_token("mobile")?;
    /// let session = tokens.load(None::<&str>, SystemTime::now());
    /// assert!(session.remaining_bytes() > 2_939); // no name and no attributes beside it
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`], whose sentence says what to do.
    pub fn build_token(self, name: &str) -> Result<SessionToken<T>, ConfigError> {
        self.token(Purpose::token(name).ok_or(ConfigError::TokenName)?)
    }

    /// Builds sessions that travel in the request header `name`, whose case does not count, and back in
    /// `session-token` (docs/spec/carriers.md § 9.7). They are sealed for that header, so none opens as a cookie, nor a
    /// cookie as one of them.
    ///
    /// The lifetimes, the context and the size are those of this builder; the settings of the cookie
    /// itself do not count.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionCookie};
    ///
    /// let header = SessionCookie::encrypted(EncryptionKey::generate()?).build_header("Authorization")?;
    /// assert_eq!(header.name(), "authorization");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`], whose sentence says what to do.
    pub fn build_header(self, name: &str) -> Result<SessionHeader<T>, ConfigError> {
        let purpose = Purpose::header(name).ok_or(ConfigError::HeaderName)?;
        Ok(SessionHeader {
            token: self.token(purpose)?,
            name: name.to_ascii_lowercase(),
            answer: "session-token".to_owned(),
        })
    }

    fn token(self, purpose: Purpose) -> Result<SessionToken<T>, ConfigError> {
        let allowance = self.settings.size.allowance()?.in_one();
        let sealer = self.sealer(purpose, allowance, Overhead::default(), Several::None)?;
        Ok(SessionToken {
            sealer: Arc::new(sealer),
            shared_caching: self.settings.shared_caching,
            payload: PhantomData,
        })
    }

    /// What is wrong with the settings of a cookie, whatever its keys are.
    pub(crate) fn mistakes(&self) -> Vec<ConfigError> {
        let Settings { size, context, .. } = &self.settings;
        let reserved = Reserved::new(self.settings.application.as_deref(), "");
        let context = context.iter().map(|(label, value)| (label, value));
        let name = self.cookie_name();
        let attributes = &self.settings.attributes;
        let attributes: Vec<_> = attributes.mistakes(name.as_ref().ok()).collect();
        let former = match &name {
            // Earlier attributes have the mistakes of the present ones, too.
            Ok(name) if attributes.is_empty() => self.former(name).map(drop),
            _ => Ok(()),
        };
        let checks = [
            name.map(drop),
            former,
            size.allowance().map(drop),
            reserved.map(drop).ok_or(ConfigError::Label),
            Context::new(context).map(drop).map_err(ConfigError::from),
        ];
        let attributes = attributes.into_iter().map(ConfigError::from);
        attributes
            .chain(self.lifetime_mistakes().map(ConfigError::Lifetime))
            .chain(checks.into_iter().filter_map(Result::err))
            .collect()
    }

    /// The name, and how cookies were set with earlier attributes.
    fn named(&self) -> Result<(CookieName, Vec<Template>), ConfigError> {
        let name = self.cookie_name()?;
        self.settings.attributes.check(&name)?;
        let former = self.former(&name)?;
        Ok((name, former))
    }

    fn cookie_name(&self) -> Result<CookieName, ConfigError> {
        let default = self.settings.attributes.default_name();
        let name = self.settings.name.as_deref().unwrap_or(default.as_str());
        Ok(name.parse()?)
    }

    /// How cookies were set with earlier attributes.
    fn former(&self, name: &CookieName) -> Result<Vec<Template>, ConfigError> {
        let now = &self.settings.attributes;
        let former = self.settings.formerly.iter().map(|formerly| {
            let attributes = formerly.attributes(now);
            attributes.check(name)?;
            if attributes.to_string() == now.to_string() {
                return Err(ConfigError::Formerly);
            }
            Ok(Template::new(name, &attributes))
        });
        former.collect()
    }

    fn sealer(
        &self,
        purpose: Purpose,
        allowance: SizeLimit,
        frame: Overhead,
        several: Several,
    ) -> Result<Sealer, ConfigError> {
        let Settings { keys, context, .. } = &self.settings;
        let application = self.settings.application.as_deref();
        let type_label = self.settings.type_label.as_deref();
        let type_label = type_label.unwrap_or(<T as sealed::Payload>::LABEL);
        let mode = keys.mode();
        let lifetimes = self.lifetimes()?;
        let overlap = if self.settings.retire_early {
            0
        } else {
            lifetimes.longest()
        };
        let reserved = Reserved::new(application, type_label).ok_or(ConfigError::Label)?;
        let context = Context::new(context.iter().map(|(label, value)| (label, value)))?;
        let empty_payload = <T as sealed::Payload>::empty().ok_or(ConfigError::Payload)?;
        let budget = SizeBudget::new(allowance, frame, mode, self.settings.padding)
            .filter(|budget| empty_payload.len() <= budget.room())
            .ok_or(ConfigError::NoRoom)?;
        if mode == Mode::UnencryptedButSigned {
            events::unencrypted(purpose.as_str());
        }
        let slot = keys.serve(purpose, overlap)?;
        OneType::of::<T>(&slot, application, &context).claim()?;
        Ok(Sealer {
            slot,
            mode,
            reserved,
            context,
            several,
            not_before: self.settings.not_before.map_or(0, unix_seconds_from).into(),
            hooks: self.settings.hooks.clone(),
            policy: Policy {
                lifetimes,
                budget,
                save_on_server_error: self.settings.save_on_server_error,
                empty_payload: empty_payload.into(),
                schema: <T as sealed::Payload>::SCHEMA,
            },
        })
    }

    fn lifetimes(&self) -> Result<Lifetimes, ConfigError> {
        if let Some(sentence) = self.lifetime_mistakes().next() {
            return Err(ConfigError::Lifetime(sentence));
        }
        let idle = self.settings.idle_timeout.unwrap_or(Some(DEFAULT_IDLE));
        let idle = idle.map(|span| span.as_secs());
        let default = idle.map_or(RefreshAfter::OnChange, |idle| {
            RefreshAfter::Span(Duration::from_secs(idle / 4))
        });
        let refresh_after = self.settings.refresh_after.unwrap_or(default);
        Ok(Lifetimes {
            idle,
            absolute: self.settings.absolute_timeout.as_secs(),
            remember_up_to: self.settings.remember_up_to.map(|span| span.as_secs()),
            refresh_after,
            skew: self.settings.clock_skew.as_secs(),
        })
    }

    /// All that is wrong with the lifetimes, each by itself or beside one that is right.
    fn lifetime_mistakes(&self) -> impl Iterator<Item = &'static str> + use<T> {
        let Settings {
            absolute_timeout: absolute,
            idle_timeout: said,
            remember_up_to,
            refresh_after,
            clock_skew,
            ..
        } = self.settings;
        let idle = said.unwrap_or(Some(DEFAULT_IDLE));
        let is_absolute = in_range(absolute);
        let is_idle = idle.is_none_or(in_range);
        // The default one may be longer: nobody has said that sessions wait for so long.
        let is_longer = said.flatten().is_some_and(|idle| idle > absolute);
        let is_late = match (refresh_after, idle) {
            (Some(RefreshAfter::Span(span)), Some(idle)) => span.as_secs() > idle.as_secs() / 2,
            _ => false,
        };
        let checks = [
            (
                !is_absolute,
                "absolute_timeout is out of range, give at least 1 second and at most 136 years",
            ),
            (
                !is_idle,
                "idle_timeout is out of range, give at least 1 second and at most 136 years, or `None` for no such timeout",
            ),
            (
                is_absolute && is_idle && is_longer,
                "idle_timeout is longer than absolute_timeout (12 hours by default), which ends every session \
                 before; set absolute_timeout to at least the same, or a shorter idle_timeout",
            ),
            (
                !remember_up_to.is_none_or(in_range),
                "remember_up_to is out of range, give at least 1 second and at most 136 years",
            ),
            (
                clock_skew > Duration::from_secs(300),
                "clock_skew is longer than 300 seconds, mend the clocks instead",
            ),
            (
                is_idle && is_late,
                "refresh_after is longer than half of idle_timeout, so active visitors would be signed out; \
                 choose at most half",
            ),
        ];
        let mistakes = checks.into_iter().filter(|(is_wrong, _)| *is_wrong);
        mistakes.map(|(_, sentence)| sentence)
    }
}

fn in_range(span: Duration) -> bool {
    (1..=u64::from(u32::MAX)).contains(&span.as_secs())
}
