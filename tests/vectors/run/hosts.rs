//! The host of a request (SPEC.md § 15.9).

use http::{HeaderValue, Request, header::HOST};
use serde::Deserialize;

use super::for_each;
use crate::web::host_of;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    scheme: Option<String>,
    authority: Option<String>,
    fields: Vec<String>,
    host: Option<String>,
}

#[test]
fn a_request_has_one_host_or_none() {
    for_each("hosts", |name, vector: Vector| {
        let mut request = Request::builder().uri(match (&vector.scheme, &vector.authority) {
            (Some(scheme), Some(authority)) => format!("{scheme}://{authority}/"),
            (_, authority) => authority.clone().unwrap_or("/".to_owned()),
        });
        for field in vector.fields {
            request = request.header(HOST, HeaderValue::from_bytes(field.as_bytes()).unwrap());
        }
        let (request, ()) = request.body(()).unwrap().into_parts();
        assert_eq!(host_of(&request), vector.host, "{name}");
    });
}
