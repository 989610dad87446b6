use std::{any::type_name, error::Error, fmt, sync::Arc};

use super::size::too_large::TooLarge;
use crate::{
    base::{debug_by_display, reason::Reason},
    crypto::random::RandomError,
};

/// An error from reading or changing a session. After an error the session is unchanged.
///
/// `Debug` shows the same sentence as `Display`, so that a `main` that returns the error prints it.
#[derive(Clone)]
#[non_exhaustive]
pub enum SessionError {
    /// The change would make the session too large for its cookie, header or token.
    TooLarge(TooLarge),
    /// The session has been saved, the head of the response has been produced, or the request was cancelled or failed,
    /// so a change could no longer be saved. A page that streams changes its session before the stream begins ([Leptos
    /// and Dioxus](crate::guide::frameworks#on-top-of-axum)).
    AfterHead,
    /// The request belongs to no context, because the layer's `context_by` chose none, or the request names no host.
    /// Its session is empty and cannot be changed.
    NoContext,
    /// The session was used inside its own `update`.
    InsideUpdate,
    /// The session cannot be read, because another version of the application or another program wrote it, or its key
    /// is not in the ring ([`keep_unknown_keys`](crate::carrier::SessionBuilder::keep_unknown_keys)): the reason is
    /// [`Payload`](Reason::Payload) or [`UnknownKey`](Reason::UnknownKey). Writing the session would destroy it.
    /// `sign_in`, `invalidate` and `renew` begin a new one.
    Unreadable(Reason),
    /// The session's [`Companion`](crate::companion::Companion) does not admit the request. `sign_in`, `invalidate` and
    /// `renew` begin a new session. **Experimental,** as all of [`companion`](crate::companion).
    #[cfg(feature = "unstable-companion")]
    Stale,
    /// The application was not asked whether the session is still valid
    /// ([`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after)), or could not answer.
    /// [`validate`](crate::Session::validate) gives the application's error as the [`source`](Error::source); a later
    /// change fails without it.
    Unvalidated(Option<Arc<dyn Error + Send + Sync>>),
    /// A value cannot be stored: its `Serialize` fails, the next request would not read an equal value (in a typed
    /// session), or, in a dictionary, the value is nested deeper than 63 levels, or has an integer of 128 bits, a
    /// MessagePack extension, a map with a key twice, or a list or map of another length than it announces. The error
    /// does not show the value.
    #[non_exhaustive]
    Encode {
        /// Name of the value's type.
        found: &'static str,
        /// The cause.
        reason: &'static str,
    },
    /// A stored value is not of the type that was asked for. The error does not show the value, because errors end
    /// up in logs.
    #[non_exhaustive]
    Decode {
        /// Key of the value, or `None` if the whole dictionary was decoded as one value and no single entry is to
        /// blame.
        key: Option<String>,
        /// Name of the requested type, which may be the type of the whole dictionary.
        expected: &'static str,
    },
    /// `remember_for` was called, but the cookie, header or token was built without `remember_up_to`.
    NotRemembering,
    /// The operating system's random generator failed.
    Random(Arc<dyn Error + Send + Sync>),
}

impl SessionError {
    #[cold]
    pub(crate) fn unstorable<V: ?Sized>(reason: &'static str) -> SessionError {
        let found = type_name::<V>();
        SessionError::Encode { found, reason }
    }

    #[cold]
    pub(crate) fn misread<V>(key: Option<&str>) -> SessionError {
        SessionError::Decode {
            key: key.map(str::to_owned),
            expected: type_name::<V>(),
        }
    }

    /// Returns the status of a response that tells the error.
    pub(crate) fn status(&self) -> u16 {
        match self {
            #[cfg(feature = "unstable-companion")]
            SessionError::Stale => 403,
            SessionError::TooLarge(_) => 413,
            SessionError::Unvalidated(_) | SessionError::Unreadable(_) => 503,
            _ => 500,
        }
    }

    /// Returns the dictionary key whose value does not fit or is of another type, if it is known.
    ///
    /// # Examples
    ///
    /// ```
    /// # use hardtack::{EncryptionKey, SessionCookie};
    /// # use std::time::SystemTime;
    /// # let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    /// # let session = cookie.load(None::<&str>, SystemTime::now());
    /// session.insert("user", 42)?;
    /// let error = session.get::<String>("user").unwrap_err();
    /// assert_eq!(error.key(), Some("user"));
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn key(&self) -> Option<&str> {
        match self {
            SessionError::TooLarge(error) => error.key.as_deref(),
            SessionError::Decode { key, .. } => key.as_deref(),
            _ => None,
        }
    }
}

debug_by_display!(SessionError);

impl fmt::Display for SessionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SessionError::TooLarge(error) => return error.fmt(f),
            SessionError::Random(error) => return error.fmt(f),
            SessionError::Encode { found, reason } => {
                return write!(f, "a value of type `{found}` cannot be stored: {reason}");
            }
            SessionError::Decode { key, expected } => {
                return match key {
                    // Quoted, because a key that came from a visitor may contain anything.
                    Some(key) => write!(
                        f,
                        "the value under {key:?} does not fit the type `{expected}`; read it as what was stored, and store a \
                         value of another type under another key"
                    ),
                    None => write!(f, "the dictionary does not fit the type `{expected}`"),
                };
            }
            SessionError::AfterHead => AFTER_HEAD,
            SessionError::NoContext => NO_CONTEXT,
            SessionError::InsideUpdate => INSIDE_UPDATE,
            SessionError::Unreadable(_) => UNREADABLE,
            #[cfg(feature = "unstable-companion")]
            SessionError::Stale => STALE,
            SessionError::Unvalidated(None) => NOT_ASKED,
            SessionError::Unvalidated(Some(_)) => NO_ANSWER,
            SessionError::NotRemembering => NOT_REMEMBERING,
        })
    }
}

impl Error for SessionError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            SessionError::Unvalidated(error) => error.as_ref().map(|error| &**error as _),
            _ => None,
        }
    }
}

impl From<RandomError> for SessionError {
    fn from(error: RandomError) -> Self {
        SessionError::Random(Arc::new(error))
    }
}

const AFTER_HEAD: &str = "the head of the response was sent or the request has ended, so the session can no longer be \
    changed; change it before the response begins, in a streamed page before the stream";
const NO_CONTEXT: &str = "the request has no session: `context_by` returned no context for it, or it names no host; \
    return a context, or answer such a request before it uses its session";
const INSIDE_UPDATE: &str =
    "this call is inside an `update` of the same session; use the value passed to its closure";
const UNREADABLE: &str = "the session was written in a form that this version cannot read, or under a key that is not \
    in its ring, so it is not overwritten; return this error, because another instance may read the session, or \
    begin a new one by `invalidate`";
#[cfg(feature = "unstable-companion")]
const STALE: &str = "the request does not bring the proof that its session needs, so the session is not changed; \
    `invalidate` begins a new one";
const NOT_ASKED: &str = "the application was not asked whether the session is still valid, or gave no answer; call \
    `validate` before you use the session, and refuse the request if it fails";
const NO_ANSWER: &str = "the function of `revalidate_after` failed, so it is not known whether the session is still valid";
const NOT_REMEMBERING: &str = "sessions cannot be remembered; set `remember_up_to` on the builder, to the longest \
    duration of `remember_for`";
