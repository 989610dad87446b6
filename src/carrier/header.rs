use std::sync::Arc;

use super::common::{Carrier, TokenChange};
use crate::{
    base::{clock::Clock, clone_by_fields},
    cookie::Values,
    session::{SaveError, Session},
    state::{Map, Payload, RequestFacts, ResponseFacts},
    token::{Context, LONGEST_TOKEN},
};

/// Sessions in a header, for clients without cookies. Cloning is cheap.
///
/// A token opens only for the header that it was sealed for ([SPEC.md § 3.2]). Both timeouts apply: by default, a token
/// expires after 30 minutes without a refresh, and after 12 hours at the latest.
/// [`SessionLayer::in_header`](crate::SessionLayer::in_header) serves the sessions in tower, axum and actix-web.
///
/// No layer reads tokens from cookies or URLs. URLs end up in histories, logs and `Referer`.
///
/// # Examples
///
/// ```
/// use hardtack::{Clock, EncryptionKey, SessionHeader, carrier::TokenChange};
///
/// let header = SessionHeader::encrypted(EncryptionKey::generate()?, "authorization").build()?;
///
/// let session = header.load(None::<&str>, Clock::system());
/// session.insert("user", 42)?;
/// let TokenChange::Store(token) = header.save(&session)? else {
///     return Err("a session with content is written".into());
/// };
///
/// let session = header.load([format!("Bearer {token}")], Clock::system());
/// assert_eq!(session.get("user")?, Some(42));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
///
/// [SPEC.md § 3.2]: https://github.com/hardtack-rs/hardtack/blob/main/SPEC.md#32-purposes
pub struct SessionHeader<T = Map> {
    pub(crate) carrier: Carrier<T>,
    /// Name of the response header, in lower case.
    pub(super) response: Arc<str>,
}

impl<T: Payload> SessionHeader<T> {
    /// Returns the name of the request header, in lower case.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionHeader};
    /// let header = SessionHeader::encrypted(EncryptionKey::generate()?, "Authorization").build()?;
    /// assert_eq!((header.name(), header.response_header()), ("authorization", "session-token"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn name(&self) -> &str {
        // The purpose is a header's, as the builder made it.
        let purpose = &self.carrier.core.slot.purpose;
        purpose.header_name().unwrap_or_default()
    }

    /// Returns the name of the response header, in lower case.
    #[must_use]
    pub fn response_header(&self) -> &str {
        &self.response
    }

    /// Loads the session of a request. Never fails: if the token does not open, the session is new.
    ///
    /// `values` are the values of the header, usually one or none. If two tokens differ, neither opens. In
    /// `Authorization`, the word `Bearer` and the space after it are skipped.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// # let header = SessionHeader::encrypted(EncryptionKey::generate()?, "authorization").build()?;
    /// let session = header.load(["Bearer forged"], Clock::system());
    /// assert!(session.is_new());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn load(
        &self,
        values: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: impl Into<Clock>,
    ) -> Session<T> {
        self.load_values(values, clock.into(), None, RequestFacts::default())
    }

    /// Ends the request for `session`, which is read-only afterwards. Returns whether the client keeps, replaces or
    /// drops its token. It is told to drop its token by an empty header.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{Clock, EncryptionKey, SessionHeader};
    /// # let header = SessionHeader::encrypted(EncryptionKey::generate()?, "authorization").build()?;
    /// # let session = header.load(None::<&str>, Clock::system());
    /// use hardtack::carrier::TokenChange;
    ///
    /// session.insert("user", 42)?;
    /// assert!(matches!(header.save(&session)?, TokenChange::Store(_)));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns a [`SaveError`], for example if a cookie loaded the session.
    pub fn save(&self, session: &Session<T>) -> Result<TokenChange, SaveError> {
        let (_, change) = self.carrier.finish(session, ResponseFacts::UNKNOWN)?;
        Ok(change)
    }

    pub(crate) fn load_values(
        &self,
        values: impl IntoIterator<Item: AsRef<[u8]>>,
        clock: Clock,
        context: Option<Arc<Context>>,
        request: RequestFacts,
    ) -> Session<T> {
        let mut tokens = Values::default();
        for value in values {
            tokens.push(token_in(self.name(), value.as_ref()), LONGEST_TOKEN);
        }
        self.carrier
            .new_session(tokens, None, clock, context, request)
    }
}

clone_by_fields!(SessionHeader<T> { carrier, response });

/// Returns the token in the value of the request header `name`, in lower case, without the white space around the
/// value. In `authorization`, the scheme `Bearer` is removed, in any case of letters.
fn token_in<'a>(name: &str, value: &'a [u8]) -> &'a [u8] {
    let value = value.trim_ascii();
    match value.split_first_chunk::<7>() {
        Some((scheme, token)) if name == "authorization" && is_bearer(scheme) => token,
        _ => value,
    }
}

fn is_bearer(scheme: &[u8]) -> bool {
    scheme.eq_ignore_ascii_case(b"Bearer ")
}
