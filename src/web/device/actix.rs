//! [`DeviceLayer`] as middleware of actix-web. Features `actix` and `device-bound`.

use std::{
    future::{Ready, ready},
    pin::Pin,
};

use actix_web::{
    Error, HttpResponse,
    body::{BoxBody, EitherBody},
    dev::{self, Service, ServiceRequest, ServiceResponse, Transform},
    http::{StatusCode, header::HeaderName, header::HeaderValue},
};
use tower_layer::Layer;

use super::layer::{DeviceLayer, DeviceService};
use crate::{state::Payload, web::parts_of};

/// With feature `actix`, the layer is middleware. `App` runs the one that is added last first, so add it after a
/// CSRF guard: `App::new().wrap(guard).wrap(layer)`.
///
/// # Examples
///
/// ```
/// use actix_web::{App, test};
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, csrf::CsrfGuard};
/// use hardtack::{device::DeviceBound, web::DeviceLayer};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .device_bound(DeviceBound::at("/.session"))
///     .build()?;
/// let app = App::new()
///     .wrap(CsrfGuard::new())
///     .wrap(DeviceLayer::new(SessionLayer::new(cookie)));
/// let request = test::TestRequest::post().uri("/.session/register");
/// # actix_web::rt::System::new().block_on(async {
/// let app = test::init_service(app).await;
/// let response = test::call_service(&app, request.to_request()).await;
/// assert_eq!(response.status(), 400); // the request proves nothing
/// # });
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
impl<S, B, T, W> Transform<S, ServiceRequest> for DeviceLayer<T, W>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
    T: Payload,
    W: Clone + Send + Sync + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Transform = DeviceService<S, T, W>;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(self.layer(inner)))
    }
}

impl<S, B, T, W> Service<ServiceRequest> for DeviceService<S, T, W>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error>,
    S::Future: 'static,
    B: 'static,
    T: Payload,
    W: Clone + Send + Sync + 'static,
{
    type Response = ServiceResponse<EitherBody<B>>;
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Error>>>>;

    dev::forward_ready!(inner);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let is_ours = self
            .layer
            .is_for_device(request.method().as_str(), request.path());
        let parts = is_ours.then(|| parts_of(&request)).flatten();
        if let Some(answer) = parts.and_then(|parts| self.layer.answer_device(&parts)) {
            let response = request.into_response(converted(answer));
            return Box::pin(ready(Ok(response.map_into_right_body())));
        }
        let inner = Service::call(&self.inner, request);
        Box::pin(async move { Ok(inner.await?.map_into_left_body()) })
    }
}

fn converted(answer: http::Response<String>) -> HttpResponse<BoxBody> {
    let (head, body) = answer.into_parts();
    let status = StatusCode::from_u16(head.status.as_u16());
    let mut response = HttpResponse::new(status.expect("every answer has a known status"));
    for (name, value) in &head.headers {
        let name = HeaderName::from_bytes(name.as_str().as_bytes()).expect("it is a name");
        let is_sensitive = value.is_sensitive();
        let mut value = HeaderValue::from_bytes(value.as_bytes()).expect("it is a value");
        value.set_sensitive(is_sensitive);
        response.headers_mut().append(name, value);
    }
    response.set_body(BoxBody::new(body))
}
