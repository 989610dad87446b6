use std::{any::type_name, fmt, marker::PhantomData};

use super::framework::Extensions;
use crate::{
    base::debug_by_display,
    session::Session,
    state::{Map, Payload},
};

/// Puts `session` into the extensions, for handlers. A second one of the same type removes the first, because a
/// handler could not tell which of the two it gets.
pub(crate) fn provide<W: Clone + Send + Sync + 'static>(
    extensions: &mut impl Extensions,
    session: W,
) {
    let is_second = extensions.remove::<W>().is_some();
    if is_second || extensions.get::<Ambiguous<W>>().is_some() {
        extensions.insert(Ambiguous::<W>(PhantomData));
    } else {
        extensions.insert(session);
    }
}

/// Several layers put a `W` into the same request.
#[derive(Clone)]
struct Ambiguous<W>(PhantomData<fn() -> W>);

impl<T: Payload> Session<T> {
    /// Returns the session that a [`SessionLayer`](crate::SessionLayer) put into a request's extensions. With feature
    /// `tower`.
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
    /// Fails if there is no such layer around this service, or if there are two for the same type.
    pub fn from_extensions(extensions: &http::Extensions) -> Result<Session<T>, MissingSession> {
        Session::provided_in(extensions)
    }

    /// [`from_extensions`](Self::from_extensions) for the extensions of any framework.
    pub(crate) fn provided_in(extensions: &impl Extensions) -> Result<Session<T>, MissingSession> {
        match extensions.get::<Session<T>>() {
            Some(session) => Ok(session.clone()),
            None if extensions.get::<Ambiguous<Session<T>>>().is_some() => {
                Err(MissingSession::Ambiguous(type_name::<T>()))
            }
            None => Err(MissingSession::NoLayer(type_name::<T>())),
        }
    }
}

/// The error of a request without a session of the requested type, which is a mistake in the setup of the application.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingSession {
    /// No [`SessionLayer`](crate::SessionLayer) of this type is around the service. Contains the name of the type that
    /// the session holds.
    NoLayer(&'static str),
    /// Two layers of this type are around the service.
    Ambiguous(&'static str),
}

debug_by_display!(MissingSession);

impl fmt::Display for MissingSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let session = self.session();
        match self {
            MissingSession::NoLayer(_) => {
                let and = match self.typed() {
                    Some(held) => format!(", with a cookie of `.typed::<{held}>()`"),
                    None => "; if its sessions are typed, take `Session<T>`".to_owned(),
                };
                write!(
                    f,
                    "no session layer for {session} is around the handler; add \
                     `SessionLayer::new(cookie)` to the router, after its routes{and}"
                )
            }
            MissingSession::Ambiguous(_) => write!(
                f,
                "two session layers for {session} are around the handler; give one of them a type of its own \
                 with `.map_session(…)`",
            ),
        }
    }
}

impl MissingSession {
    /// Returns the name of the type that the session holds, unless it is a dictionary.
    pub(crate) fn typed(&self) -> Option<&'static str> {
        let (MissingSession::NoLayer(held) | MissingSession::Ambiguous(held)) = *self;
        Some(held).filter(|held| *held != type_name::<Map>())
    }

    /// Returns the type of the session as a handler writes it.
    pub(crate) fn session(&self) -> String {
        match self.typed() {
            Some(held) => format!("`Session<{held}>`"),
            None => "`Session`".to_owned(),
        }
    }
}

impl std::error::Error for MissingSession {}
