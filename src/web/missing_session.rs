//! `MissingSession`: a handler or a guard found no session.

use std::{any::type_name, fmt};

use crate::state::Map;

/// Reason why a request has no session of a type: a mistake in the setup of the application. Its sentence says what the
/// mistake is, and how to correct it.
#[derive(Clone, Copy)]
pub(super) enum MissingSession {
    /// No [`SessionLayer`](crate::SessionLayer) is around the service. Contains the name of the type that the session
    /// was to hold.
    NoLayer(&'static str),
    /// The layer around the service is for sessions that hold another type. Contains the names of both. Without debug
    /// assertions this is [`NoLayer`](Self::NoLayer), because no request carries the name.
    OtherType {
        /// Type that the session was to hold.
        asked: &'static str,
        /// Type that the layer's sessions hold.
        provided: &'static str,
    },
    /// Two layers of this type are around the service.
    Ambiguous(&'static str),
}

impl fmt::Display for MissingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            MissingSession::NoLayer(asked) => {
                let and = match typed(asked) {
                    Some(_) => with_cookie_of(asked),
                    None => "; if its sessions are typed, take `Session<T>`, and add \
                         `.typed::<T>()` to the guard"
                        .to_owned(),
                };
                let session = session_of(asked);
                write!(
                    f,
                    "no session layer for {session} is around the handler, the guard or the middleware that asks for it; \
                     add `SessionLayer::new(cookie)` after all of them (in a `ServiceBuilder`, before them){and}"
                )
            }
            MissingSession::OtherType { asked, provided } => {
                let and = with_cookie_of(asked);
                let (asked, provided) = (session_of(asked), session_of(provided));
                write!(
                    f,
                    "the handler asks for {asked}, and the session layer around it provides {provided}; \
                     ask for that one, or add a `SessionLayer::new(cookie)` for {asked}{and}"
                )
            }
            MissingSession::Ambiguous(asked) => {
                let session = session_of(asked);
                write!(
                    f,
                    "two session layers for {session} are around the handler; remove one, or, if both are meant, give one \
                     of them a different type with `.map_session(…)`",
                )
            }
        }
    }
}

/// Returns the end of a sentence about a new layer for sessions that hold this type.
fn with_cookie_of(held: &'static str) -> String {
    let typed = typed(held).map(|held| format!(", with a cookie of `.typed::<{held}>()`"));
    typed.unwrap_or_default()
}

/// Returns `held`, the name of the type that a session holds, unless it is a dictionary.
pub(super) fn typed(held: &'static str) -> Option<&'static str> {
    Some(held).filter(|held| *held != type_name::<Map>())
}

/// Returns the type of a session as a handler writes it.
pub(super) fn session_of(held: &'static str) -> String {
    match typed(held) {
        Some(held) => format!("`Session<{held}>`"),
        None => "`Session`".to_owned(),
    }
}
