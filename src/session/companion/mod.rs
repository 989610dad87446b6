//! The seam for a package that adds something to each session, as `hardtack-device` does.

#[cfg(feature = "http")]
mod answer;
#[cfg(feature = "http")]
mod beside;
mod seal;

use std::time::SystemTime;

#[cfg(feature = "http")]
pub use beside::Beside;
pub use seal::Seal;

use super::{SaveError, SessionId, SessionInfo};
use crate::token::Context;

/// Addition of a package to the sessions of a cookie: a proof that their requests have to bring, the fields that leave
/// with them, and requests that it answers itself. The package `hardtack-device` binds sessions to a device in this way.
///
/// A cookie has one, by [`companion`](crate::carrier::SessionCookieBuilder::companion). Of a session's bytes it owns one
/// field, the 16 bytes of [`SessionInfo::device`] ([devices.md § 16]). Programs without this companion refuse a session in
/// which the field is set.
///
/// No method may block. A panic fails the request.
///
/// [devices.md § 16]: https://github.com/hardtack-rs/hardtack/blob/main/device/docs/devices.md
pub trait Companion: Send + Sync {
    /// Returns the function that chooses the cookies which [`judge`](Self::judge) sees, by the rest of a name after that of
    /// the session's cookie: for `__Host-session.b-7`, by `.b-7`.
    fn reads(&self) -> fn(&str) -> bool;

    /// Judges a session that opened. `cookies` are the request's cookies that it reads, in their order, each by the rest of
    /// its name: at most 32, with values of at most 256 bytes. `None`: the session is withheld in this request
    /// ([`SessionError::Stale`](crate::SessionError::Stale)).
    ///
    /// Also called without cookies: for a session that a sign-in begins, of which only `until` counts, and for one that is
    /// taken over from another library.
    fn judge(
        &self,
        context: &Context,
        session: &SessionInfo,
        cookies: &[(String, Vec<u8>)],
        now: SystemTime,
    ) -> Option<Admission>;

    /// Returns the fields, by name and value, of a response that stores or drops a session. `departed`: the session that
    /// arrived, if its client keeps it no longer, or under another id. `renewed`: the id of a session that a sign-in has
    /// begun. A name has to be a header's, in lower case, and a value visible ASCII; anything else is a panic.
    ///
    /// # Errors
    ///
    /// Returns an error if something cannot be sealed. The session is not saved then.
    fn fields(
        &self,
        context: &Context,
        departed: Option<&SessionInfo>,
        renewed: Option<SessionId>,
        now: SystemTime,
    ) -> Result<Vec<(&'static str, String)>, SaveError>;

    /// Returns `true` for requests that it answers itself, by `answer`. None, by default.
    fn answers(&self, method: &str, path: &str) -> bool {
        let _ = (method, path);
        false
    }

    /// Answers a request in place of the application. `beside` knows the session that came along; `None`: the request
    /// belongs to no context. Feature `http`.
    #[cfg(feature = "http")]
    fn answer(
        &self,
        request: &http::request::Parts,
        beside: Option<&mut Beside<'_>>,
    ) -> http::Response<String> {
        let _ = (request, beside);
        let mut response = http::Response::default();
        *response.status_mut() = http::StatusCode::NOT_FOUND;
        response
    }
}

/// A session that its companion admits.
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a companion makes it, and has to say both"
)]
pub struct Admission {
    /// Value of [`SessionInfo::device`] from now on. A new one is written with the next response that may store it.
    pub device: Option<[u8; 16]>,
    /// First second at which the same request would be refused, without a fraction. `None`: never.
    pub until: Option<SystemTime>,
}
