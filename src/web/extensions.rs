use std::{
    any::{TypeId, type_name},
    fmt,
    marker::PhantomData,
};

use super::framework::Extensions;
use crate::{
    base::debug_by_display,
    session::Session,
    state::{Map, Payload},
};

/// Puts `session`, or what a layer makes of it, into the extensions, for handlers. A second one of the same type removes
/// the first, because a handler could not tell which of the two it gets.
pub(super) fn provide<T: Payload, W: Clone + Send + Sync + 'static>(
    extensions: &mut impl Extensions,
    session: W,
) {
    let is_second = extensions.remove::<W>().is_some();
    if is_second || extensions.get::<Ambiguous<W>>().is_some() {
        extensions.insert(Ambiguous::<W>(PhantomData));
        return;
    }
    extensions.insert(session);
    // The first request shows such a mistake, in development, so a released program does not pay for the marker.
    if cfg!(debug_assertions) && TypeId::of::<W>() == TypeId::of::<Session<T>>() {
        extensions.insert(Provided(type_name::<T>()));
    }
}

/// Type that the innermost layer's sessions hold, for the error of a handler that asks for another.
#[derive(Clone, Copy)]
struct Provided(&'static str);

/// Several layers put a `W` into the same request.
#[derive(Clone)]
struct Ambiguous<W>(PhantomData<fn() -> W>);

impl<T: Payload> Session<T> {
    /// Returns the session that a [`SessionLayer`](crate::SessionLayer) put into a request's extensions. With feature
    /// `tower`. Where the cookie has [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after), call
    /// [`validate`](Self::validate) before the session is used.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::Session;
    /// use http::Extensions;
    ///
    /// fn user(extensions: &Extensions) -> Result<Option<u64>, Box<dyn std::error::Error>> {
    ///     let session: Session = Session::from_extensions(extensions)?;
    ///     Ok(session.get("user")?)
    /// }
    /// assert!(user(&Extensions::new()).is_err()); // there is no layer
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Fails if there is no such layer around this service, or if there are two for the same type. Names the type of
    /// another layer around it, in a build with debug assertions.
    pub fn from_extensions(extensions: &http::Extensions) -> Result<Session<T>, MissingSession> {
        Session::provided_in(extensions)
    }

    /// [`from_extensions`](Self::from_extensions) for the extensions of any framework.
    pub(super) fn provided_in(extensions: &impl Extensions) -> Result<Session<T>, MissingSession> {
        let asked = type_name::<T>();
        match extensions.get::<Session<T>>() {
            Some(session) => Ok(session.clone()),
            None if extensions.get::<Ambiguous<Session<T>>>().is_some() => {
                Err(MissingSession::Ambiguous(asked))
            }
            None => Err(match extensions.get() {
                Some(&Provided(provided)) => MissingSession::OtherType { asked, provided },
                None => MissingSession::NoLayer(asked),
            }),
        }
    }
}

/// Error of a request without a session of the requested type: a mistake in the setup of the application.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingSession {
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

debug_by_display!(MissingSession);

impl fmt::Display for MissingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            MissingSession::NoLayer(asked) => {
                let and = match typed(asked) {
                    Some(held) => format!(", with a cookie of `.typed::<{held}>()`"),
                    None => "; if its sessions are typed, take `Session<T>`, and add \
                         `.typed::<T>()` to the guard"
                        .to_owned(),
                };
                let session = session_of(asked);
                write!(
                    f,
                    "no session layer for {session} is around the handler; add `SessionLayer::new(cookie)` \
                     to the router, after its routes and its CSRF guard{and}"
                )
            }
            MissingSession::OtherType { asked, provided } => {
                let (asked, provided) = (session_of(asked), session_of(provided));
                write!(
                    f,
                    "the handler asks for {asked}, and the session layer around it provides {provided}; \
                     ask for that one, or add a `SessionLayer::new(cookie)` for {asked}"
                )
            }
            MissingSession::Ambiguous(asked) => {
                let session = session_of(asked);
                write!(
                    f,
                    "two session layers for {session} are around the handler; give one of them a type of its own \
                     with `.map_session(…)`",
                )
            }
        }
    }
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

impl std::error::Error for MissingSession {}
