//! The ways of calling a function over HTTP: an HTTP request becomes an event, and its answer an HTTP response.
//!
//! The events have the shape of the examples in the AWS documentation:
//! [REST API](https://docs.aws.amazon.com/lambda/latest/dg/services-apigateway.html),
//! [HTTP API](https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html),
//! [function URL](https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html),
//! [load balancer](https://docs.aws.amazon.com/elasticloadbalancing/latest/application/lambda-functions.html).

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, request::Parts},
};
use serde_json::{Map, Value, json};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Front {
    /// API Gateway, payload format 1.0, with the stage `prod`.
    RestApi,
    /// API Gateway, payload format 2.0.
    HttpApi,
    FunctionUrl,
    Alb {
        multi_value: bool,
    },
}

impl Front {
    pub(crate) fn event(self, request: &Parts, body: &str) -> Value {
        let (method, path) = (request.method.as_str(), request.uri.path());
        let (single, multi) = (single(&request.headers), multi(&request.headers));
        match self {
            Front::RestApi => json!({
                "resource": "/{proxy+}",
                "path": path,
                "httpMethod": method,
                "headers": single,
                "multiValueHeaders": multi,
                "queryStringParameters": null,
                "multiValueQueryStringParameters": null,
                "pathParameters": {"proxy": path.trim_start_matches('/')},
                "stageVariables": null,
                "requestContext": {
                    "accountId": "123456789012",
                    "apiId": "1234567890",
                    "domainName": "1234567890.execute-api.us-east-1.amazonaws.com",
                    "httpMethod": method,
                    "identity": {"sourceIp": "127.0.0.1", "userAgent": "test"},
                    "path": format!("/prod{path}"),
                    "protocol": "HTTP/1.1",
                    "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
                    "resourceId": "123456",
                    "resourcePath": "/{proxy+}",
                    "stage": "prod",
                },
                "body": body,
                "isBase64Encoded": false,
            }),
            Front::HttpApi => version_2(request, body, "id.execute-api.us-east-1.amazonaws.com"),
            Front::FunctionUrl => version_2(request, body, "id.lambda-url.eu-west-2.on.aws"),
            Front::Alb { multi_value } => {
                let mut event = json!({
                    "requestContext": {"elb": {"targetGroupArn":
                        "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/x/6d0ecf831eec9f09"}},
                    "httpMethod": method,
                    "path": path,
                    "queryStringParameters": {},
                    "body": body,
                    "isBase64Encoded": false,
                });
                let (name, headers) = if multi_value {
                    ("multiValueHeaders", multi)
                } else {
                    ("headers", single)
                };
                event[name] = headers;
                event
            }
        }
    }

    pub(crate) fn response(self, answer: &Value) -> Response<Body> {
        let status = answer["statusCode"].as_u64().unwrap();
        let mut response =
            Response::new(Body::from(answer["body"].as_str().unwrap_or("").to_owned()));
        *response.status_mut() = StatusCode::from_u16(status.try_into().unwrap()).unwrap();
        let fields = response.headers_mut();
        match self {
            Front::RestApi => {
                append_single(&answer["headers"], fields);
                append_multi(&answer["multiValueHeaders"], fields);
            }
            Front::HttpApi | Front::FunctionUrl => {
                append_single(&answer["headers"], fields);
                for cookie in answer["cookies"].as_array().into_iter().flatten() {
                    append("set-cookie", cookie, fields);
                }
            }
            // A load balancer reads one of the two, by a setting of its target group.
            Front::Alb { multi_value: true } => append_multi(&answer["multiValueHeaders"], fields),
            Front::Alb { multi_value: false } => append_single(&answer["headers"], fields),
        }
        response
    }
}

/// Cookies come in a list, and are not among the headers.
fn version_2(request: &Parts, body: &str, host: &str) -> Value {
    let (method, path) = (request.method.as_str(), request.uri.path());
    let mut headers = single(&request.headers);
    let cookies = headers.as_object_mut().unwrap().remove("cookie");
    let mut event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": "",
        "headers": headers,
        "requestContext": {
            "accountId": "123456789012",
            "apiId": "id",
            "domainName": host,
            "domainPrefix": "id",
            "http": {
                "method": method,
                "path": path,
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "test",
            },
            "requestId": "id",
            "routeKey": "$default",
            "stage": "$default",
            "time": "12/Mar/2026:19:03:58 +0000",
            "timeEpoch": 1_773_342_238_390_u64,
        },
        "body": body,
        "isBase64Encoded": false,
    });
    if let Some(cookies) = cookies {
        event["cookies"] = cookies.as_str().unwrap().split("; ").collect();
    }
    event
}

/// Of several fields of a name the last one counts.
fn single(headers: &HeaderMap) -> Value {
    let fields = headers.iter();
    fields
        .map(|(name, value)| (name.to_string(), json!(value.to_str().unwrap())))
        .collect::<Map<_, _>>()
        .into()
}

fn multi(headers: &HeaderMap) -> Value {
    let mut fields = Map::new();
    for name in headers.keys() {
        let values = headers.get_all(name).iter();
        let values: Vec<_> = values.map(|value| value.to_str().unwrap()).collect();
        fields.insert(name.to_string(), json!(values));
    }
    fields.into()
}

fn append_single(headers: &Value, fields: &mut HeaderMap) {
    for (name, value) in headers.as_object().into_iter().flatten() {
        append(name, value, fields);
    }
}

fn append_multi(headers: &Value, fields: &mut HeaderMap) {
    for (name, values) in headers.as_object().into_iter().flatten() {
        for value in values.as_array().unwrap() {
            append(name, value, fields);
        }
    }
}

fn append(name: &str, value: &Value, fields: &mut HeaderMap) {
    let name: HeaderName = name.parse().unwrap();
    fields.append(
        name,
        HeaderValue::from_str(value.as_str().unwrap()).unwrap(),
    );
}
