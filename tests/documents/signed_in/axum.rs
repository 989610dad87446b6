use axum::{
    Form, Router,
    extract::{FromRequestParts, OriginalUri, State},
    http::{Method, StatusCode, request::Parts},
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
        .route("/sign-in", post(sign_in))
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

/// Redirects to the sign-in, and then back to this page. A POST cannot be repeated, so it leads to `/`. A script gets 401.
fn sign_in_first(parts: &Parts) -> Response {
    let mode = parts.headers.get("sec-fetch-mode");
    if mode.is_some_and(|mode| mode != "navigate") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    // `parts.uri` lacks the prefix of a nested router.
    let asked = parts.extensions.get::<OriginalUri>();
    let page = asked.map_or(&parts.uri, |asked| &asked.0).path_and_query();
    let page = page.filter(|_| parts.method == Method::GET);
    let page = page.map_or("/", |page| page.as_str());
    let next: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    Redirect::to(&format!("/sign-in?next={next}")).into_response()
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

// What follows is not in the guide.

use http::Request;
use tower::ServiceExt;

use super::Users;
use crate::common::block_on;

pub(super) fn ask(
    sessions: SessionLayer,
    users: Users,
    request: Request<String>,
) -> http::Response<String> {
    answer(app(sessions, users), request)
}

fn answer(app: Router, request: Request<String>) -> http::Response<String> {
    block_on(async {
        let (head, body) = app.oneshot(request).await.unwrap().into_parts();
        let body = axum::body::to_bytes(body, 1_000).await.unwrap();
        Response::from_parts(head, String::from_utf8(body.to_vec()).unwrap())
    })
}

#[test]
fn a_nested_page_for_users_is_led_back_to_with_its_prefix() {
    let users = Users::default();
    let inner = || app(SessionLayer::new(users.cookie()), users.clone());
    let gated = Router::new()
        .route("/{page}", get(async || "a page"))
        .route_layer(from_extractor_with_state::<Admin, _>(users.clone()))
        .layer(SessionLayer::new(users.cookie()));
    for (router, path, to) in [
        (
            Router::new().nest("/a", inner()),
            "/a/account?page=2",
            "%2Fa%2Faccount%3Fpage%3D2",
        ),
        (
            Router::new().nest("/a", inner()),
            "/a/admin",
            "%2Fa%2Fadmin",
        ),
        (
            Router::new().nest("/a", Router::new().nest("/b", inner())),
            "/a/b/account",
            "%2Fa%2Fb%2Faccount",
        ),
        (
            Router::new().nest_service("/a", inner()),
            "/a/account",
            "%2Fa%2Faccount",
        ),
        (
            Router::new().nest("/a", gated),
            "/a/orders",
            "%2Fa%2Forders",
        ),
    ] {
        let request = Request::get(path).body(String::new()).unwrap();
        let response = answer(router, request);
        let expected = format!("/sign-in?next={to}");
        assert_eq!(response.headers()["location"], expected, "{path}");
    }
}
