//! Looking at tokens without using a session: for tools, and for whoever is asked why a visitor was
//! signed out.

use std::{
    fmt,
    time::{Duration, SystemTime},
};

use zeroize::Zeroizing;

use super::{cookie::SessionCookie, header::SessionHeader, token::SessionToken};
use crate::{
    base::{
        reason::Reason,
        time::{UnixSeconds, system_time, unix_seconds},
    },
    cookie::{self, CookieName},
    crypto::{
        scratch::Scratch,
        suite::{Mode, Suite},
    },
    keys::KeyId,
    session::{Sealer, SessionId},
    state::{Layout, Payload},
    token::{self, LONGEST_TOKEN},
};

/// What a token says of itself to whoever looks at it. Nothing of it is verified.
///
/// # Examples
///
/// ```
/// use std::time::SystemTime;
/// use hardtack::{EncryptionKey, Mode, Reason, SessionCookie, TokenInfo};
///
/// let key = EncryptionKey::generate()?;
/// let key_id = key.id();
/// let cookie = SessionCookie::encrypted(key).build()?;
/// let field = cookie.cookie_for(SystemTime::now(), |session| session.insert("user", 42))?;
///
/// let token = cookie.name().tokens_in([field]).remove(0).map_err(Reason::name)?;
/// let info = TokenInfo::of(&token).map_err(Reason::name)?;
/// assert_eq!((info.mode(), info.key_id), (Mode::Encrypted, key_id));
/// assert_eq!((info.characters, info.bytes), (token.len(), 58));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenInfo {
    /// What it was sealed with.
    pub suite: Suite,
    /// The key that it was sealed under.
    pub key_id: KeyId,
    /// Its length as text.
    pub characters: usize,
    /// Its length without base64url. A session of an encrypted cookie takes 45 bytes less, one of a
    /// signed cookie 21.
    pub bytes: usize,
}

impl TokenInfo {
    /// Reads what stands before the seal.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{Reason, TokenInfo};
    ///
    /// assert_eq!(TokenInfo::of("hunter2"), Err(Reason::Encoding));
    /// ```
    ///
    /// # Errors
    ///
    /// The [`Reason`] why that is no token: `TooLong`, `Encoding`, `TooShort` or `UnknownFormat`.
    pub fn of(token: impl AsRef<[u8]>) -> Result<TokenInfo, Reason> {
        let token = token.as_ref();
        let peeked = token::peek(token)?;
        Ok(TokenInfo {
            suite: peeked.suite,
            key_id: peeked.key_id,
            characters: token.len(),
            bytes: peeked.bytes,
        })
    }

    /// Whether its content can be read without a key.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, Reason, SessionCookie, TokenInfo};
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let field = cookie.cookie_for(std::time::SystemTime::now(), |session| session.insert("user", 42))?;
    /// # let token = cookie.name().tokens_in([field]).remove(0).map_err(Reason::name)?;
    /// let info = TokenInfo::of(&token).map_err(Reason::name)?;
    /// assert_eq!(info.mode(), cookie.mode());
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.suite.mode()
    }
}

impl CookieName {
    /// The tokens that the cookies of this name bring, in the values of a request's `Cookie` fields: those
    /// that [`load`](SessionCookie::load) looks at, which are the first four that differ, put together
    /// from their parts. Where that cannot be done, the [`Reason`].
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::{CookieName, Reason};
    ///
    /// let name: CookieName = "session".parse()?;
    /// assert_eq!(name.tokens_in(["theme=dark; session=abc"]), [Ok(b"abc".to_vec())]);
    /// assert_eq!(name.tokens_in(["session=2.ab; session.1=c"]), [Ok(b"abc".to_vec())]);
    /// assert_eq!(name.tokens_in(["session=2.ab"]), [Err(Reason::Incomplete)]);
    /// # Ok::<_, hardtack::CookieNameError>(())
    /// ```
    #[must_use]
    pub fn tokens_in<F>(&self, cookie_fields: F) -> Vec<Result<Vec<u8>, Reason>>
    where
        F: IntoIterator,
        F::Item: AsRef<[u8]>,
    {
        let values = cookie::find(cookie_fields, self.as_str(), LONGEST_TOKEN);
        let tokens = values.whole(LONGEST_TOKEN).map(|token| match token {
            Ok(whole) => Ok(whole.text.into_owned()),
            Err(broken) => Err(broken.into()),
        });
        tokens.collect()
    }
}

/// What stands in a token whose tag was verified. The session may still be past its end.
///
/// `Debug` shows no content. The content is overwritten when this is dropped.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use hardtack::{EncryptionKey, Reason, SessionCookie};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let then = SystemTime::now();
/// let field = cookie.cookie_for(then, |session| session.insert("user", 42))?;
/// let token = cookie.name().tokens_in([field]).remove(0).map_err(Reason::name)?;
///
/// // An hour later the session is past its idle timeout, and can still be looked at.
/// let content = cookie.inspect(&token, then + Duration::from_secs(3600)).map_err(Reason::name)?;
/// assert_eq!(content.refused, Some(Reason::Idle));
/// assert_eq!(content.expires_at, content.created_at + Duration::from_secs(1800));
/// assert_eq!((content.schema, &content.payload[..]), (0, &b"\x81\xa4user\x2a"[..]));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub struct TokenContent {
    /// Why no session is loaded from this token. `None`: one is.
    pub refused: Option<Reason>,
    /// The key that sealed it.
    pub key_id: KeyId,
    /// The session's id, if it has one.
    pub id: Option<SessionId>,
    /// When the session was issued.
    pub created_at: SystemTime,
    /// The last activity that was written.
    pub last_active_at: SystemTime,
    /// When the session ends by the timeouts of now, if nothing more is heard of it.
    pub expires_at: SystemTime,
    /// The end that [`limit_to`](crate::Session::limit_to) set, from when the session was issued.
    pub limit: Option<Duration>,
    /// For how long [`remember_for`](crate::Session::remember_for) lets the cookie outlive the browser's
    /// session, from when the session was issued.
    pub remembered: Option<Duration>,
    /// Whether the timeouts of now let it: only then has it the lifetime of a remembered session.
    pub is_remembered: bool,
    /// Whether flash messages wait in it.
    pub has_flash: bool,
    /// Bytes at the end that hide the length.
    pub padding: usize,
    /// The version of a typed payload; 0 for a dictionary.
    pub schema: u32,
    /// The application's part: a MessagePack map, or what postcard made of a type (SPEC.md § 5.4, § 5.5).
    pub payload: Zeroizing<Vec<u8>>,
}

impl fmt::Debug for TokenContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenContent")
            .field("refused", &self.refused)
            .field("key_id", &self.key_id)
            .field("schema", &self.schema)
            .field("payload_bytes", &self.payload.len())
            .finish_non_exhaustive()
    }
}

macro_rules! inspects {
    ($carrier:ident, $sealer:ident $(. $inner:ident)?, $made:literal) => {
        impl<T: Payload> $carrier<T> {
            /// What stands in `token` at `now`, in the context and by the timeouts of the builder. For tools:
            /// no session comes of it, and `on_outcome` is not told.
            ///
            /// # Examples
            ///
            /// ```
            /// # use hardtack::{EncryptionKey, Reason, SessionCookie};
            /// # let builder = SessionCookie::encrypted(EncryptionKey::generate()?);
            #[doc = $made]
            /// let content = sessions.inspect("forged", std::time::SystemTime::now());
            /// assert_eq!(content.map(drop), Err(Reason::Encoding));
            /// # Ok::<_, Box<dyn std::error::Error>>(())
            /// ```
            ///
            /// # Errors
            ///
            /// The [`Reason`] why it does not open. A session that opens and is past its end, revoked, or of
            /// an unknown schema is no error here: [`TokenContent::refused`] tells it.
            pub fn inspect(
                &self,
                token: impl AsRef<[u8]>,
                now: SystemTime,
            ) -> Result<TokenContent, Reason> {
                inspect::<T>(&self.$sealer$(.$inner)?, token.as_ref(), unix_seconds(now))
            }
        }
    };
}

inspects!(
    SessionCookie,
    shared.sealer,
    "let sessions = builder.build()?;"
);
inspects!(
    SessionToken,
    sealer,
    "let sessions = builder.build_token(\"mobile\")?;"
);
inspects!(
    SessionHeader,
    token.sealer,
    "let sessions = builder.build_header(\"x-session\")?;"
);

/// The steps of SPEC.md § 7. From § 7.7 on a failure does not keep the content back.
fn inspect<T: Payload>(
    sealer: &Sealer,
    token: &[u8],
    now: UnixSeconds,
) -> Result<TokenContent, Reason> {
    let keys = sealer.slot.keys();
    let mut buffer = Scratch::borrow();
    let binding = sealer.bound(&sealer.context);
    let opened = token::open(&keys, sealer.mode, binding, now, token, &mut buffer);
    let opened = opened.map_err(|refused| refused.reason)?;
    let body = &buffer[opened.body];
    let layout = Layout::read(body).ok_or(Reason::Malformed)?;
    let head = &layout.metadata;
    let seconds = |span: u32| Duration::from_secs(span.into());
    let payload = Zeroizing::new(body[layout.payload.clone()].to_vec());
    let refused = match sealer.check(head, opened.key_id, &keys, now) {
        Err(reason) => Some(reason),
        Ok(()) if T::read(head.schema, &payload).is_err() => Some(Reason::Payload),
        Ok(()) => None,
    };
    Ok(TokenContent {
        refused,
        key_id: opened.key_id,
        id: head.sid.map(SessionId),
        created_at: system_time(head.issued),
        last_active_at: system_time(head.last_active()),
        expires_at: system_time(sealer.policy.lifetimes.expires_at(head)),
        limit: head.limit.map(seconds),
        remembered: head.remembered.map(seconds),
        is_remembered: sealer.policy.lifetimes.is_remembered(head),
        has_flash: !layout.flash.is_empty(),
        padding: body.len() - layout.payload.end,
        schema: head.schema,
        payload,
    })
}
