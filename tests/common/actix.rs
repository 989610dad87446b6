//! Requests and responses of actix-web, which has types of its own. Needs the feature `actix`.

use actix_web::{
    HttpResponse,
    body::{self, MessageBody},
    dev::ServiceResponse,
    http::{StatusCode, header},
    test::TestRequest,
};
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response};

/// The same request in actix-web's types.
pub(crate) fn request_of(request: Request<String>) -> TestRequest {
    let (parts, body) = request.into_parts();
    let method = parts.method.as_str().as_bytes();
    let mut request = TestRequest::with_uri(&parts.uri.to_string())
        .method(actix_web::http::Method::from_bytes(method).unwrap())
        .set_payload(body);
    for (name, value) in &parts.headers {
        request = request.append_header((name.as_str(), value.as_bytes()));
    }
    request
}

/// A response with this status and these fields.
pub(crate) fn answer_of(status: http::StatusCode, headers: &HeaderMap) -> HttpResponse {
    let mut response = HttpResponse::new(StatusCode::from_u16(status.as_u16()).unwrap());
    for (name, value) in headers {
        let name = header::HeaderName::from_bytes(name.as_ref()).unwrap();
        let value = header::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        response.headers_mut().append(name, value);
    }
    response
}

/// The same response in the types of the crate `http`.
pub(crate) async fn response_of<B: MessageBody>(response: ServiceResponse<B>) -> Response<Vec<u8>> {
    let mut answer = Response::new(Vec::new());
    *answer.status_mut() = response.status().as_u16().try_into().unwrap();
    for (name, value) in response.headers() {
        answer.headers_mut().append(
            HeaderName::from_bytes(name.as_str().as_bytes()).unwrap(),
            HeaderValue::from_bytes(value.as_bytes()).unwrap(),
        );
    }
    let body = body::to_bytes(response.into_body()).await;
    let Ok(body) = body else {
        panic!("the body failed")
    };
    *answer.body_mut() = body.to_vec();
    answer
}
