//! **For the packages of this repository:** the command line, bound sessions, the readers of old cookies, and the lab. A
//! minor release may change what is here, and no page shows it to applications.

use std::time::{Duration, SystemTime};

use crate::{
    ConfigError, KeyRing, SessionCookie, SessionHeader, SessionSettings, SessionToken,
    base::{Reason, unix_seconds},
    carrier::SessionBuilder,
    cookie::{CookieName, Finder},
    keys::{KeyId, KeyRole},
    state::Payload,
    token::LONGEST_TOKEN,
};

#[cfg(feature = "unstable-companion")]
pub use crate::web::host::origin_with_tls;
pub use crate::{
    base::duration::show_duration,
    carrier::inspect::TokenContent,
    cookie::{request::unquoted, set_cookie::EXPIRED},
    crypto::suite::Suite,
    keys::{
        key::KeyInfo,
        ring::{ACCEPT_UNTIL, NOT_BEFORE, SEAL_FROM, has_commas},
    },
    settings::sources::line_at,
    token::TokenInfo,
};

#[doc(hidden)]
impl KeyRing {
    /// Returns the keys in the order in which they take over sealing (SPEC.md § 3.4.2).
    #[must_use]
    pub fn keys(&self) -> Vec<KeyInfo> {
        self.0.infos().collect()
    }

    /// Returns the role of a key at `now`, or `None` if the ring lacks the key.
    #[must_use]
    pub fn role(&self, key: KeyId, now: SystemTime) -> Option<KeyRole> {
        self.0.role(key, unix_seconds(now))
    }
}

#[doc(hidden)]
impl SessionSettings {
    /// Returns the time for which a key has to open tokens after the next key begins to seal ([SPEC.md § 3.4.8]), for
    /// tools that change key rings. By default, it is 31 minutes: the idle timeout plus the clock skew. With a
    /// companion, which settings do not describe, a cookie needs a key for the longest lifetime of a session.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`] if a setting is unknown, not understood or excluded by another.
    ///
    /// [SPEC.md § 3.4.8]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#34-key-ring
    pub fn key_overlap(&self) -> Result<Duration, ConfigError> {
        ConfigError::join(self.misread())?;
        Ok(Duration::from_secs(self.options().key_overlap(false)))
    }

    /// Returns `true` if `keep_unknown_keys` is on, for tools that check key rings: then the lines of retired keys are to
    /// stay.
    #[must_use]
    pub fn keeps_unknown_keys(&self) -> bool {
        self.options().keep_unknown_keys
    }

    /// Returns the clock skew, for tools that plan key rotations.
    #[must_use]
    pub fn clock_skew(&self) -> Duration {
        self.options().clock_skew
    }
}

#[doc(hidden)]
impl<C, T> SessionBuilder<C, T> {
    /// Replaces the [`LABEL`](crate::SessionData::LABEL) of `T`, for tools that
    /// inspect sessions without having their type. At most 255 bytes. Default: the label of `T`.
    pub fn type_label(mut self, label: impl Into<String>) -> Self {
        self.options.type_label = Some(label.into());
        self
    }
}

#[doc(hidden)]
impl CookieName {
    /// Returns the tokens of this name in the values of a request's `Cookie` fields, without opening them.
    ///
    /// Like [`load`](crate::SessionCookie::load), it considers the first four different values. Each item is a token,
    /// put together from its parts if there are any, or the [`Reason`] why that fails.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{cookie::CookieName, session::Reason};
    ///
    /// let name: CookieName = "session".parse()?;
    /// assert_eq!(name.tokens_in(["theme=dark; session=abc"]), [Ok(b"abc".to_vec())]);
    /// assert_eq!(name.tokens_in(["session=2.ab; session.1=c"]), [Ok(b"abc".to_vec())]);
    /// assert_eq!(name.tokens_in(["session=2.ab"]), [Err(Reason::Incomplete)]);
    /// # Ok::<_, hardtack::ConfigError>(())
    /// ```
    #[must_use]
    pub fn tokens_in(
        &self,
        cookie_fields: impl IntoIterator<Item: AsRef<[u8]>>,
    ) -> Vec<Result<Vec<u8>, Reason>> {
        let values = Finder::new(self.as_str()).find(cookie_fields, LONGEST_TOKEN);
        let tokens = values.whole(LONGEST_TOKEN);
        tokens.map(|token| Ok(token?.text.into_owned())).collect()
    }
}

macro_rules! inspected {
    ($($Carrier:ident),+) => {$(
        #[doc(hidden)]
        impl<T: Payload> $Carrier<T> {
            /// Reads the content of `token`, in the context and with the timeouts of these sessions. It is for tools:
            /// it loads no session, and calls `revoked_if` but not `on_outcome`.
            ///
            /// # Errors
            ///
            /// Returns the [`Reason`] why the token does not open. A token that opens is no error if its session is
            /// refused by its dates, revoked, or cannot be read; [`TokenContent::refused`] has the reason.
            pub fn inspect(
                &self,
                token: impl AsRef<[u8]>,
                now: SystemTime,
            ) -> Result<TokenContent, Reason> {
                self.carrier.inspect(token.as_ref(), now)
            }
        }
    )+};
}
inspected!(SessionCookie, SessionHeader, SessionToken);
