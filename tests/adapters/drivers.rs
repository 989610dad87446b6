//! A driver for each framework: one request through an application, and its response with the words of [`words`].

use http::{Request, Response};

use crate::common::{block_on, words};

#[cfg(feature = "axum")]
pub(crate) fn through_axum(app: axum::Router, request: Request<String>) -> Response<String> {
    use axum::body::{Body, to_bytes};
    use tower::ServiceExt;

    block_on(async {
        let Ok(response) = app.oneshot(request.map(Body::from)).await;
        let (head, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        let body = words(body, head.extensions.get());
        Response::from_parts(head, body)
    })
}

/// `configure` adds the layers as those of a scope, because an `App` with a layer has another type.
#[cfg(feature = "actix")]
pub(crate) fn through_actix(
    configure: impl FnOnce(&mut actix_web::web::ServiceConfig),
    request: Request<String>,
) -> Response<String> {
    use crate::common::actix::{request_of, response_of};
    use actix_web::{App, dev::ServiceResponse, test};
    use hardtack::web::Failure;

    block_on(async {
        let app = test::init_service(App::new().configure(configure)).await;
        let response: ServiceResponse<_> =
            test::call_service(&app, request_of(request).to_request()).await;
        let failure = response.response().extensions().get::<Failure>().cloned();
        let answer = response_of(response).await;
        answer.map(|body| words(String::from_utf8(body).unwrap(), failure.as_ref()))
    })
}
