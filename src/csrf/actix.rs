//! [`CsrfGuard`] as middleware of actix-web, and [`Guarded`] as its extractor. Feature `actix`.

use std::{
    future::{Ready, ready},
    ops::Deref,
    pin::Pin,
};

use actix_web::{
    Error, FromRequest, HttpMessage, HttpRequest, HttpResponse, ResponseError, dev,
    dev::{Service, ServiceRequest, Transform},
};
use tower_layer::Layer;

use super::{
    CsrfGuard,
    form::{CsrfField, Guarded, GuardedRejection, checked, checks_left},
};
use crate::web::{Failure, Layered, actix::failed};

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
impl<S, T> Transform<S, ServiceRequest> for CsrfGuard<T>
where
    Layered<S, Self>: Service<ServiceRequest>,
{
    type Response = <Layered<S, Self> as Service<ServiceRequest>>::Response;
    type Error = <Layered<S, Self> as Service<ServiceRequest>>::Error;
    type Transform = Layered<S, Self>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(self.layer(inner)))
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
        let checks = match checks_left(&*request.extensions()) {
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
        match self {
            GuardedRejection::Inner(error) => error.error_response(),
            GuardedRejection::Refused(refusal) => failed(Failure::Csrf(*refusal)),
            GuardedRejection::NoGuard => failed(Failure::Setup(self.to_string())),
        }
    }
}
