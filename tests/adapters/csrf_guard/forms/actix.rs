use actix_web::web::{self, Json};
use hardtack::csrf::{CsrfGuard, GuardedForm};
use http::{Request, Response};

use super::{Amount, Note, Transfer, layer};

pub(super) fn ask(guards: &[CsrfGuard], request: Request<String>) -> Response<String> {
    let form = async |GuardedForm(Amount { amount }): GuardedForm<Amount>| format!("sent {amount}");
    let json = async |Json(Transfer { amount }): Json<Transfer>| format!("sent {amount}");
    let scope = web::scope("")
        .route("/form", web::route().to(form))
        .route(
            "/button",
            web::route().to(async |_: GuardedForm| "signed out"),
        )
        .route(
            "/note",
            web::route().to(async |GuardedForm(note): GuardedForm<Note>| note.text),
        )
        .route("/json", web::route().to(json))
        .route("/plain", web::route().to(async || "sent unread"));
    let configure = |app: &mut web::ServiceConfig| {
        match guards {
            [] => app.service(scope.wrap(layer())),
            [guard] => app.service(scope.wrap(guard.clone()).wrap(layer())),
            [inner, outer] => {
                let guarded = scope.wrap(inner.clone()).wrap(outer.clone());
                app.service(guarded.wrap(layer()))
            }
            _ => panic!("three guards"),
        };
    };
    crate::adapters::drivers::through_actix(configure, request)
}
