use actix_web::{
    App, HttpResponse, HttpServer,
    http::header::ContentType,
    rt,
    web::{Redirect, ServiceConfig, get, post},
};
use hardtack::{
    EncryptionKey, Session, SessionCookie, SessionError, SessionLayer,
    csrf::{CsrfGuard, GuardedForm},
};
use serde::Deserialize;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let key = EncryptionKey::generate()?; // in production: KeyRing::from_env("SESSION_KEYS")?
    let layer = SessionLayer::new(SessionCookie::encrypted(key).build()?);
    let server = HttpServer::new(move || {
        App::new()
            .configure(routes)
            .wrap(CsrfGuard::new().tokens_in_forms()) // refuses forms of other sites
            .wrap(layer.clone()) // added last, runs first
    });
    Ok(rt::System::new().block_on(server.bind(("127.0.0.1", 3001))?.run())?)
}

fn routes(config: &mut ServiceConfig) {
    config
        .route("/", get().to(home))
        .route("/sign-in", post().to(sign_in))
        .route("/sign-out", post().to(sign_out));
}

async fn home(session: Session) -> Result<HttpResponse, SessionError> {
    let (path, fields) = if session.contains_key("user") {
        ("/sign-out", "<button>Sign out</button>")
    } else {
        (
            "/sign-in",
            r#"<input name="password" type="password"> <button>Sign in</button>"#,
        )
    };
    let token = session.csrf_token()?;
    let page = format!(
        r#"<form method="post" action="{path}">
        <input type="hidden" name="csrf_token" value="{token}">
        {fields}</form>"#
    );
    Ok(HttpResponse::Ok()
        .content_type(ContentType::html())
        .body(page))
}

#[derive(Deserialize)]
struct SignIn {
    password: String,
}

async fn sign_in(
    session: Session,
    GuardedForm(form): GuardedForm<SignIn>,
) -> Result<Redirect, SessionError> {
    if form.password == "yours" {
        session.sign_in()?; // begins a new, empty session
        session.insert("user", 42)?;
    }
    Ok(Redirect::to("/").see_other())
}

async fn sign_out(session: Session, _: GuardedForm) -> Result<Redirect, SessionError> {
    session.invalidate()?;
    Ok(Redirect::to("/").see_other())
}

// What follows is not in the document.

use crate::common::{at, block_on, cookie as cookie_of_tests, pair_of};

#[test]
fn a_sign_out_needs_its_token() -> Result<(), Box<dyn std::error::Error>> {
    use actix_web::test::{TestRequest, call_service, init_service};

    let cookie = SessionCookie::encrypted(EncryptionKey::generate()?).build()?;
    let mut token = String::new();
    let field = cookie.cookie_for(std::time::SystemTime::now(), |session| {
        session.insert("user", 42)?;
        token = session.csrf_token()?;
        Ok(())
    })?;
    rt::System::new().block_on(async {
        let app = App::new()
            .configure(routes)
            .wrap(CsrfGuard::new().tokens_in_forms())
            .wrap(SessionLayer::new(cookie));
        let app = init_service(app).await;
        for (token, status) in [("", 403), (&token, 303)] {
            let form = TestRequest::post()
                .uri("/sign-out")
                .insert_header(("cookie", &*field));
            let form = form.set_form([("csrf_token", token)]);
            assert_eq!(call_service(&app, form.to_request()).await.status(), status);
        }
    });
    Ok(())
}

#[test]
fn a_visitor_of_actix_web_signs_in_and_out_by_forms_with_tokens() {
    use actix_web::test;

    block_on(async {
        let app = App::new()
            .configure(routes)
            .wrap(CsrfGuard::new().tokens_in_forms())
            .wrap(SessionLayer::new(cookie_of_tests()).clock(at(0)));
        let app = test::init_service(app).await;
        let mut cookie = String::new();
        for (path, field, status) in [
            ("/sign-in", ("password", "wrong"), 303),
            ("/sign-in", ("password", "yours"), 303),
            ("/sign-out", ("", ""), 303),
            ("/sign-in", ("name", "x"), 422),
        ] {
            let page = test::TestRequest::get().insert_header(("cookie", &*cookie));
            let page = test::call_service(&app, page.to_request()).await;
            if let Some(set) = page.headers().get("set-cookie") {
                cookie = pair_of(set.to_str().unwrap()).to_owned();
            }
            let page = String::from_utf8(test::read_body(page).await.to_vec()).unwrap();
            assert!(page.contains(&format!(r#"action="{path}""#)), "{page}");
            let (_, token) = page.split_once(r#"name="csrf_token" value=""#).unwrap();
            let (token, _) = token.split_once('"').unwrap();
            for (token, status) in [("x", 403), (token, status)] {
                let form = test::TestRequest::post().uri(path);
                let form = form.insert_header(("cookie", &*cookie));
                let form = form.set_form([("csrf_token", token), field]);
                let answer = test::call_service(&app, form.to_request()).await;
                assert_eq!(answer.status(), status, "{path}");
                if let Some(set) = answer.headers().get("set-cookie") {
                    cookie = pair_of(set.to_str().unwrap()).to_owned();
                }
            }
        }
    });
}
