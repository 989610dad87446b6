use std::fmt;

use http::{Response, request::Parts};
use tower_layer::Layer;

use crate::{
    base::clone_by_fields,
    session::Session,
    state::{Map, Payload},
    web::{
        context_by::Place, framework::Extensions, gate::Gate, layer::SessionLayer,
        pending::AnyCarrier, service::Layered,
    },
};

/// A [`SessionLayer`] that also answers the two requests of a browser whose sessions are
/// [bound to its device](crate::carrier::SessionCookieBuilder::device_bound). Features `device-bound` and `tower`.
///
/// Add it after every other layer that may refuse a request, such as a CSRF guard, so that it is around them. In axum,
/// add it to the outermost router, after the fallback: inside `nest` or `route_layer` it does not see these two
/// requests.
///
/// # Examples
///
/// ```
/// use hardtack::{EncryptionKey, SessionCookie, SessionLayer, device::DeviceBound, web::DeviceLayer};
///
/// let cookie = SessionCookie::encrypted(EncryptionKey::generate()?)
///     .device_bound(DeviceBound::at("/.session"))
///     .build()?;
/// let layer = DeviceLayer::new(SessionLayer::new(cookie));
/// # Ok::<_, Box<dyn std::error::Error>>(())
/// ```
pub struct DeviceLayer<T = Map, W = Session<T>>(SessionLayer<T, W>);

impl<T, W> DeviceLayer<T, W> {
    /// Adds the endpoints to `layer`, with its clock and its contexts.
    pub fn new(layer: SessionLayer<T, W>) -> DeviceLayer<T, W> {
        DeviceLayer(layer)
    }
}

impl<T: Payload, W> Gate for DeviceLayer<T, W> {
    fn concerns(&self, method: &str, path: &str) -> bool {
        matches!(&*self.0.carrier, AnyCarrier::Cookie(cookie)
            if cookie.device_endpoint(method, path).is_some())
    }

    fn answer(&self, request: &Parts, _: &mut impl Extensions) -> Option<Response<String>> {
        let DeviceLayer(layer) = self;
        let AnyCarrier::Cookie(cookie) = &*layer.carrier else {
            return None;
        };
        let choose = layer.context_by.as_ref();
        let place = choose.map_or(Place::Built, |choose| choose(request).into());
        let context = match &place {
            Place::Built => Some(cookie.token.context()),
            Place::Chosen(context) => Some(context),
            Place::Nowhere => None,
        };
        cookie.answer_device_in(context, request, &layer.clock)
    }
}

impl<S, T, W> Layer<S> for DeviceLayer<T, W> {
    type Service = Layered<Layered<S, SessionLayer<T, W>>, Self>;

    fn layer(&self, inner: S) -> Self::Service {
        Layered {
            inner: self.0.layer(inner),
            layer: self.clone(),
        }
    }
}

clone_by_fields!(DeviceLayer < T, W > { 0 });

impl<T, W> fmt::Debug for DeviceLayer<T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("DeviceLayer").field(&self.0).finish()
    }
}

#[cfg(feature = "actix")]
crate::web::actix::middleware! {
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
    DeviceLayer<T, W>
}
