//! Requests that a companion answers.

#[cfg(feature = "tower")]
pub(crate) mod layer;

use std::sync::Arc;

use http::{
    HeaderMap, Response,
    header::{COOKIE, SET_COOKIE},
    request::Parts,
};

use super::framework::Fields;
use crate::{
    base::Clock,
    carrier::SessionCookie,
    session::companion::Companion,
    state::{AlreadySent, Payload, RequestFacts},
    token::Context,
};

/// With its [companion](crate::companion).
impl<T: Payload> SessionCookie<T> {
    /// Answers a request for the [`Companion`] of this cookie. Returns `None` for any other request, which the
    /// application answers.
    ///
    /// Call this before any check for cross-site requests. In tower, axum and actix-web,
    /// [`CompanionLayer`](crate::companion::CompanionLayer) does this. The request's body is not needed.
    ///
    /// **Experimental,** as all of [`companion`](crate::companion).
    #[must_use]
    pub fn respond(&self, request: &Parts, clock: impl Into<Clock>) -> Option<Response<String>> {
        let companion = self.companion_for(request.method.as_str(), request.uri.path())?;
        Some(self.respond_in(None, companion, request, clock.into()))
    }

    /// Returns the companion that answers a request.
    pub(crate) fn companion_for(&self, method: &str, path: &str) -> Option<&dyn Companion> {
        let companion = self.carrier.core.companion.as_deref()?;
        companion.responds_to(method, path).then_some(companion)
    }

    /// Lets the companion answer a request in this context, or in the cookie's if none is given.
    fn respond_in(
        &self,
        context: Option<Arc<Context>>,
        companion: &dyn Companion,
        request: &Parts,
        clock: Clock,
    ) -> Response<String> {
        let fields = request.headers.get_all(COOKIE);
        let session = self.load_values(fields, clock, context, None, |_| RequestFacts::default());
        let (mut response, decided) = session.answer_with(companion, request);
        if let Some(decided) = decided {
            for field in self.fields.write(decided) {
                let field = HeaderMap::sensitive(field);
                response.headers_mut().append(SET_COOKIE, field);
            }
        }
        response
    }
}

/// Adds the companion's fields to a response. `already_sent` is what it sent about the session before.
pub(super) fn add_fields<H: Fields>(
    fields: &[(&'static str, String)],
    already_sent: AlreadySent,
    response: &mut H,
) {
    for (place, (name, value)) in fields.iter().enumerate() {
        let is_first = fields[..place].iter().all(|(other, _)| other != name);
        let (name, value) = (H::name(name), H::sensitive(value.clone()));
        match already_sent {
            AlreadySent::Same | AlreadySent::Other if is_first => response.replace(name, value),
            // Another cookie may have added its own fields, and this session one of the same name.
            _ => response.add(name, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AlreadySent, HeaderMap, add_fields};

    /// As of two layers of one cookie, of which the inner one has told the registration.
    #[test]
    fn a_field_about_the_same_session_takes_the_place_of_the_one_before() {
        let told = |already_sent| {
            let mut headers = HeaderMap::new();
            headers.append("secure-session-registration", "earlier".parse().unwrap());
            let fields =
                ["one", "two"].map(|value| ("secure-session-registration", value.to_owned()));
            add_fields(&fields, already_sent, &mut headers);
            let all = headers.get_all("secure-session-registration");
            all.iter()
                .map(|value| value.to_str().unwrap().to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(told(AlreadySent::Nothing), ["earlier", "one", "two"]);
        assert_eq!(told(AlreadySent::Same), ["one", "two"]);
        assert_eq!(told(AlreadySent::Other), ["one", "two"]);
    }
}
