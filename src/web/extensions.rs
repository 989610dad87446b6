//! The session among the extensions of a request.

use std::{
    any::{TypeId, type_name},
    marker::PhantomData,
};

use super::{failure::Failure, framework::Extensions, missing_session::Missing};
use crate::{session::Session, state::Payload};

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
    /// Returns the session that a [`SessionLayer`](crate::SessionLayer) put into a request's extensions. Feature
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
    /// Returns an error if there is no such layer around this service, or if there are two for the same type. In a
    /// build with debug assertions, the error names the type of another layer around the service.
    pub fn from_extensions(extensions: &http::Extensions) -> Result<Session<T>, Failure> {
        Ok(Session::provided_in(extensions)?)
    }

    /// [`from_extensions`](Self::from_extensions) for the extensions of any framework.
    pub(super) fn provided_in(extensions: &impl Extensions) -> Result<Session<T>, Missing> {
        let asked = type_name::<T>();
        match extensions.get::<Session<T>>() {
            Some(session) => Ok(session.clone()),
            None if extensions.get::<Ambiguous<Session<T>>>().is_some() => {
                Err(Missing::Ambiguous(asked))
            }
            None => Err(match extensions.get() {
                Some(&Provided(provided)) => Missing::OtherType { asked, provided },
                None => Missing::NoLayer(asked),
            }),
        }
    }
}
