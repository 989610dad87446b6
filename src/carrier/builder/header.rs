//! A header's own settings, and their check.

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
    answer: String,
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
            answer: "session-token".to_owned(),
            max_token_len: DEFAULT_TOKEN_LEN,
        }
    }
}

impl SessionHeader {
    /// Begins sessions in the request header `name`, whose content only holders of a key can read.
    /// `keys` is a key, a [`KeyRing`](crate::KeyRing) or a [`SharedKeyRing`](crate::keys::SharedKeyRing).
    ///
    /// The name has at most 128 bytes, and its case does not matter. Sessions are sealed for this header, so they do not
    /// open as cookies, and cookies do not open as sessions of a header (docs/spec/carriers.md § 9.7).
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
    pub fn encrypted(
        name: impl Into<String>,
        keys: impl IntoKeys<EncryptionKey>,
    ) -> SessionHeaderBuilder {
        SessionBuilder::new(keys.into().into(), HeaderOptions::new(name))
    }

    /// Begins sessions in the request header `name`, whose content **anybody can read** who sees the header.
    /// Only holders of a key can change it.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{SessionHeader, SigningKey, keys::Mode};
    ///
    /// let keys = SigningKey::generate()?;
    /// let header = SessionHeader::unencrypted_but_signed("x-session", keys).build()?;
    /// assert_eq!(header.mode(), Mode::UnencryptedButSigned);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
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
    /// assert_eq!(header.answer(), "x-session");
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn response_name(mut self, name: impl Into<String>) -> Self {
        self.carrier.answer = name.into();
        self
    }

    /// Sets the most characters that a token may have. Default: 3,072. At most 16,384.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// let header = SessionHeader::encrypted("x-session", EncryptionKey::generate()?)
    ///     .max_token_len(4_096)
    ///     .build()?;
    /// let session = header.load([""; 0], Clock::system());
    /// assert_eq!(session.remaining_bytes(), 2_994);
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    pub fn max_token_len(mut self, characters: usize) -> Self {
        self.carrier.max_token_len = characters;
        self
    }

    /// Checks all settings, derives the keys, and builds the header.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{EncryptionKey, SessionHeader};
    ///
    /// let header = SessionHeader::encrypted("not a name", EncryptionKey::generate()?).build();
    /// assert_eq!(header.unwrap_err().setting(), Some("name"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`ConfigError`], whose sentence says what to do.
    pub fn build(self) -> Result<SessionHeader<T>, ConfigError> {
        let HeaderOptions {
            name,
            answer,
            max_token_len,
        } = self.carrier;
        let purpose = header_purpose("name", &name)?;
        header_purpose("response_name", &answer)?;
        Ok(SessionHeader {
            token: self.settings.token(purpose, max_token_len)?,
            name: name.to_ascii_lowercase().into(),
            answer: answer.to_ascii_lowercase().into(),
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
