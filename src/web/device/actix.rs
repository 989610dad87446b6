//! [`DeviceLayer`] as middleware of actix-web. Features `actix` and `device-bound`.

use std::future::{Ready, ready};

use actix_web::dev::{Service, ServiceRequest, Transform};
use tower_layer::Layer;

use super::layer::DeviceLayer;

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
impl<S, T, W> Transform<S, ServiceRequest> for DeviceLayer<T, W>
where
    <Self as Layer<S>>::Service: Service<ServiceRequest>,
{
    type Response = <Self::Transform as Service<ServiceRequest>>::Response;
    type Error = <Self::Transform as Service<ServiceRequest>>::Error;
    type Transform = <Self as Layer<S>>::Service;
    type InitError = ();
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, inner: S) -> Self::Future {
        ready(Ok(self.layer(inner)))
    }
}
