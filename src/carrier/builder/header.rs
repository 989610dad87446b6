//! The settings that only a header has, and their check.

use super::{
    CarrierOptions, OverHttp, SessionBuilder, SessionHeaderBuilder, error::ConfigError, sealed,
    token::DEFAULT_TOKEN_LEN,
};
use crate::{
    carrier::header::SessionHeader,
    keys::{EncryptionKey, IntoKeys, Purpose, SigningKey},
    state::Payload,
};

/// The settings that only a header has, as a parameter of [`SessionBuilder`].
#[derive(Clone, Debug)]
pub struct HeaderOptions {
    name: String,
    response_name: String,
    max_token_len: usize,
}

impl CarrierOptions for HeaderOptions {}
impl OverHttp for HeaderOptions {}

impl sealed::CarrierOptions for HeaderOptions {
    const IS_OVER_HTTP: bool = true;
}

impl HeaderOptions {
    fn new(name: impl Into<String>) -> HeaderOptions {
        HeaderOptions {
            name: name.into(),
            response_name: "session-token".to_owned(),
            max_token_len: DEFAULT_TOKEN_LEN,
        }
    }
}

impl SessionHeader {
    /// Creates a builder of sessions in the request header `name`, whose content only holders of a key can read. `keys`
    /// is a key, a [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// The name has at most 128 bytes, and its case does not matter. Sessions are sealed for this header, so they do
    /// not open as cookies, and cookies do not open as sessions of a header ([docs/spec/carriers.md § 9.7]).
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionHeader};
    ///
    /// let header = SessionHeader::encrypted("Authorization", EncryptionKey::generate()?).build()?;
    /// assert_eq!(header.name(), "authorization");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// [docs/spec/carriers.md § 9.7]: https://github.com/hardtack-rs/hardtack/blob/main/docs/spec/carriers.md#97-tokens-in-a-header-field
    pub fn encrypted(
        name: impl Into<String>,
        keys: impl IntoKeys<EncryptionKey>,
    ) -> SessionHeaderBuilder {
        SessionBuilder::new(keys.into().into(), HeaderOptions::new(name))
    }

    /// Creates a builder of sessions in the request header `name`, whose content **anyone can read** who sees the
    /// header. Only holders of a key can change it.
    pub fn unencrypted_but_signed(
        name: impl Into<String>,
        keys: impl IntoKeys<SigningKey>,
    ) -> SessionHeaderBuilder {
        SessionBuilder::new(keys.into().into(), HeaderOptions::new(name))
    }
}

/// For headers.
impl<T: Payload> SessionHeaderBuilder<T> {
    /// Sends sessions back in the response header `name`. Default: `session-token`.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionHeader};
    /// let header = SessionHeader::encrypted("x-session", EncryptionKey::generate()?)
    ///     .response_name("X-Session")
    ///     .build()?;
    /// assert_eq!(header.response_name(), "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn response_name(mut self, name: impl Into<String>) -> Self {
        self.carrier.response_name = name.into();
        self
    }

    /// Sets the most characters that a token may have. Default: 3,072. At most 16,384.
    pub fn max_token_len(mut self, characters: usize) -> Self {
        self.carrier.max_token_len = characters;
        self
    }

    /// Checks all settings, derives the keys, and builds the header.
    ///
    /// # Errors
    ///
    /// Returns a [`ConfigError`], whose message says what to do.
    pub fn build(self) -> Result<SessionHeader<T>, ConfigError> {
        let HeaderOptions {
            name,
            response_name,
            max_token_len,
        } = self.carrier;
        let purpose = header_purpose("name", &name)?;
        header_purpose("response_name", &response_name)?;
        Ok(SessionHeader {
            token: self.settings.token(purpose, max_token_len)?,
            name: name.to_ascii_lowercase().into(),
            response_name: response_name.to_ascii_lowercase().into(),
            shared_caching: self.settings.responses.shared_caching,
        })
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
