//! The seam for a package that adds something to each session, as `hardtack-device` does.

mod hooks;
mod received_session;
mod seal;

use std::{sync::Arc, time::SystemTime};

pub use received_session::{Opened, ReceivedSession};
pub use seal::Seal;

use super::{SaveError, SessionId, SessionInfo};
use crate::token::Context;

/// Addition of a package to the sessions of a cookie. It judges the proof that their requests bring, adds fields to
/// their responses, and answers some requests itself. The package `hardtack-device` binds sessions to a device in this
/// way.
///
/// A cookie gets its companion from [`companion`](crate::carrier::SessionCookieBuilder::companion). The companion owns
/// one field in a session, the 16 bytes of [`SessionInfo::device`] ([devices.md § 16]). Programs without a companion
/// refuse a session in which the field is set.
///
/// No method may block. A panic fails the request.
///
/// [devices.md § 16]: https://github.com/hardtack-rs/hardtack/blob/main/crates/device/docs/devices.md
pub trait Companion: Send + Sync {
    /// Returns the function that chooses the cookies for [`judge`](Self::judge). It gets what follows the session
    /// cookie's name, such as `.b-7` in `__Host-session.b-7`.
    fn reads(&self) -> fn(&str) -> bool;

    /// Judges a session that opened. `cookies` are the request's cookies that [`reads`](Self::reads) chooses, in their
    /// order, each with the rest of its name: the first 32 with values of at most 256 bytes. If this returns `None`,
    /// the session is withheld in this request ([`SessionError::Stale`](crate::SessionError::Stale)).
    ///
    /// This is also called without cookies, in two cases:
    ///
    /// - before a session is taken over from another cookie. With `None`, it is not taken over.
    /// - when a response stores a session that was taken over, or that `sign_in`, `renew` or `invalidate` began. Only
    ///   [`until`](Admission::until) is read then, and `None` means that the admission ends now.
    fn judge(
        &self,
        context: &Context,
        session: &SessionInfo,
        cookies: &[(String, Vec<u8>)],
        now: SystemTime,
    ) -> Option<Admission>;

    /// Returns the fields, by name and value, of a response that stores or drops a session. `departed` is the session
    /// that arrived, if it had an id or a device and its client no longer keeps it. A session without a device also
    /// departs if it gets another id or loses it. `renewed` is the id of a session that a sign-in has begun. A name must
    /// be a header name in lower case, and a value must be visible ASCII. `save_to` and layers panic if either cannot be
    /// in a header.
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

    /// Returns `true` for requests that the companion answers itself, by `respond`. The default is `false`.
    fn responds_to(&self, method: &str, path: &str) -> bool {
        let _ = (method, path);
        false
    }

    /// Answers a request in place of the application. `received` knows the session that came along, and is `None` if the
    /// request belongs to no context.
    fn respond(
        &self,
        request: &http::request::Parts,
        received: Option<&mut ReceivedSession<'_>>,
    ) -> http::Response<String> {
        let _ = (request, received);
        let mut response = http::Response::default();
        *response.status_mut() = http::StatusCode::NOT_FOUND;
        response
    }
}

/// Companion of a carrier.
pub(crate) type Attached = Arc<dyn Companion>;

pub(crate) fn is_same(one: &Option<Attached>, other: &Option<Attached>) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => Arc::ptr_eq(one, other),
        (one, other) => one.is_none() && other.is_none(),
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
    /// First whole second at which the same request would be refused, or `None` if it never would.
    pub until: Option<SystemTime>,
}
