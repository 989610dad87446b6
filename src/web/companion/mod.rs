//! Requests that the companion of a cookie's sessions answers. Feature `http`.

#[cfg(feature = "tower")]
pub(crate) mod layer;

use http::{
    HeaderMap, Response,
    header::{COOKIE, SET_COOKIE},
    request::Parts,
};

use super::framework::Fields;
use crate::{
    base::clock::Clock,
    carrier::SessionCookie,
    session::{
        Stored,
        companion::{Beside, Companion},
    },
    state::Payload,
    token::{Context, LONGEST_TOKEN},
};

/// With feature `http`.
impl<T: Payload> SessionCookie<T> {
    /// Answers a request that is for the [`Companion`] of this cookie's sessions. Returns `None` for any other request,
    /// which the application answers.
    ///
    /// Call this before any check for cross-site requests. In tower, axum and actix-web
    /// [`CompanionLayer`](crate::companion::CompanionLayer) calls it. No body has to be read.
    #[must_use]
    pub fn answer(&self, request: &Parts, clock: impl Into<Clock>) -> Option<Response<String>> {
        self.answer_in(Some(self.token.context()), request, &clock.into())
    }

    /// Returns the companion that answers a request.
    fn companion_for(&self, method: &str, path: &str) -> Option<&dyn Companion> {
        let companion = self.token.sealer.companion()?;
        companion.answers(method, path).then_some(companion)
    }

    /// Answers a request in this context, or in none.
    pub(crate) fn answer_in(
        &self,
        context: Option<&Context>,
        request: &Parts,
        clock: &Clock,
    ) -> Option<Response<String>> {
        let companion = self.companion_for(request.method.as_str(), request.uri.path())?;
        let Some(context) = context else {
            return Some(companion.answer(request, None));
        };
        let fields = request.headers.get_all(COOKIE);
        let values = self.fields.finder.find(fields, LONGEST_TOKEN);
        let sealer = &self.token.sealer;
        let mut beside = Beside::new(sealer, context, values, clock.now());
        let mut response = companion.answer(request, Some(&mut beside));
        if let Some((state, to_seal, carried)) = beside.bound::<T>() {
            let fields = self.fields.store(&Stored {
                sealer,
                context,
                state: &state,
                to_seal,
                carried,
            });
            for field in fields {
                let field = HeaderMap::sensitive(field);
                response.headers_mut().append(SET_COOKIE, field);
            }
        }
        Some(response)
    }
}
