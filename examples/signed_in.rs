//! Who is signed in: a sign-in that leads back to the page, also from parts of pages that htmx and Turbo load, and admins.
//!
//! `cargo run --example signed_in`, then open <http://127.0.0.1:3000/account>. The password of ada is `lovelace`.

use axum::{
    Form, Router,
    extract::{FromRequestParts, OriginalUri, State},
    http::{Method, StatusCode, Uri, request::Parts},
    middleware::from_extractor_with_state,
    response::{IntoResponse, Redirect, Response, Result},
    routing::{get, post},
};
use hardtack::{Session, SessionLayer, csrf::CsrfGuard, web::local_path};
use serde::Deserialize;

fn app(sessions: SessionLayer, users: Users) -> Router {
    let admin = Router::new()
        .route("/admin", get(async || "the users"))
        .route_layer(from_extractor_with_state::<Admin, _>(users.clone()));
    Router::new()
        .route("/", get(home))
        .route("/account", get(account))
        .route("/sign-in", get(sign_in_page).post(sign_in))
        .route("/sign-out", post(sign_out))
        .merge(admin)
        .with_state(users)
        .layer(CsrfGuard::new().origin_check_only())
        .layer(sessions) // the layer added last runs first
}

#[derive(Deserialize)]
struct SignIn {
    name: String,
    password: String,
    #[serde(default)]
    next: String,
}

// ANCHOR: sign_in
async fn sign_in(
    session: Session,
    State(users): State<Users>,
    Form(form): Form<SignIn>,
) -> Result<Redirect> {
    let user = users.check(&form.name, &form.password).await;
    let sentence = "The name or the password is wrong.";
    let wrong = (StatusCode::UNPROCESSABLE_ENTITY, sentence);
    let user = user.map_err(sorry)?.ok_or(wrong)?;
    session.sign_in()?;
    session.insert("user", user)?;
    Ok(Redirect::to(local_path(&form.next).unwrap_or("/account")))
}
// ANCHOR_END: sign_in

async fn home(session: Session) -> Result<String> {
    let mut page = String::new();
    for (level, text) in session.take_all_flashes()? {
        page += &format!("{level}: {text}\n");
    }
    Ok(page + "Welcome.")
}

async fn account(SignedIn(user): SignedIn) -> String {
    format!("user {user}")
}

async fn sign_out(session: Session) -> Result<Redirect> {
    session.invalidate()?;
    session.flash("notice", "You have been signed out.")?;
    Ok(Redirect::to("/"))
}

// ANCHOR: user
/// For handlers that need a user.
struct SignedIn(u64);

impl<S: Sync> FromRequestParts<S> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<SignedIn, Response> {
        let session: Session = Session::from_request_parts(parts, state)
            .await
            .map_err(IntoResponse::into_response)?;
        let user = session.get("user").map_err(IntoResponse::into_response)?;
        user.map(SignedIn).ok_or_else(|| sign_in_first(parts))
    }
}
// ANCHOR_END: user

/// Redirects to the sign-in, and then back to the page. A POST cannot be repeated, so it leads to `/`. A script gets 401,
/// except for a part of a page: then the page with it is loaded again.
fn sign_in_first(parts: &Parts) -> Response {
    let field = |name: &str| parts.headers.get(name)?.to_str().ok();
    let sign_in = |page: &Uri| {
        let page = page.path_and_query().map_or("/", |page| page.as_str());
        let next: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
        format!("/sign-in?next={next}")
    };
    // Of htmx, which follows redirects for a whole page.
    let is_page = field("hx-boosted")
        .or(field("hx-history-restore-request"))
        .is_some();
    if let Some(page) = field("hx-current-url").filter(|_| !is_page) {
        let page = page.parse().unwrap_or_default();
        return (StatusCode::NO_CONTENT, [("hx-redirect", sign_in(&page))]).into_response();
    }
    if field("turbo-frame").is_some() {
        let page = field("referer").and_then(|page| page.parse().ok());
        return Redirect::to(&sign_in(&page.unwrap_or_default())).into_response();
    }
    if !is_page && field("sec-fetch-mode").is_some_and(|mode| mode != "navigate") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // `parts.uri` lacks the prefix of a nested router.
    let asked = parts.extensions.get::<OriginalUri>();
    let asked = asked.map_or(&parts.uri, |asked| &asked.0).clone();
    let page = Some(asked).filter(|_| parts.method == Method::GET);
    Redirect::to(&sign_in(&page.unwrap_or_default())).into_response()
}

/// For handlers that need an admin.
struct Admin;

impl FromRequestParts<Users> for Admin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, users: &Users) -> Result<Admin, Response> {
        let SignedIn(user) = SignedIn::from_request_parts(parts, users).await?;
        // Asked in each request, so that the permission ends at once.
        let is_admin = users.may(user, "administer").await.map_err(sorry)?;
        let sentence = "You may not open this page.";
        let forbidden = || (StatusCode::FORBIDDEN, sentence).into_response();
        is_admin.then_some(Admin).ok_or_else(forbidden)
    }
}

fn sorry(error: std::io::Error) -> Response {
    eprintln!("the database: {error}");
    (StatusCode::INTERNAL_SERVER_ERROR, "Sorry.").into_response()
}

use axum::{extract::Query, response::Html};

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    next: String,
}

/// With the `meta`, Turbo shows this page in place of the one with the frame.
async fn sign_in_page(Query(Asked { next }): Query<Asked>) -> Html<String> {
    let next = next.replace('&', "&amp;").replace('"', "&quot;");
    Html(format!(
        r#"<!doctype html><meta name="turbo-visit-control" content="reload"><h1>Sign in</h1>
<form method="post"><input name="name" value="ada"> <input name="password" type="password">
<input name="next" type="hidden" value="{next}"> <button>Sign in</button></form>"#
    ))
}

/// Parts of pages, and a page with them.
fn parts(users: Users, sessions: SessionLayer) -> Router {
    let page = r#"<!doctype html><html><body><h1>The page</h1>
<button hx-get="/part" hx-target="next div">htmx</button> <div id="box"></div>
<turbo-frame id="frame"><a href="/part">Turbo</a></turbo-frame> <a id="boosted" href="/part" hx-boost="true">part</a>"#;
    let part = async |SignedIn(user): SignedIn| {
        Html(format!(
            r#"<turbo-frame id="frame">part of user {user}</turbo-frame>"#
        ))
    };
    Router::new()
        .route("/page", get(async move || Html(page)))
        .route("/part", get(part))
        .with_state(users)
        .layer(sessions)
}

/// In place of a table: in a real one are hashes of passwords, by argon2.
#[derive(Clone)]
struct Users;

impl Users {
    /// `None`: the name or the password is wrong.
    async fn check(&self, name: &str, password: &str) -> std::io::Result<Option<u64>> {
        Ok(((name, password) == ("ada", "lovelace")).then_some(42))
    }

    async fn may(&self, user: u64, right: &str) -> std::io::Result<bool> {
        Ok((user, right) == (1, "administer"))
    }
}

#[tokio::main]
async fn main() -> std::result::Result<(), Box<dyn std::error::Error>> {
    let cookie = hardtack::SessionCookie::encrypted(hardtack::EncryptionKey::generate()?);
    let sessions = SessionLayer::new(cookie.build()?);
    let app = app(sessions.clone(), Users).merge(parts(Users, sessions));
    let port = std::env::args()
        .nth(1)
        .map_or(Ok(3000), |port| port.parse())?;
    let listener = tokio::net::TcpListener::bind((std::net::Ipv4Addr::LOCALHOST, port)).await?;
    println!("listening on http://{}", listener.local_addr()?);
    axum::serve(listener, app).await?;
    Ok(())
}
