//! [`CsrfGuard`] as middleware of actix-web, and [`Guarded`] as its extractor. Feature `actix`.

use std::{
    future::{Ready, ready},
    ops::Deref,
    pin::Pin,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError,
    body::EitherBody,
    dev,
    dev::{Service, ServiceRequest, ServiceResponse, Transform},
};

use super::{
    CsrfGuard,
    form::{CsrfField, Guarded, GuardedRejection, checked, checks_left},
    rules::{Rejection, TokenChecks},
    service::{CsrfService, failure_of},
};
use crate::{
    state::Payload,
    web::{CsrfRefusal, Extensions, failed, parts_of},
};

/// With feature `actix`, a guard is middleware. `App` runs the one that is added last first, and the guard needs its
/// session, so write `App::new().wrap(guard).wrap(layer)`.
///
/// # Examples
///
/// ```
/// use actix_web::{App, HttpResponse, test, web};
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
/// let app = App::new()
///     .route("/transfer", web::post().to(HttpResponse::Ok))
///     .wrap(CsrfGuard::new())
///     .wrap(SessionLayer::new(cookie));
/// let request = test::TestRequest::post().uri("/transfer");
/// let request = request.insert_header(("sec-fetch-site", "cross-site"));
/// # actix_web::rt::System::new().block_on(async {
/// let app = test::init_service(app).await;
/// let response = test::call_service(&app, request.to_request()).await;
/// assert_eq!(response.status(), 403);
/// # });
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl<S, B, T> Transform<S, ServiceRequest> for CsrfGuard<T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
    T: Payload,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = CsrfService<S, T>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        let guard = self.clone();
        ready(Ok(CsrfService { inner, guard }))
    }
}

impl<S, B, T> Service<ServiceRequest> for CsrfService<S, T>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
    T: Payload,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    dev::forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let checked = match parts_of(&request) {
            Some(parts) => {
                let extensions = &mut *request.extensions_mut();
                self.guard.rules.check::<T>(&parts, extensions)
            }
            None => Err(Rejection::Refused(CsrfRefusal::CrossSite)),
        };
        if let Err(rejection) = checked {
            let (status, failure) = failure_of(rejection);
            let response = failed(status, failure);
            let response = request.into_response(response).map_into_right_body();
            return Box::pin(ready(Ok(response)));
        }
        let inner = self.inner.call(request);
        Box::pin(async move {
            let response = inner.await?;
            // The checks hold the session, which is to be saved when no one else does.
            Extensions::remove::<TokenChecks>(&mut *response.request().extensions_mut());
            Ok(response.map_into_left_body())
        })
    }
}

/// With feature `actix`.
impl<E> FromRequest for Guarded<E>
where
    E: FromRequest + Deref<Target: CsrfField> + 'static,
{
    type Error = GuardedRejection<Error>;
    type Future = Pin<Box<dyn Future<Output = Result<Self, Self::Error>>>>;

    fn from_request(request: &HttpRequest, body: &mut dev::Payload) -> Self::Future {
        let checks = match checks_left(Extensions::get(&*request.extensions())) {
            Ok(checks) => checks,
            Err(rejection) => return Box::pin(ready(Err(rejection))),
        };
        let form = E::from_request(request, body);
        Box::pin(async move {
            let form = form.await;
            let form = form.map_err(|error| GuardedRejection::Inner(error.into()))?;
            checked(form, &checks)
        })
    }
}

impl ResponseError for GuardedRejection<Error> {
    fn error_response(&self) -> HttpResponse {
        let rejection = match self {
            GuardedRejection::Inner(error) => GuardedRejection::Inner(error),
            GuardedRejection::Refused(refusal) => GuardedRejection::Refused(*refusal),
            GuardedRejection::NoGuard => GuardedRejection::NoGuard,
        };
        match rejection.failure() {
            Ok((status, failure)) => failed(status, failure),
            Err(error) => error.error_response(),
        }
    }
}
