//! The middleware of actix-web, and actix-cors.

use actix_cors::Cors;
use actix_web::{
    App, HttpResponse, Result,
    dev::ServiceResponse,
    http::StatusCode,
    middleware::{
        Compress, Condition, DefaultHeaders, ErrorHandlerResponse, ErrorHandlers, Logger,
        NormalizePath,
    },
    test,
    web::{ServiceConfig, get, post},
};
use hardtack::Session;
use http::Response;

use super::{
    Beside, CROSS_SITE, Case, Change, LONG, Order, UNREADABLE, UNSAVED, change, counting_errors,
    differences, full, guard, inside_update, layer, read, request, sign_in, sign_out,
};
use crate::common::{
    actix::{request_of, response_of},
    block_on,
};

type Add = fn(Order, &Case) -> Response<Vec<u8>>;

fn routes(app: &mut ServiceConfig) {
    app.route("/read", get().to(read))
        .route("/change", get().to(change))
        .route("/form", post().to(change))
        .route("/sign-in", get().to(sign_in))
        .route("/sign-out", get().to(sign_out))
        .route("/full", get().to(full))
        .route("/inside-update", get().to(inside_update))
        .route("/fails", get().to(fails))
        .route("/fails-after-sign-out", get().to(fails_after_sign_out));
}

async fn fails(session: Session) -> HttpResponse {
    session.insert("half", 1).unwrap();
    HttpResponse::InternalServerError().body("broken")
}

async fn fails_after_sign_out(session: Session) -> HttpResponse {
    session.invalidate().unwrap();
    HttpResponse::InternalServerError().body("broken")
}

/// Each `wrap` makes another type of an `App`.
macro_rules! wrapped {
    ($layer:expr) => {
        |order, case| {
            let app = || App::new().configure(routes);
            match order {
                Order::Inside => asked!(app().wrap($layer).wrap(guard()).wrap(layer(case)), case),
                Order::Between => asked!(app().wrap(guard()).wrap($layer).wrap(layer(case)), case),
                Order::Outside => asked!(app().wrap(guard()).wrap(layer(case)).wrap($layer), case),
            }
        }
    };
}

macro_rules! asked {
    ($app:expr, $case:expr) => {
        block_on(async {
            let app = test::init_service($app).await;
            let request = request_of(request($case)).to_request();
            response_of(test::call_service(&app, request).await).await
        })
    };
}

fn error_handlers<B: 'static>(
    handler: fn(ServiceResponse<B>) -> Result<ErrorHandlerResponse<B>>,
) -> ErrorHandlers<B> {
    [403, 413, 500, 503]
        .into_iter()
        .fold(ErrorHandlers::new(), |handlers, status| {
            handlers.handler(StatusCode::from_u16(status).unwrap(), handler)
        })
}

fn page<B>(response: ServiceResponse<B>) -> Result<ErrorHandlerResponse<B>> {
    let (status, request) = (response.status(), response.into_parts().0);
    let page = HttpResponse::build(status).body("own page");
    let page = ServiceResponse::new(request, page).map_into_right_body();
    Ok(ErrorHandlerResponse::Response(page))
}

fn with_a_field<B>(mut response: ServiceResponse<B>) -> Result<ErrorHandlerResponse<B>> {
    let name = "x-seen".parse().unwrap();
    response.headers_mut().insert(name, "1".parse().unwrap());
    Ok(ErrorHandlerResponse::Response(
        response.map_into_left_body(),
    ))
}

const BESIDE: &[Beside<Add>] = &[
    Beside::new(
        "nothing",
        wrapped!(Condition::new(false, Logger::default())),
    ),
    Beside {
        fields: &[
            ("access-control-allow-origin", "https://example.com"),
            ("vary", ""),
        ],
        ..Beside::new(
            "Cors",
            wrapped!(
                Cors::default()
                    .allowed_origin("https://example.com")
                    .allowed_methods(["GET", "POST"])
            ),
        )
    },
    Beside::new("Compress", wrapped!(Compress::default())),
    Beside {
        fields: &[("x-frame-options", "DENY")],
        ..Beside::new(
            "DefaultHeaders",
            wrapped!(DefaultHeaders::new().add(("x-frame-options", "DENY"))),
        )
    },
    Beside {
        orders: &[Order::Outside],
        caching: Some(PUBLIC),
        ..Beside::new(
            "a default of Cache-Control",
            wrapped!(DefaultHeaders::new().add(("cache-control", PUBLIC))),
        )
    },
    Beside {
        page: Some("own page"),
        orders: &[Order::Inside, Order::Between],
        ..Beside::new("ErrorHandlers with a page", wrapped!(error_handlers(page)))
    },
    Beside::new(
        "ErrorHandlers with a field",
        wrapped!(error_handlers(with_a_field)),
    ),
    Beside::new("Logger", wrapped!(Logger::default())),
    Beside::new("NormalizePath", wrapped!(NormalizePath::trim())),
];

const PUBLIC: &str = "public, max-age=60";

test_cases!(check);

/// Beside each middleware, both do what each does alone.
#[track_caller]
fn check(case: &Case) {
    let mut wrong = Vec::new();
    for beside in BESIDE {
        for order in beside.orders {
            let mut response = None;
            let errors = counting_errors(|| response = Some((beside.add)(*order, case)));
            let response = response.unwrap();
            wrong.extend(differences(beside, *order, case, &response, errors));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
