//! The session in handlers of tower, axum and actix-web.

use std::convert::Infallible;
#[cfg(any(feature = "axum", feature = "actix"))]
use std::sync::Arc;

use http::{Request, Response};
use tower::{Layer, ServiceExt, service_fn};

use super::{
    acts::at_once,
    adapters::{Adapter, Exchange},
    scene::Carrier,
};
use crate::{
    Session, SessionLayer,
    base::{clone_by_fields, time::system_time},
    state::Payload,
};

/// A session about which no extractor asks.
pub(super) struct Own<T> {
    pub(super) session: Session<T>,
}

clone_by_fields!(Own<T> { session });

pub(super) fn own<T>(session: Session<T>) -> Own<T> {
    Own { session }
}

/// What handlers get.
pub(super) trait Wrapped: Clone + Send + Sync + 'static {}

impl<W: Clone + Send + Sync + 'static> Wrapped for W {}

impl<T: Payload> Exchange<'_, T> {
    pub(super) fn layer(&self, carrier: Carrier<T>) -> SessionLayer<T> {
        let layer = match carrier {
            Carrier::Cookie(cookie) => SessionLayer::new(cookie),
            Carrier::Header(tokens) => SessionLayer::in_header(tokens),
        };
        let layer = layer.clock(system_time(self.scene.now));
        match self.scene.context {
            Some(_) => layer,
            None => layer.context_by(|_| None),
        }
    }

    pub(super) fn through_layer<W: Wrapped>(
        &self,
        adapter: Adapter,
        layer: SessionLayer<T, W>,
    ) -> Response<()> {
        match adapter {
            Adapter::Tower => self.through_tower(layer),
            #[cfg(feature = "axum")]
            Adapter::Axum => self.through_axum(layer),
            #[cfg(feature = "actix")]
            Adapter::Actix => self.through_actix(layer),
            other => unreachable!("{other:?} is no layer, or not compiled"),
        }
    }

    fn request<B>(&self, body: B) -> Request<B> {
        let mut request = Request::new(body);
        *request.headers_mut() = self.scene.request();
        request
    }

    fn through_tower<W: Wrapped>(&self, layer: SessionLayer<T, W>) -> Response<()> {
        let service = layer.layer(service_fn(|request: Request<()>| async move {
            let session = match request.extensions().get() {
                Some(Own { session }) => session.clone(),
                None => Session::<T>::from_extensions(request.extensions())
                    .await
                    .unwrap(),
            };
            drop(request);
            (self.work)(&session);
            Ok::<_, Infallible>(self.answer(()))
        }));
        let Ok(response) = at_once(service.oneshot(self.request(())));
        response
    }

    #[cfg(feature = "axum")]
    fn through_axum<W: Wrapped>(&self, layer: SessionLayer<T, W>) -> Response<()> {
        use axum::{Router, body::Body, extract::FromRequestParts, routing::get};

        let (work, answer) = (Arc::clone(&self.work), self.answer(()));
        let handler = async move |request: Request<Body>| {
            let (mut parts, _) = request.into_parts();
            let session = match parts.extensions.remove() {
                Some(Own { session }) => session,
                None => Session::<T>::from_request_parts(&mut parts, &())
                    .await
                    .unwrap(),
            };
            drop(parts);
            work(&session);
            answer.map(|()| Body::empty())
        };
        let router = Router::new().route("/", get(handler)).layer(layer);
        let Ok(response) = at_once(router.oneshot(self.request(Body::empty())));
        let mut response = response.map(drop);
        response.headers_mut().remove("content-length");
        response
    }

    #[cfg(feature = "actix")]
    fn through_actix<W: Wrapped>(&self, layer: SessionLayer<T, W>) -> Response<()> {
        use actix_web::{App, FromRequest, HttpMessage, HttpRequest, dev, test, web};

        use super::actix_types::{answer_of, request_of, response_of};

        let (work, answer) = (Arc::clone(&self.work), self.answer(()));
        let handler = move |request: HttpRequest| {
            let (work, answer) = (Arc::clone(&work), answer.clone());
            async move {
                let own = request.extensions_mut().remove();
                let session = match own {
                    Some(Own { session }) => session,
                    None => Session::<T>::from_request(&request, &mut dev::Payload::None)
                        .await
                        .unwrap(),
                };
                work(&session);
                answer_of(answer.status(), answer.headers())
            }
        };
        let app = App::new().route("/", web::get().to(handler)).wrap(layer);
        let response = at_once(async {
            let app = test::init_service(app).await;
            let request = request_of(self.request(String::new())).to_request();
            response_of(test::call_service(&app, request).await).await
        });
        response.map(drop)
    }
}
