use actix_web::web;
use hardtack::{
    Session, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
    session::Payload,
};
use http::Request;

use super::{Framework, Login, Order, full, home, order};

pub(super) struct ActixWeb;

impl Framework for ActixWeb {
    fn ask<T: Payload>(
        guard: Option<CsrfGuard>,
        sessions: &[SessionLayer<T>],
        request: Request<String>,
    ) -> u16 {
        let scope = web::scope("")
            .route("/", web::route().to(home))
            .route("/full", web::route().to(full))
            .route("/order", web::route().to(order))
            .route("/login", web::route().to(async |_: Session<Login>| "hello"))
            .route(
                "/form",
                web::route().to(async |_: GuardedForm<Order>| "done"),
            )
            .route("/done", web::route().to(async || "done"));
        let configure = |app: &mut web::ServiceConfig| {
            match (guard, sessions) {
                (None, []) => app.service(scope),
                (None, [layer]) => app.service(scope.wrap(layer.clone())),
                (None, [inner, outer]) => {
                    app.service(scope.wrap(inner.clone()).wrap(outer.clone()))
                }
                (Some(guard), [layer]) => app.service(scope.wrap(guard).wrap(layer.clone())),
                _ => panic!("a guard needs one layer"),
            };
        };
        crate::adapters::actix::send(configure, request)
            .status()
            .as_u16()
    }
}
