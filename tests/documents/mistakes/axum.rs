use axum::{Router, body::Body, routing::any};
use hardtack::{
    Session, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
    session::Payload,
};
use http::Request;
use tower::ServiceExt;

use super::{Framework, Login, Order, full, home, order};
use crate::common::block_on;

pub(super) struct Axum;

impl Framework for Axum {
    fn ask<T: Payload>(
        guard: Option<CsrfGuard>,
        sessions: &[SessionLayer<T>],
        request: Request<String>,
    ) -> u16 {
        let mut app = Router::new()
            .route("/", any(home))
            .route("/app", any(home))
            .route("/full", any(full))
            .route("/order", any(order))
            .route("/login", any(async |_: Session<Login>| "hello"))
            .route("/form", any(async |_: GuardedForm<Order>| "done"))
            .route("/done", any(async || "done"));
        if let Some(guard) = guard {
            app = app.layer(guard);
        }
        for layer in sessions {
            app = app.layer(layer.clone());
        }
        let answer = block_on(app.oneshot(request.map(Body::from)));
        answer.unwrap().status().as_u16()
    }
}
