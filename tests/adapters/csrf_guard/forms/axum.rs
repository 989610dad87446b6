use axum::{Json, Router, routing::any};
use hardtack::{
    SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use http::{Request, Response};

use super::{
    super::{
        common::{Login, at, builder_of, cookie},
        drivers::through_axum,
        visitor_of,
    },
    Amount, FORM, Note, Transfer, form, in_forms, layer, sent_to,
};

fn routes() -> Router {
    let form = async |GuardedForm(Amount { amount }): GuardedForm<Amount>| format!("sent {amount}");
    let json = async |Json(Transfer { amount }): Json<Transfer>| format!("sent {amount}");
    Router::new()
        .route("/form", any(form))
        .route("/button", any(async |_: GuardedForm| "signed out"))
        .route(
            "/note",
            any(async |GuardedForm(note): GuardedForm<Note>| note.text),
        )
        .route("/json", any(json))
        .route("/plain", any(async || "sent unread"))
}

pub(super) fn ask(guards: &[CsrfGuard], request: Request<String>) -> Response<String> {
    let add = |app: Router, guard: &CsrfGuard| app.layer(guard.clone());
    let app = guards.iter().fold(routes(), add);
    through_axum(app.layer(layer()), request)
}

#[test]
fn a_token_has_to_pass_every_guard_though_their_sessions_differ() {
    let logins = builder_of::<Login>().name("__Host-login").build().unwrap();
    let (pair, token) = visitor_of(&cookie());
    let mut of_login = String::new();
    let login = logins
        .cookie_for(at(0), |login| {
            of_login = login.csrf_token()?;
            login.update(|login| login.visits = 1)
        })
        .unwrap();
    let both = format!("{pair}; {login}");
    let sessions = |app: Router| {
        app.layer(layer())
            .layer(SessionLayer::new(logins.clone()).clock(at(1)))
    };
    let ask = |app: &Router, header, field| {
        let request = sent_to("/form", &both, FORM, header).body(form(field));
        through_axum(app.clone(), request.unwrap()).status()
    };
    let typed = || CsrfGuard::new().typed::<Login>().tokens_in_forms();
    for app in [
        sessions(routes().layer(in_forms()).layer(typed())),
        sessions(routes().layer(typed()).layer(in_forms())),
    ] {
        for token in [&token, &of_login] {
            assert_eq!(ask(&app, None, token), 403);
            assert_eq!(ask(&app, Some(token), ""), 403, "in the header");
        }
    }
    for (app, token) in [
        (sessions(routes().layer(in_forms())), &token),
        (sessions(routes().layer(typed())), &of_login),
    ] {
        assert_eq!(ask(&app, None, token), 200);
    }
}
