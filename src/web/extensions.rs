//! Session in the extensions of a request.

use std::{
    any::{TypeId, type_name},
    marker::PhantomData,
};

use super::{
    failure::Failure,
    framework::Extensions,
    missing_session::{after_head, ambiguous, no_layer, other_type},
};
use crate::{session::Session, state::Payload};

/// Puts `session`, or a layer's wrapper of it, into the extensions for handlers. If one of the same type is already
/// there, neither stays, because a handler could not tell which of the two it gets.
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
    // A handler that asks for another type fails at its first request in development, so a release build does not pay
    // for the marker.
    if cfg!(debug_assertions) && TypeId::of::<W>() == TypeId::of::<Session<T>>() {
        extensions.insert(Provided(type_name::<T>()));
    }
}

/// Type that the innermost layer's sessions hold, for the error of a handler that asks for another type.
#[derive(Clone, Copy)]
struct Provided(&'static str);

/// Marks a request into which several layers put a `W`.
#[derive(Clone)]
struct Ambiguous<W>(PhantomData<fn() -> W>);

impl<T: Payload> Session<T> {
    /// Returns the session that a [`SessionLayer`](crate::SessionLayer) put into a request's extensions. Feature
    /// `tower`.
    ///
    /// If [`revalidate_after`](crate::carrier::SessionBuilder::revalidate_after) requires it, asks the application
    /// whether the session is still valid, like the extractors of axum and actix-web.
    ///
    /// # Examples
    ///
    /// ```
    /// use hardtack::Session;
    /// use http::Extensions;
    ///
    /// async fn user(extensions: &Extensions) -> Result<Option<u64>, Box<dyn std::error::Error>> {
    ///     let session: Session = Session::from_extensions(extensions).await?;
    ///     Ok(session.get("user")?)
    /// }
    /// # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
    /// assert!(user(&Extensions::new()).await.is_err()); // there is no layer
    /// # });
    /// # Ok::<_, Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns [`Failure::Setup`] if no such layer is around this service, or if two are for the same type. With debug
    /// assertions, the error names the type of another layer around the service, if it is without `map_session`.
    /// Returns [`Failure::Session`] with the errors of [`validate`](Session::validate).
    #[doc(alias = "get_session")]
    pub async fn from_extensions(extensions: &http::Extensions) -> Result<Session<T>, Failure> {
        Session::provided_in(extensions, other_type)?
            .asked_about()
            .await
    }

    /// Asks the application whether the session is still valid, and returns the session.
    pub(super) async fn asked_about(self) -> Result<Session<T>, Failure> {
        self.validate().await.map_err(Failure::Session)?;
        Ok(self)
    }

    /// Returns the session in the extensions of any framework, without asking the application whether it is still
    /// valid. `other_type` makes the error message about a layer for another type from the names of both types.
    pub(super) fn provided_in(
        extensions: &impl Extensions,
        other_type: fn(&'static str, &'static str) -> String,
    ) -> Result<Session<T>, Failure> {
        let asked = type_name::<T>();
        if let Some(session) = extensions.get::<Session<T>>() {
            return Ok(session.clone());
        }
        let is_ambiguous = extensions.get::<Ambiguous<Session<T>>>().is_some();
        Err(Failure::Setup(match extensions.get() {
            _ if is_ambiguous => ambiguous(asked),
            // A request of actix-web lives on without its session.
            Some(&Provided(provided)) if provided == asked => after_head(asked),
            Some(&Provided(provided)) => other_type(asked, provided),
            None => no_layer(asked),
        }))
    }
}
