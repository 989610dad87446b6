//! tower-http and functions of axum.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{
        HeaderValue, Method, StatusCode,
        header::{CACHE_CONTROL, COOKIE, HeaderName, ORIGIN, SET_COOKIE, VARY},
    },
    middleware::{Next, from_fn, map_response},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use hardtack::Session;
use tower::ServiceExt;
use tower_http::{
    catch_panic::CatchPanicLayer,
    compression::CompressionLayer,
    cors::CorsLayer,
    decompression::RequestDecompressionLayer,
    limit::RequestBodyLimitLayer,
    normalize_path::NormalizePathLayer,
    propagate_header::PropagateHeaderLayer,
    request_id::{MakeRequestId, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    sensitive_headers::SetSensitiveHeadersLayer,
    set_header::SetResponseHeaderLayer,
    timeout::TimeoutLayer,
    trace::TraceLayer,
};

use super::{
    Beside, CROSS_SITE, Case, Change, LONG, ORDERS, Order, UNREADABLE, UNSAVED, change,
    counting_errors, differences, full, guard, inside_update, layer, read, request, sign_in,
    sign_out,
};
use crate::common::block_on;

type Add = fn(Router) -> Router;

fn routes() -> Router {
    let broken = || (StatusCode::INTERNAL_SERVER_ERROR, "broken");
    Router::new()
        .route("/read", get(read))
        .route("/change", get(change))
        .route("/form", post(change))
        .route("/sign-in", get(sign_in))
        .route("/sign-out", get(sign_out))
        .route("/full", get(full))
        .route("/inside-update", get(inside_update))
        .route(
            "/fails",
            get(async move |session: Session| {
                session.insert("half", 1).unwrap();
                broken()
            }),
        )
        .route(
            "/fails-after-sign-out",
            get(async move |session: Session| {
                session.invalidate().unwrap();
                broken()
            }),
        )
}

fn served(add: Add, order: Order, case: &Case) -> Router {
    let at = |here, router| if here == order { add(router) } else { router };
    let router = at(Order::Inside, routes()).layer(guard());
    let router = at(Order::Between, router).layer(layer(case));
    at(Order::Outside, router)
}

#[derive(Clone, Copy)]
struct Same;

impl MakeRequestId for Same {
    fn make_request_id<B>(&mut self, _: &axum::http::Request<B>) -> Option<RequestId> {
        Some(RequestId::new(HeaderValue::from_static("r1")))
    }
}

async fn page(response: Response) -> Response {
    match response.status().as_u16() {
        400.. => (response.status(), "own page").into_response(),
        _ => response,
    }
}

const fn set(name: HeaderName, value: &'static str) -> (HeaderName, HeaderValue) {
    (name, HeaderValue::from_static(value))
}

const BESIDE: &[Beside<Add>] = &[
    Beside::new("nothing", |router| router),
    Beside {
        fields: &[("access-control-allow-origin", "https://example.com")],
        ..Beside::new("CorsLayer", |router| {
            let origin = HeaderValue::from_static("https://example.com");
            let cors = CorsLayer::new()
                .allow_origin(origin)
                .allow_credentials(true);
            router.layer(cors.allow_methods([Method::GET, Method::POST]))
        })
    },
    Beside {
        fields: &[("vary", "")],
        ..Beside::new("CompressionLayer", |router| {
            router.layer(CompressionLayer::new())
        })
    },
    Beside::new("RequestDecompressionLayer", |router| {
        router.layer(RequestDecompressionLayer::new())
    }),
    Beside {
        fields: &[("x-request-id", "r1")],
        ..Beside::new("SetRequestIdLayer, PropagateRequestIdLayer", |router| {
            let propagate = PropagateRequestIdLayer::x_request_id();
            router
                .layer(propagate)
                .layer(SetRequestIdLayer::x_request_id(Same))
        })
    },
    Beside {
        fields: &[("origin", "https://example.com")],
        ..Beside::new("PropagateHeaderLayer", |router| {
            router.layer(PropagateHeaderLayer::new(ORIGIN))
        })
    },
    Beside {
        fields: &[("x-frame-options", "DENY")],
        ..Beside::new("SetResponseHeaderLayer::overriding", |router| {
            let (name, value) = set(HeaderName::from_static("x-frame-options"), "DENY");
            router.layer(SetResponseHeaderLayer::overriding(name, value))
        })
    },
    Beside {
        fields: &[("set-cookie", "lang=sv")],
        ..Beside::new("SetResponseHeaderLayer::appending a cookie", |router| {
            let (name, value) = set(SET_COOKIE, "lang=sv");
            router.layer(SetResponseHeaderLayer::appending(name, value))
        })
    },
    Beside {
        fields: &[("vary", "accept-language")],
        ..Beside::new("SetResponseHeaderLayer::appending to Vary", |router| {
            let (name, value) = set(VARY, "accept-language");
            router.layer(SetResponseHeaderLayer::appending(name, value))
        })
    },
    Beside {
        orders: &[Order::Outside],
        caching: Some(PUBLIC),
        ..Beside::new("a default of Cache-Control", |router| {
            let (name, value) = set(CACHE_CONTROL, PUBLIC);
            router.layer(SetResponseHeaderLayer::if_not_present(name, value))
        })
    },
    Beside {
        orders: &[Order::Inside],
        caching: Some(PUBLIC),
        ..Beside::new("a Cache-Control for all pages", |router| {
            let (name, value) = set(CACHE_CONTROL, PUBLIC);
            router.layer(SetResponseHeaderLayer::overriding(name, value))
        })
    },
    Beside::new("TimeoutLayer", |router| {
        let timeout = Duration::from_secs(600);
        router.layer(TimeoutLayer::with_status_code(
            StatusCode::REQUEST_TIMEOUT,
            timeout,
        ))
    }),
    Beside::new("RequestBodyLimitLayer", |router| {
        router.layer(RequestBodyLimitLayer::new(2_000))
    }),
    Beside::new("CatchPanicLayer", |router| {
        router.layer(CatchPanicLayer::new())
    }),
    Beside::new("TraceLayer", |router| {
        router.layer(TraceLayer::new_for_http())
    }),
    Beside::new("SetSensitiveHeadersLayer", |router| {
        router.layer(SetSensitiveHeadersLayer::new([COOKIE, SET_COOKIE]))
    }),
    Beside::new("NormalizePathLayer", |router| {
        router.layer(NormalizePathLayer::trim_trailing_slash())
    }),
    Beside {
        page: Some("own page"),
        orders: &[Order::Inside, Order::Between],
        ..Beside::new("map_response", |router| router.layer(map_response(page)))
    },
    Beside {
        page: Some("own page"),
        orders: &[Order::Inside, Order::Between],
        ..Beside::new("from_fn", |router| {
            router.layer(from_fn(
                async |request: axum::extract::Request, next: Next| {
                    page(next.run(request).await).await
                },
            ))
        })
    },
    // The parts have no extensions then.
    Beside {
        page: Some("own page"),
        orders: &ORDERS,
        ..Beside::new("a new response with the fields of the old one", |router| {
            router.layer(map_response(async |response: Response| {
                if response.status().as_u16() < 400 {
                    return response;
                }
                let (head, _) = response.into_parts();
                let mut page = Response::new(Body::from("own page"));
                *page.status_mut() = head.status;
                *page.headers_mut() = head.headers;
                page.headers_mut().remove("content-length");
                page
            }))
        })
    },
];

const PUBLIC: &str = "public, max-age=60";

test_cases!(check);

/// Beside each middleware, both do what each does alone.
#[track_caller]
fn check(case: &Case) {
    let mut wrong = Vec::new();
    for beside in BESIDE {
        for order in beside.orders {
            let mut answered = None;
            let errors = counting_errors(|| {
                answered = Some(block_on(async {
                    let request = request(case).map(Body::from);
                    let response = served(beside.add, *order, case).oneshot(request).await;
                    let (head, body) = response.unwrap().into_parts();
                    let body = to_bytes(body, usize::MAX).await.unwrap();
                    Response::from_parts(head, body.to_vec())
                }));
            });
            let response = answered.unwrap();
            wrong.extend(differences(beside, *order, case, &response, errors));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
