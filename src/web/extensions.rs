use std::{
    any::{Any, type_name},
    fmt,
    marker::PhantomData,
    sync::{Mutex, PoisonError},
};

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
    /// another layer around it.
    pub fn from_extensions(extensions: &http::Extensions) -> Result<Session<T>, MissingSession> {
        Session::provided_in(extensions)
    }

    /// [`from_extensions`](Self::from_extensions) for the extensions of any framework.
    pub(crate) fn provided_in(extensions: &impl Extensions) -> Result<Session<T>, MissingSession> {
        let asked = type_name::<T>();
        match extensions.get::<Session<T>>() {
            Some(session) => Ok(session.clone()),
            None if extensions.get::<Ambiguous<Session<T>>>().is_some() => {
                Err(MissingSession::Ambiguous(asked))
            }
            None => Err(match provided(extensions) {
                Some(provided) => MissingSession::OtherType { asked, provided },
                None => MissingSession::NoLayer(asked),
            }),
        }
    }
}

/// The types of the sessions of all layers, each with a look for one of them in any extensions. Requests that find
/// their session pay nothing for this.
static PROVIDED: Mutex<Vec<(&str, IsIn)>> = Mutex::new(Vec::new());

type IsIn = fn(&dyn Any) -> bool;

/// Notes that there is a layer for sessions of this type.
pub(super) fn register<T: Payload>() {
    let held = type_name::<T>();
    // Nothing panics while the list changes.
    let mut all = PROVIDED.lock().unwrap_or_else(PoisonError::into_inner);
    if all.iter().all(|(known, _)| *known != held) {
        all.push((held, is_in::<T>));
    }
}

/// Returns the name of the type whose session is in the extensions, if there is one.
fn provided(extensions: &impl Extensions) -> Option<&'static str> {
    let all = PROVIDED.lock().unwrap_or_else(PoisonError::into_inner);
    let found = all.iter().find(|(_, is_in)| is_in(extensions));
    found.map(|(held, _)| *held)
}

fn is_in<T: Payload>(extensions: &dyn Any) -> bool {
    fn has<T: Payload>(extensions: &impl Extensions) -> bool {
        extensions.get::<Session<T>>().is_some()
    }
    #[cfg(feature = "actix")]
    if let Some(extensions) = extensions.downcast_ref::<actix_web::dev::Extensions>() {
        return has::<T>(extensions);
    }
    let extensions = extensions.downcast_ref::<http::Extensions>();
    extensions.is_some_and(has::<T>)
}

/// The error of a request without a session of the requested type, which is a mistake in the setup of the application.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MissingSession {
    /// No [`SessionLayer`](crate::SessionLayer) is around the service. Contains the name of the type that the session
    /// was to hold.
    NoLayer(&'static str),
    /// The layer around the service is for sessions that hold another type. Contains the names of both.
    OtherType {
        /// The type that the session was to hold.
        asked: &'static str,
        /// The type that the layer's sessions hold.
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
pub(crate) fn typed(held: &'static str) -> Option<&'static str> {
    Some(held).filter(|held| *held != type_name::<Map>())
}

/// Returns the type of a session as a handler writes it.
pub(crate) fn session_of(held: &'static str) -> String {
    match typed(held) {
        Some(held) => format!("`Session<{held}>`"),
        None => "`Session`".to_owned(),
    }
}

impl std::error::Error for MissingSession {}
