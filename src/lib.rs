//! Web sessions that live in one sealed cookie and need no backend.

// The three leaves, which do not know each other.
mod body;
mod cookie;
mod seal;

// What they stand on.
mod clock;
mod error;
mod time;

// Keys, policy and cookie, and the handle that applications hold.
mod builder;
mod sealer;
mod session;
mod session_cookie;
mod session_token;

#[cfg(fuzzing)]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(test)]
mod vectors;

// The outside.
#[cfg(feature = "axum")]
mod axum;
#[cfg(feature = "http")]
mod caching;
#[cfg(feature = "http")]
mod http;
mod settings;
#[cfg(feature = "tower")]
mod tower;

pub use body::{Map, Payload, RenewAfter, SessionData, TooLarge};
pub use builder::{SessionCookieBuilder, Size};
pub use clock::Clock;
pub use cookie::{AttributeError, CookieName, CookieNameError, SameSite, SetCookies};
pub use error::{ConfigError, Outcome, Reason, SaveError, SessionError};
pub use seal::{
    Context, ContextError, EncryptionKey, Fingerprint, Key, KeyError, KeyId, KeyRing, Mode,
    RandomError, RingError, RingKey, RingTextError, SharedKeyRing, SigningKey,
};
pub use session::{Session, SessionId};
pub use session_cookie::SessionCookie;
pub use session_token::{SessionToken, TokenChange};
pub use settings::EnvError;
#[cfg(feature = "tower")]
pub use tower::{MissingSession, ResponseFuture, SessionLayer, SessionService};
